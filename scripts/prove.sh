#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Prove what tests/prove/proofs.tsv lists, with cbmc:  scripts/prove.sh [--trace] [NAME...]
#
# A proof is ok when cbmc finds no input for which a check fails, but for the last one,
# "end reached": that one must fail, or nothing was proved. Prints a line for each, and
# for failed ones the checks; --trace: all cbmc has to say. Exit status: 0 all proved,
# 1 not, 2 one could not be tried (cbmc is missing, the source is not C, time is over).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C

trace=''
if [ "${1:-}" = --trace ]; then trace=--trace; shift; fi
cbmc=$(command -v cbmc || echo "${O:-build}/cbmc/cbmc")
command -v "$cbmc" >/dev/null || { echo "prove: no cbmc: scripts/setup.sh prove" >&2; exit 2; }

flags="-I. -Iinclude -Iarch/riscv/include --unwinding-assertions --bounds-check --pointer-check
	--div-by-zero-check --signed-overflow-check --undefined-shift-check"

one() { # PROOF SOURCES UNWIND SECONDS
	local log status bad
	# shellcheck disable=SC2086 # words
	log=$(timeout $(($4 * 20 + 60)) "$cbmc" $flags $trace --function "$1" --unwind $3 \
		tests/prove/$2 2>&1)
	status=$?
	# What cannot be tried after a failure is UNKNOWN; FAILURE sorts before it.
	bad=$(grep -E '^\[.*: (ERROR|FAILURE|UNKNOWN)$' <<<"$log" | grep -v ' end reached: FAILURE$' |
		awk '{ print $NF, $0 }' | sort -k 1,1 -s | cut -d' ' -f 2- | head -n 8)
	if [ $status = 10 ] && [ -z "$bad" ]; then
		echo "ok $1"
	elif [ $status = 10 ] || [ $status = 0 ]; then
		printf 'FAILED %s\n%s\n' "$1" "${bad:-its end is not reached: nothing was proved}"
		[ -z "$trace" ] || echo "$log"
		return 1
	else
		printf 'FAILED %s\n%s\n' "$1" "cbmc: exit $status: $(tail -n 8 <<<"$log")"
		return 2
	fi
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
running=0
while IFS=$'\t' read -r name sources unwind seconds; do
	[[ $name != '#'* && ($# = 0 || " $* " = *" $name "*) ]] || continue
	[ $running -lt "$(nproc)" ] || wait -n
	running=$((running + 1 - (running == $(nproc))))
	{
		text=$(one "$name" "$sources" "$unwind" "$seconds")
		echo $? >>"$results"
		echo "$text"
	} &
done < <(sort -t$'\t' -k4,4nr tests/prove/proofs.tsv)
wait
[ -s "$results" ] || { echo "prove: no such proof: $*" >&2; exit 2; }
echo "prove: $(grep -c '^0$' "$results") proved, $(grep -vc '^0$' "$results") failed"
exit "$(sort -n "$results" | tail -n 1)"
