#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Boot an image in QEMU with its console on this terminal:  scripts/run.sh IMAGE
# From the environment: MODE, MEM, SMP, CMDLINE, QEMU_ARGS, as `make help` says.
set -euo pipefail
[ $# = 1 ] || { echo "usage: scripts/run.sh IMAGE" >&2; exit 2; }

case ${MODE:-sv57} in
sv57) cpu=rv64 ;;
sv48) cpu=rv64,sv57=off ;;
sv39) cpu=rv64,sv57=off,sv48=off ;;
*) echo "run: MODE is sv39, sv48 or sv57, not $MODE" >&2; exit 2 ;;
esac
read -ra more <<<"${QEMU_ARGS:-}"
command=(qemu-system-riscv64 -nographic -M virt -cpu "$cpu" -m "${MEM:-256M}" -smp "${SMP:-1}"
	-kernel "$1" ${CMDLINE:+-append "$CMDLINE"} "${more[@]}")
printf '%q ' "${command[@]}"
printf '\n\nTo leave QEMU: Ctrl-A, then x. Or type poweroff at the prompt.\n\n'
exec "${command[@]}"
