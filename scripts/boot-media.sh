#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What firmware boots from, made without root or loop devices:
#
#   boot-media.sh files DIR IMAGE [INITRD [DTB]]   the files of a boot partition or TFTP server
#   boot-media.sh ext4 OUT DIR      a disk, GPT, one bootable ext4 partition with DIR's files
#   boot-media.sh fat OUT DIR       a disk, MBR, one active FAT partition with them
#   boot-media.sh card OUT DIR SECTORS PART...   an SD card, GPT. PART is "NAME FIRST LAST TYPE
#       CONTENT": sectors, a type's GUID, and a file, or ext4 or fat, which gets DIR's files
#   boot-media.sh payload OUT FW_JUMP IMAGE        firmware and image in one binary
#
# INITRD may be "". From the environment: CMDLINE, for the kernel; LOAD and TREE, where a FIT
# puts it and its device tree (0x80200000 and 0x8c000000). `scripts/setup.sh uboot` installs
# the tools.
set -euo pipefail
export LC_ALL=C MTOOLS_SKIP_CHECK=1

DISK=64 # MiB; the partition begins at 1 MiB
LOAD=${LOAD:-0x80200000}
TREE=${TREE:-0x8c000000}

# mkfs and sfdisk are in sbin, which not everybody has in PATH.
PATH=$PATH:/usr/sbin:/sbin

usage() { sed -n 's/^#   //p' "$0" >&2; exit 2; }

entry() { # one label of extlinux.conf, as pxelinux.cfg/default has them too
	printf 'default cairn\ntimeout 1\nlabel cairn\n\tkernel %s/Image\n' "$1"
	[ -z "$2" ] || printf '\tinitrd %s/initrd.cpio\n' "$1"
	[ -z "$3" ] || printf '\tfdt %s/board.dtb\n' "$1"
	printf '\tappend %s\n' "${CMDLINE:-}"
}

fit() { # [INITRD [DTB]]: a FIT's source; the image in it is the compressed one
	local parts='kernel = "kernel"; '
	echo '/dts-v1/; / { description = "Cairn"; #address-cells = <2>; images {'
	part kernel Image.gz kernel "os = \"linux\"; compression = \"gzip\";
		load = <0 $LOAD>; entry = <0 $LOAD>;"
	if [ -n "$1" ]; then
		part initrd initrd.cpio ramdisk 'os = "linux"; compression = "none";'
		parts+='ramdisk = "initrd"; '
	fi
	if [ -n "$2" ]; then
		# In place it would lie at a multiple of 4 only.
		part tree board.dtb flat_dt "compression = \"none\"; load = <0 $TREE>;"
		parts+='fdt = "tree"; '
	fi
	echo "}; configurations { default = \"cairn\"; cairn { $parts}; }; };"
}

part() { # NAME FILE TYPE MORE: a node of images
	printf '%s { data = /incbin/("%s"); type = "%s"; arch = "riscv"; %s
		hash { algo = "sha256"; }; };\n' "$1" "$2" "$3" "$4"
}

files() { # DIR IMAGE INITRD DTB
	rm -rf "$1"
	mkdir -p "$1"/{boot/extlinux,pxelinux.cfg}
	cp "$2" "$1/boot/Image"
	gzip -9nc "$2" >"$1/boot/Image.gz"
	[ -z "$3" ] || cp "$3" "$1/boot/initrd.cpio"
	[ -z "$4" ] || cp "$4" "$1/boot/board.dtb"
	entry /boot "$3" "$4" >"$1/boot/extlinux/extlinux.conf"
	entry boot "$3" "$4" >"$1/pxelinux.cfg/default"
	fit "$3" "$4" >"$1/boot/cairn.its"
	(cd "$1/boot" && mkimage -q -f cairn.its cairn.itb >/dev/null)
	rm "$1/boot/cairn.its"
}

table() { # OUT SFDISK-LINE...
	rm -f "$1"
	truncate -s ${DISK}M "$1"
	printf '%s\n' "${@:2}" | sfdisk -q "$1"
}

ext4() { # OUT DIR
	table "$1" 'label: gpt' "start=1MiB, size=$((DISK - 2))MiB, type=linux, attrs=LegacyBIOSBootable"
	mkfs.ext4 -q -F -d "$2" -E offset=$((1 << 20)) "$1" $((DISK - 2))M
}

fat() { # OUT DIR
	table "$1" 'label: dos' 'start=1MiB, type=c, bootable'
	mformat -i "$1@@1M" -T $(((DISK - 1) << 11)) ::
	mcopy -i "$1@@1M" -s "$2"/* ::
}

contents() { # OUT FIRST LAST CONTENT DIR: of one partition
	local first=$(($2 * 512)) count=$(($3 - $2 + 1))
	case $4 in
	ext4) mkfs.ext4 -q -F -d "$5" -E offset=$first "$1" $((count / 2))k ;;
	fat)
		mformat -i "$1@@$first" -F -H "$2" -T $count ::
		mcopy -i "$1@@$first" -s "$5"/* ::
		;;
	*)
		[ "$(stat -c %s "$4")" -le $((count * 512)) ] ||
			{ echo "boot-media: $4 is larger than its partition" >&2; exit 1; }
		dd if="$4" of="$1" bs=512 seek="$2" conv=notrunc status=none
		;;
	esac
}

card() { # OUT DIR SECTORS PART...
	local name first last type content boot
	rm -f "$1"
	truncate -s $(($3 * 512)) "$1"
	{
		printf 'label: gpt\nfirst-lba: 34\n'
		for part in "${@:4}"; do
			read -r name first last type content <<<"$part"
			boot=''
			[[ $content != @(ext4|fat) ]] || boot=', attrs=LegacyBIOSBootable'
			echo "start=$first, size=$((last - first + 1)), type=$type, name=$name$boot"
		done
	} | sfdisk -q "$1"
	for part in "${@:4}"; do
		read -r name first last type content <<<"$part"
		contents "$1" "$first" "$last" "$content" "$2"
	done
}

payload() { # OUT FW_JUMP IMAGE: OpenSBI's fw_jump jumps 2 MiB behind its own start
	cp "$2" "$1"
	truncate -s 2M "$1"
	cat "$3" >>"$1"
}

[ "${1:-}" != card ] || [ $# -lt 5 ] || { card "${@:2}"; exit; }
case "${1:-} $#" in
"files "[345]) files "$2" "$3" "${4:-}" "${5:-}" ;;
"ext4 3" | "fat 3") "$1" "$2" "$3" ;;
"payload 4") payload "$2" "$3" "$4" ;;
*) usage ;;
esac
