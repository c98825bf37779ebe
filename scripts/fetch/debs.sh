#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Files of Debian's riscv64 packages, for machines that are not:
#
#   scripts/fetch/debs.sh DIR PACKAGE...
#
# The packages are taken from SUITE (trixie) of the archive this machine's apt uses, and
# unpacked in DIR/PACKAGE. Nothing is installed, and no rights are needed. What is there is
# not fetched again. For linux-image-riscv64, DIR has the device trees of the kernel that it
# stands for, and nothing else.
. "$(dirname "$0")/private-apt.sh"
[ $# -ge 2 ] || { echo "usage: scripts/fetch/debs.sh DIR PACKAGE..." >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
for package; do
	[ -e "$dir/$package" ] || missing+=("$package")
done
[ -n "${missing+x}" ] || exit 0

real() { # PACKAGE: it, or what it stands for
	[ "$1" = linux-image-riscv64 ] || { echo "$1"; return; }
	apt-cache "${apt[@]:1}" depends "$1" |
		sed -n 's/.*Depends: \(linux-image-[0-9].*-riscv64\)$/\1/p' | sed -n 1p
}

tmp=$(mktemp -d "$dir/.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
private_apt "$tmp" riscv64 "${SUITE:-trixie}"
for package in "${missing[@]}"; do
	name=$(real "$package")
	"${apt[@]}" download "$name"
	mkdir -p "$tmp/new"
	only=()
	[ "$name" = "$package" ] || only=(--wildcards '*.dtb')
	dpkg-deb --fsys-tarfile "$name"_*.deb | tar -x -C "$tmp/new" "${only[@]}"
	# Whole or not at all: another run may be at it too.
	[ -e "$dir/$package" ] || mv -T "$tmp/new" "$dir/$package"
done
