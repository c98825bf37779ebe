#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# cbmc for Debian 12, which has none:  scripts/fetch/cbmc.sh DIR URI
#
# Takes cbmc and the libraries it needs from Debian 13 in the archive at URI, and unpacks
# them in DIR. Nothing is installed, and no rights are needed. DIR/cbmc runs it, and is
# there when all else is. Called by scripts/setup.sh, which knows the URI.
. "$(dirname "$0")/private-apt.sh"

packages="cbmc minisat zlib1g libc6 libgcc-s1 libstdc++6"
[ $# = 2 ] || { echo "usage: scripts/fetch/cbmc.sh DIR URI" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
rm -rf "$dir"/{cbmc,apt,root}
mkdir "$dir/root"
private_apt "$dir" "$(dpkg --print-architecture)" trixie "$2"
# shellcheck disable=SC2086 # words
"${apt[@]}" download $packages
unpack_all "$dir/root"
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
