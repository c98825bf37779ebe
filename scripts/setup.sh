#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Install what a target of the Makefile needs:  scripts/setup.sh [--check] GROUP...
#
# The commands are printed before they run. On a terminal the script asks first
# (YES=1: it does not ask); without a terminal it goes on. When nothing is
# missing it says nothing and changes nothing. --check only names what is
# missing. Exit status: 0 all there, 1 something is missing, 2 wrong usage.
#
# Tested on Debian 12 and 13. No Debian: names the tools to be installed by hand.
# shellcheck disable=SC2016,SC1091,SC2086 # apt's own $(FIELD)s; /etc/os-release
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

# Group -> Debian packages; @name includes another group.
declare -A group=(
	[build]="make gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf python3 python3-kconfiglib"
	[run]="@build qemu-system-riscv opensbi"
	[uboot]="@run u-boot-qemu u-boot-tools device-tree-compiler mtools e2fsprogs fdisk"
	[sdcard]="@uboot python3-yaml"
	[prove]="gcc libc6-dev cbmc"
	[test]="@run @uboot @prove @docs binutils git cpio device-tree-compiler libfdt-dev gdb-multiarch
		clang-19 libclang-rt-19-dev clang-format-19
		python3-pytest python3-pexpect python3-pyelftools python3-yaml
		python3-rich python3-jinja2"
	[docs]="python3-sphinx python3-myst-parser python3-matplotlib"
	[debug]="@run gdb-multiarch"
)

# Debian 12 takes these from its backports: its own QEMU is 7.2. All are named, as
# apt-get -t would take every library they use from there, and those do not mix.
backported="qemu-system-riscv qemu-system-common qemu-system-data opensbi"

# Debian 12 has no cbmc: there it is unpacked in the build folder, not installed.
CBMC=${O:-build}/cbmc

# Package -> what to look for where dpkg is not the one to ask: a command,
# py:MODULE, h:HEADER, the path of a file, or "-" for what comes with another of them.
CROSS=${CROSS_COMPILE:-riscv64-unknown-elf-}
PYTHON=/usr/bin/python3 # never the first on PATH: that one may lack the modules
declare -A probe=(
	[make]=make [gcc]=gcc [git]=git [cpio]=cpio [binutils]=objdump [libc6-dev]=h:stdio.h
	[gcc-riscv64-unknown-elf]=${CROSS}gcc [binutils-riscv64-unknown-elf]=${CROSS}ld
	[qemu-system-riscv]=qemu-system-riscv64 [qemu-system-misc]=qemu-system-riscv64 [opensbi]=-
	[device-tree-compiler]=dtc [libfdt-dev]=h:libfdt.h [gdb-multiarch]=gdb-multiarch
	[clang-19]=clang-19 [libclang-rt-19-dev]=- [clang-format-19]=clang-format-19
	[python3]=$PYTHON [python3-kconfiglib]=py:kconfiglib [python3-pytest]=py:pytest
	[python3-pexpect]=py:pexpect [python3-pyelftools]=py:elftools [python3-yaml]=py:yaml
	[python3-rich]=py:rich [python3-jinja2]=py:jinja2
	[python3-sphinx]=py:sphinx [python3-myst-parser]=py:myst_parser
	[python3-matplotlib]=py:matplotlib [cbmc]=cbmc
	[u-boot-qemu]=/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin [u-boot-tools]=mkimage
	[mtools]=mformat [e2fsprogs]=/sbin/mkfs.ext4 [fdisk]=/sbin/sfdisk
)

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

usage() { say "usage: scripts/setup.sh [--check] GROUP...   groups: ${!group[*]}"; exit 2; }

