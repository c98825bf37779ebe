#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# cbmc for Debian 12, which has none:  scripts/fetch-cbmc.sh DIR URI
#
# Takes cbmc and the libraries it needs from Debian 13 in the archive at URI, through an
# apt with a configuration of its own, and unpacks them in DIR. Nothing is installed, no
# rights are needed, and the system's apt sees none of it. DIR/cbmc runs it, and is there
# when all else is. Called by scripts/setup.sh, which knows the URI.
set -euo pipefail
export LC_ALL=C

packages="cbmc minisat zlib1g libc6 libgcc-s1 libstdc++6"
[ $# = 2 ] || { echo "usage: scripts/fetch-cbmc.sh DIR URI" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
rm -rf "$dir"/{cbmc,apt,root}
mkdir -p "$dir"/apt/{state/lists,cache/archives}/partial "$dir/root"
cd "$dir/apt" # apt-get download puts its files here
key=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp]*' 2>/dev/null | sed -n 1p)
echo "deb ${key:+[signed-by=$key] }$2 trixie main" >sources.list
: >status
apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User=root -o APT::Default-Release=
	-o Dir::Etc::SourceList="$dir/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
	-o Dir::State="$dir/apt/state" -o Dir::State::status="$dir/apt/status"
	-o Dir::Cache="$dir/apt/cache" -o Acquire::Languages=none)
"${apt[@]}" update
# shellcheck disable=SC2086 # words
"${apt[@]}" download $packages
for deb in *.deb; do dpkg-deb -x "$deb" "$dir/root"; done
find "$dir/root" ! -type d ! -path '*/lib/*.so*' ! -path '*/bin/cbmc' -delete
find "$dir/root" -type d -empty -delete
cat >"$dir/cbmc.new" <<'END'
#!/bin/sh
# The system's C library is too old for this cbmc, so it runs with its own.
root=$(dirname "$(readlink -f "$0")")/root
libraries=$(echo "$root"/usr/lib/*-linux-gnu*)
exec "$libraries"/ld-linux-*.so.* --library-path "$libraries:$root/usr/lib" \
	"$root/usr/bin/cbmc" "$@"
END
chmod +x "$dir/cbmc.new"
"$dir/cbmc.new" --version >/dev/null
rm -rf "$dir/apt"
mv "$dir/cbmc.new" "$dir/cbmc"
