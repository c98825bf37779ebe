#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Files of Debian's riscv64 packages, for machines that are not:
#
#   scripts/fetch-debs.sh DIR PACKAGE...
#
# The packages are taken from SUITE (trixie) of the archive this machine's apt uses, by an
# apt with a configuration of its own, and unpacked in DIR/PACKAGE. Nothing is installed, no
# rights are needed, and the system's apt sees none of it. What is there is not fetched again.
set -euo pipefail
export LC_ALL=C
[ $# -ge 2 ] || { echo "usage: scripts/fetch-debs.sh DIR PACKAGE..." >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
for package; do
	[ -e "$dir/$package" ] || missing+=("$package")
done
[ -n "${missing+x}" ] || exit 0

tmp=$(mktemp -d "$dir/.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
	'Component: main' | sed -n 1p)
key=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp]*' 2>/dev/null | sed -n 1p)
[ -n "$uri" ] || { echo "fetch-debs: none of apt's sources is Debian's" >&2; exit 1; }
mkdir -p "$tmp"/{state/lists,cache/archives}/partial
echo "deb [${key:+signed-by=$key }arch=riscv64] $uri ${SUITE:-trixie} main" >"$tmp/sources.list"
: >"$tmp/status"
apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User=root -o APT::Default-Release=
	-o APT::Architecture=riscv64 -o APT::Architectures=riscv64 -o Acquire::Languages=none
	-o Dir::Etc::SourceList="$tmp/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
	-o Dir::State="$tmp/state" -o Dir::State::status="$tmp/status" -o Dir::Cache="$tmp/cache")
cd "$tmp"
"${apt[@]}" update
"${apt[@]}" download "${missing[@]}"
for package; do
	[ ! -e "$dir/$package" ] || continue
	dpkg-deb -x "$package"_*.deb "$tmp/new"
	mv "$tmp/new" "$dir/$package" # whole or not at all
done