distribution() { # -> none, bookworm, ubuntu-old or other (what differs, no more)
	local ID='' ID_LIKE='' VERSION_ID='' VERSION_CODENAME=''
	[ ! -r /etc/os-release ] || . /etc/os-release
	if [[ " $ID $ID_LIKE " != *" debian "* ]] || ! command -v apt-get >/dev/null; then
		echo none
	elif [ "$ID:$VERSION_CODENAME" = debian:bookworm ]; then
		echo bookworm
	elif [ "$ID" = ubuntu ] && [ "${VERSION_ID%%.*}" -lt 25 ]; then
		echo ubuntu-old # not tested by us: 24.04 has QEMU 8.2 in qemu-system-misc
	else
		echo other
	fi
}

expand() { # GROUP...: one package a line
	local g p
	for g; do
		for p in ${group[$g]}; do
			if [[ $p = @* ]]; then expand "${p#@}"; else echo "$p"; fi
		done
	done
}

present() { # PROBE
	case $1 in
	-) ;;
	py:*) "$PYTHON" -c "import ${1#py:}" ;;
	/*) [ -e "$1" ] ;;
	h:*) echo "#include <${1#h:}>" | "${CC:-cc}" -E - ;;
	*) command -v "$1" ;;
	esac >/dev/null 2>&1
}

can_be_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

installed() { # PATTERN...
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
}

missing_packages() { # PACKAGE...: those dpkg does not have installed, one a line
	local p have; have=$(installed "$@" || true)
	for p; do grep -qxF "$p" <<<"$have" || echo "$p"; done
}

missing_tools() { # PACKAGE...: those whose probe finds nothing, one a line
	local p; for p; do present "${probe[$p]}" || echo "$p"; done
}

# The sources are read through apt-get indextargets: it knows every form a source
# can be written in. Only after apt-get update can it tell whose archive a source
# is, so before that the mirror counts only when it is the only one it can be.
targets() { # OPTION... FILTER...
	apt-get indextargets "$@" 'Created-By: Packages' 2>/dev/null | sort -u
}

mirror() { # the URI of Debian 12's own archive on this machine
	local uri; uri=$(targets --format '$(REPO_URI)' 'Origin: Debian' 'Codename: bookworm' | sed -n 1p)
	[ -n "$uri" ] || uri=$(targets --no-release-info --format '$(REPO_URI)' 'Release: bookworm')
	[ "$(wc -w <<<"$uri")" = 1 ] && echo "$uri"
}

add_backports() { # the command that adds the source, if none is configured
	local file=/etc/apt/sources.list.d/bookworm-backports.sources uri key
	! targets --no-release-info --format '$(RELEASE)' | grep -qxE '(bookworm|oldstable)-backports' ||
		return 0
	[ ! -e $file ] || die "$file is there, but apt does not use it: enable or remove it"
	uri=$(mirror) || die "cannot tell which apt source is Debian's: run apt-get update first"
	say "bookworm-backports becomes an apt source: Debian 12's own QEMU is too old"
	key=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp]*' 2>/dev/null | sed -n 1p)
	cat <<-END
		printf 'Types: deb\nURIs: $uri\nSuites: bookworm-backports\nComponents: main\n${key:+Signed-By: $key\n}' >$file
	END
}

plan() { # DISTRIBUTION PACKAGE...: the commands to run as root, one a line
	local apt="apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
	local options="-y --no-install-recommends --no-remove" packages=" ${*:2} " source='' p
	if [ "$1" = bookworm ] && dpkg-query -W libelf1 2>/dev/null | grep -q bpo12; then
		options+=" -t bookworm-backports" # somebody did use -t: go on so
	elif [[ $1 = bookworm && $packages = *" qemu-system-riscv "* ]]; then
		# QEMU's parts come in one version only: those already here move along.
		for p in $(installed 'qemu-system-*') $backported; do
			[[ $packages = *" $p/"* ]] || packages="${packages/ $p / }$p/bookworm-backports "
		done
	fi
	if [[ $options$packages = *backports* ]]; then source=$(add_backports) || exit 1; fi
	printf '%s\n' ${source:+"$source"} "$apt update" "$apt install $options${packages% }"
}

confirm() {
	[ "${YES:-}" != 1 ] && [ -t 0 ] || return 0
	read -rp "setup: run these commands? [Y/n] " || REPLY=n
	[[ $REPLY =~ ^([yY].*)?$ ]] || die "nothing was changed"
}

# Quiet unless it fails. An update may fail for a source we do not need, so only
# install decides; apt itself waits for dpkg's lock, but not for the lists' lock.
run() { # COMMAND
	local try
	for try in {1..60}; do
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$1" </dev/null >>"$log" 2>&1 && return
		tail -n 3 "$log" | grep -q lists/lock || break
		[ "$try" != 1 ] || say "another apt holds its lists: waiting"
		sleep 5
	done
	[[ $1 = *" update" ]]
}

fetch_cbmc() {
	local uri log
	uri=$(mirror) || die "cannot tell which apt source is Debian's: run apt-get update first"
	say "missing: cbmc, which Debian 12 has not; what unpacks it, as anybody:"
	printf '  %s\n' "scripts/fetch/cbmc.sh $CBMC $uri" >&2
	confirm
	log=$(mktemp)
	scripts/fetch/cbmc.sh "$CBMC" "$uri" </dev/null >"$log" 2>&1 || {
		tail -n 15 "$log" >&2
		die "failed. Is there a network? Run the command above again (log: $log)"
	}
	rm -f "$log"
}

install_them() { # DISTRIBUTION PACKAGE...
	local commands c root=() log
	commands=$(plan "$@") || exit 1
	mapfile -t commands <<<"$commands"
	say "missing: ${*:2}; what installs them, as root:"
	printf '  %s\n' "${commands[@]}" >&2
	can_be_root || die "not root, and no sudo: run the commands above as root, then this again"
	confirm
	[ "$(id -u)" = 0 ] || root=(sudo)
	"${root[@]}" true || die "sudo failed: run the commands above as root, then this again"
	log=$(mktemp)
	for c in "${commands[@]}"; do
		run "$c" && continue
		tail -n 15 "$log" >&2
		die "failed. Is there a network? Run this or the commands above again (log: $log)"
	done
	rm -f "$log"
}

main() {
	local check='' name distro packages lacking cbmc=''
	if [ "${1:-}" = --check ]; then check=1; shift; fi
	[ $# -gt 0 ] || usage
	for name; do [ -n "${group[$name]:-}" ] || usage; done
	distro=$(distribution)
	mapfile -t packages < <(expand "$@" | awk '!seen[$0]++')
	[ "$distro" != ubuntu-old ] || packages=("${packages[@]/#qemu-system-riscv/qemu-system-misc}")
	if [ "$distro" = none ]; then
		mapfile -t lacking < <(missing_tools "${packages[@]}")
		[ ${#lacking[@]} -gt 0 ] || exit 0
		say "no Debian, so these must be installed by hand:"
		for name in "${lacking[@]}"; do say "  ${probe[$name]#*:} (Debian's $name)"; done
		exit 1
	fi
	if [[ $distro = bookworm && " ${packages[*]} " = *" cbmc "* ]]; then
		mapfile -t packages < <(printf '%s\n' "${packages[@]}" | grep -vx cbmc)
		[ -x "$CBMC/cbmc" ] || present cbmc || cbmc=cbmc
	fi
	mapfile -t lacking < <(missing_packages "${packages[@]}")
	# Who may not install is served as well by the tools from elsewhere, from $HOME say.
	can_be_root || [ -n "$(missing_tools "${lacking[@]}")" ] || lacking=()
	[ -n "${lacking[*]}$cbmc" ] || exit 0
	[ -z "$check" ] || die "missing:" "${lacking[@]}" $cbmc
	[ ${#lacking[@]} = 0 ] || install_them "$distro" "${lacking[@]}"
	[ -z "$cbmc" ] || fetch_cbmc
}

main "$@"
