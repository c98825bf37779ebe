#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the device trees that fdt_test reads: gen-dtbs.sh OUTDIR
#
# QEMU's machines dump theirs, dts/*.dts go through dtc, and two boards' trees
# come out of Debian's riscv64 kernel package. What can't be had is left out: one
# line says so here, and OUTDIR/NAME.skip holds the reason for the test's report.
# Environment: CAIRN_CACHE (default $HOME/.cache/cairn) keeps the board trees,
# SUITE (default trixie) is the Debian release they are taken from.
set -eu
export LC_ALL=C
out=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=${CAIRN_CACHE:-${HOME:-/tmp}/.cache/cairn}/dtbs
suite=${SUITE:-trixie}
qemu=${QEMU:-qemu-system-riscv64}
mkdir -p "$out"
rm -f "$out"/*.skip
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

skip() { # NAME REASON
	echo "gen-dtbs: no $1: $2"
	echo "$2" >"$out/$1.skip"
}

machine() { # NAME MACHINE OPTION...
	name=$1 machine=$2
	shift 2
	if ! command -v "$qemu" >/dev/null; then
		skip "$name" "no $qemu"
	elif ! timeout 30 "$qemu" -M "$machine,dumpdtb=$tmp/$name" -nographic -bios none "$@" \
		</dev/null >"$tmp/log" 2>&1 || [ ! -s "$tmp/$name" ]; then
		skip "$name" "$(tail -n 1 "$tmp/log" | tr -d '#')"
	else
		mv "$tmp/$name" "$out/$name.dtb"
	fi
}

head -c 4096 /dev/zero >"$tmp/kernel"
head -c 10000 /dev/zero >"$tmp/initrd"
machine virt virt
machine virt-smp8 virt -smp 8
machine virt-128m virt -m 128M
machine virt-16g virt -m 16G
machine virt-numa virt -smp 4 -m 512M \
	-object memory-backend-ram,id=m0,size=256M -object memory-backend-ram,id=m1,size=256M \
	-numa node,cpus=0-1,memdev=m0 -numa node,cpus=2-3,memdev=m1
machine virt-aia virt,aia=aplic-imsic -smp 4
machine virt-iommu virt,iommu-sys=on
machine virt-aclint virt,aclint=on -smp 2
machine virt-sv39 virt -cpu rv64,sv48=off,sv57=off
machine virt-boot virt -kernel "$tmp/kernel" -initrd "$tmp/initrd" \
	-append "console=ttyS0 earlycon=sbi no5lvl"
machine sifive_u sifive_u
machine spike spike -smp 2

for dts in "$here"/dts/*.dts; do
	dtc -q -f -I dts -O dtb -o "$out/$(basename "$dts" .dts).dtb" "$dts"
done
dtc -q -f -V 16 -I dts -O dtb -o "$out/memory-v16.dtb" "$here/dts/memory.dts"

# A foreign suite and architecture, so apt works in a root of its own; the mirror
# is whichever this machine's apt uses. The package is only unpacked.
fetch_boards() {
	uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' | awk -v c="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
		'$2 == c && $3 == "main" { print $1; exit }')
	key=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -n 1)
	[ -n "$uri" ] && [ -n "$key" ] || return 1
	mkdir -p "$tmp/apt/lists/partial" "$tmp/apt/cache/archives/partial"
	echo "deb [signed-by=$key arch=riscv64] $uri $suite main" >"$tmp/apt/s.list"
	o="-qq -o Dir::Etc::SourceList=$tmp/apt/s.list -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists=$tmp/apt/lists -o Dir::Cache=$tmp/apt/cache
		-o Dir::State::status=/dev/null -o APT::Architecture=riscv64
		-o APT::Architectures=riscv64 -o APT::Sandbox::User=root
		-o Acquire::Languages=none -o Acquire::Retries=2"
	apt-get $o update || return 1
	package=$(apt-cache $o depends linux-image-riscv64 |
		sed -n 's/.*Depends: \(linux-image-[0-9].*-riscv64\)$/\1/p' | head -n 1)
	[ -n "$package" ] || return 1
	(cd "$tmp" && apt-get $o download "$package") || return 1
	mkdir -p "$cache"
	dpkg-deb --fsys-tarfile "$tmp"/linux-image-*.deb | tar -x -C "$tmp" --wildcards \
		'*/mpfs-icicle-kit.dtb' '*/jh7110-starfive-visionfive-2-v1.3b.dtb' || return 1
	# Whole or not at all: the cache may be shared with another run.
	for dtb in $(find "$tmp/usr" -name '*.dtb'); do
		cp "$dtb" "$cache/.$$" && mv "$cache/.$$" "$cache/$(basename "$dtb")"
	done
}

if ! [ -e "$cache/mpfs-icicle-kit.dtb" ] ||
	! [ -e "$cache/jh7110-starfive-visionfive-2-v1.3b.dtb" ]; then
	fetch_boards >"$tmp/log" 2>&1 || true
fi
board() { # NAME FILE
	if [ -e "$cache/$2" ]; then
		cp "$cache/$2" "$out/$1.dtb"
	else
		skip "$1" "Debian's riscv64 kernel package can't be had"
	fi
}
board icicle mpfs-icicle-kit.dtb
board visionfive2 jh7110-starfive-visionfive-2-v1.3b.dtb
