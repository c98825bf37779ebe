#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the device trees that fdt_test reads: gen-dtbs.sh OUTDIR
#
# QEMU's machines dump theirs, dts/*.dts go through dtc, and boards' trees come out
# of Debian's riscv64 packages: OUTDIR/VENDOR/NAME.dtb of the kernel's,
# OUTDIR/u-boot/BOARD.dtb of U-Boot's. What can't be had is left out: one line says
# so here, and OUTDIR/NAME.skip holds the reason for the test's report.
# Environment: CAIRN_CACHE (default $HOME/.cache/cairn) keeps what was fetched.
set -eu
export LC_ALL=C
out=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=${CAIRN_CACHE:-${HOME:-/tmp}/.cache/cairn}/debs
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
# Boards of QEMU that need nothing else.
"${PYTHON:-/usr/bin/python3}" -B "$here/../boards/machines.py" >"$tmp/machines"
while read -r name options; do
	eval "machine $name $options"
done <"$tmp/machines"
machine virt-smp8 virt -smp 8
machine virt-128m virt -m 128M
machine virt-16g virt -m 16G
machine virt-sv39 virt -cpu rv64,sv48=off,sv57=off
machine virt-boot virt -kernel "$tmp/kernel" -initrd "$tmp/initrd" \
	-append "console=ttyS0 earlycon=sbi no5lvl"
machine spike spike -smp 2

for dts in "$here"/dts/*.dts; do
	dtc -q -f -I dts -O dtb -o "$out/$(basename "$dts" .dts).dtb" "$dts"
done
dtc -q -f -V 16 -I dts -O dtb -o "$out/memory-v16.dtb" "$here/dts/memory.dts"

package() { # NAME
	"$here/../../scripts/fetch/debs.sh" "$cache" "$1" >"$tmp/log" 2>&1
}

tree_in() { # FILE OUT: the last device tree in a binary
	at=$(grep -obUaP '\xd0\x0d\xfe\xed' "$1" | tail -n 1 | cut -d: -f1)
	size=$((0x$(od -A n -t x1 -j $((at + 4)) -N 4 "$1" | tr -d ' ')))
	tail -c +$((at + 1)) "$1" | head -c $size >"$2"
}

no_kernel="Debian's riscv64 kernel package can't be had"
if package linux-image-riscv64; then
	cp -r "$cache"/linux-image-riscv64/usr/lib/linux-image-*/* "$out"
	cp "$out/microchip/mpfs-icicle-kit.dtb" "$out/icicle.dtb"
	cp "$out/starfive/jh7110-starfive-visionfive-2-v1.3b.dtb" "$out/visionfive2.dtb"
else
	for name in icicle visionfive2 kernel-trees; do skip $name "$no_kernel"; done
fi
mkdir -p "$out/u-boot"
if package u-boot-sifive && package u-boot-starfive; then
	for file in "$cache"/u-boot-*/usr/lib/u-boot/*/u-boot.bin; do
		tree_in "$file" "$out/u-boot/$(basename "$(dirname "$file")").dtb"
	done
else
	skip u-boot-trees "Debian's riscv64 packages can't be had"
fi
