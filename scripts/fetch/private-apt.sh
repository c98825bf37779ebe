# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Sourced: an apt with a configuration of its own, which needs no rights and installs
# nothing, and of which the system's apt sees nothing.
#
#   private_apt DIR ARCH SUITE [URI]   sets the array apt, and updates; changes to DIR/apt,
#       where `download` puts its files. URI: the archive; else the one this machine uses
#   unpack_all DIR                     all packages downloaded, into DIR
set -euo pipefail
export LC_ALL=C

private_apt() {
	local dir uri=${4:-} key
	mkdir -p "$1"/apt/{state/lists,cache/archives}/partial
	dir=$(cd "$1/apt" && pwd)
	[ -n "$uri" ] || uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' 'Component: main' | sed -n 1p)
	[ -n "$uri" ] || { echo "${0##*/}: none of apt's sources is Debian's" >&2; exit 1; }
	key=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp]*' 2>/dev/null | sed -n 1p)
	echo "deb [${key:+signed-by=$key }arch=$2] $uri $3 main" >"$dir/sources.list"
	: >"$dir/status"
	apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User=root -o APT::Default-Release=
		-o APT::Architecture="$2" -o APT::Architectures="$2" -o Acquire::Languages=none
		-o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/status"
		-o Dir::Cache="$dir/cache" -o Debug::NoLocking=1)
	cd "$dir"
	"${apt[@]}" update
}

unpack_all() {
	local deb
	for deb in ./*.deb cache/archives/*.deb; do
		[ ! -e "$deb" ] || dpkg-deb -x "$deb" "$1"
	done
}
