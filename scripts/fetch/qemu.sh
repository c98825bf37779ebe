#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# QEMU 11 or later beside the system's own:  scripts/fetch/qemu.sh DIR
#
# Takes it from Debian's unstable release, with OpenSBI and each library it needs, and
# unpacks all in DIR. Nothing is installed, and no rights are needed. It runs with the C
# library it came with, as DIR/qemu-system-riscv64, which is there when all else is. What is
# there is not fetched again.
. "$(dirname "$0")/private-apt.sh"
[ $# = 1 ] || { echo "usage: scripts/fetch/qemu.sh DIR" >&2; exit 2; }
[ ! -x "$1/qemu-system-riscv64" ] || exit 0
mkdir -p "$1"
dir=$(cd "$1" && pwd)
tmp=$(mktemp -d "$dir/.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

private_apt "$tmp" "$(dpkg --print-architecture)" sid
"${apt[@]}" install -y --download-only --no-install-recommends qemu-system-riscv
mkdir "$tmp/root"
unpack_all "$tmp/root"
cat >"$tmp/qemu-system-riscv64" <<'END'
#!/bin/sh
# The system's C library is not the one this QEMU was linked with.
root=$(dirname "$(readlink -f "$0")")/root
libraries=$(echo "$root"/usr/lib/*-linux-gnu/ld-linux-*.so.*)
libraries=${libraries%/*}
exec "$libraries"/ld-linux-*.so.* --library-path "$libraries:$root/usr/lib" \
	"$root/usr/bin/qemu-system-riscv64" -L "$root/usr/share/qemu" "$@"
END
chmod +x "$tmp/qemu-system-riscv64"
version=$("$tmp/qemu-system-riscv64" --version | sed -n 's/.* version \([0-9]*\).*/\1/p')
[ "${version:-0}" -ge 11 ] || { echo "fetch-qemu: QEMU ${version:-?} is too old" >&2; exit 1; }
rm -rf "$dir/root"
mv "$tmp/root" "$tmp/qemu-system-riscv64" "$dir" # the wrapper last
