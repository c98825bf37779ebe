#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Build the tree twice, in different places and surroundings, and compare every byte:
# scripts/repro.sh [CONFIG]    (a .config; without one, the defaults)
# FILES: those of the build to compare.
set -euo pipefail
cd "$(dirname "$0")/.."
config=${1:+$(realpath "$1")}
read -ra files <<<"${FILES:-Image cairn.elf}"
unset MAKEFLAGS MFLAGS MAKEOVERRIDES O
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

sources() {
	if [ -e .git ]; then git ls-files -co --exclude-standard; else find . -type f -not -path './build/*'; fi
}

build() { # TREE O
	mkdir -p "$1" "$2"
	sources | while read -r f; do [ ! -e "$f" ] || echo "$f"; done | tar -cT - | tar -xC "$1"
	[ -z "$config" ] || cp "$config" "$2/.config"
	make -C "$1" O="$2" "${@:3}" "${files[@]/#/$2/}" >"$2.log" 2>&1 ||
		{ tail -n 20 "$2.log" >&2; exit 1; }
}

(umask 022; TZ=UTC build "$dir/a" "$dir/a/build")
(umask 077; TZ=Asia/Tokyo LANG=tr_TR.UTF-8 build "$dir/another/deeper" "$dir/elsewhere/out" -j4)
for file in "${files[@]}"; do
	cmp "$dir/a/build/$file" "$dir/elsewhere/out/$file" || exit 1
	echo "repro: $file: $(sha256sum <"$dir/a/build/$file" | cut -c1-16) twice"
done
