#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The checks of `make check`:  scripts/check/check.sh [NAME...]   (no NAME: all of them)
#
# Each prints what is wrong as FILE:LINE: TEXT, or nothing. The Makefile exports what
# the checks of built files need: O, CROSS_COMPILE, HEADER_CC. PYTHON defaults to the
# system's. Exit status: 0 when all passed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
python=${PYTHON:-/usr/bin/python3}

declare -A check=(
	[format]="$python scripts/check/format.py"
	[sizes]="$python scripts/check/sizes.py"
	[standalone]="$python scripts/check/text.py standalone"
	[references]="$python scripts/check/text.py references"
	[words]="$python scripts/check/text.py words"
	[stacks]="$python scripts/check/stacks.py"
	[makefiles]="$python scripts/check/makefiles.py"
	[stems]="$python scripts/check/stems.py"
	[tenants]="$python scripts/check/tenants.py"
	[stairs]="$python scripts/check/stairs.py"
	[engine]="$python scripts/check/engine.py"
	[headers]="scripts/check/headers.sh"
	[segments]="$python scripts/check/image.py segments"
	[relocations]="$python scripts/check/image.py relocations"
	[probe]="$python scripts/check/image.py probe"
	[fences]="$python scripts/check/image.py fences"
	[init]="$python scripts/check/image.py init"
	[shadow]="$python scripts/check/image.py shadow"
	[requirements]="$python scripts/check/requirements.py"
)
order=(format sizes standalone references words makefiles stems stairs tenants stacks engine headers
	segments relocations probe fences init shadow requirements)
[ $# -eq 0 ] || order=("$@")

passed=0 failed=0
for name in "${order[@]}"; do
	[ -n "${check[$name]:-}" ] || { echo "check: no check is called $name" >&2; exit 2; }
	if ${check[$name]}; then
		echo "ok $name"
		passed=$((passed + 1))
	else
		echo "FAILED $name"
		failed=$((failed + 1))
	fi
done
echo "check: $passed passed, $failed failed"
[ "$failed" = 0 ]
