# SPDX-License-Identifier: BSD-2-Clause
"""Prints the benchmarks' lines of each paging mode:  bench.py [GLOB]   (`make bench`)"""
import sys

import machine
import test_figures


def main(glob):
    failed = False
    for mode in test_figures.CPUS:
        outcome = machine.run(test_figures.counted(mode, glob=glob))
        found = [line for line in outcome.lines if line.startswith("bench: ")]
        print("\n".join(found or [f"bench: nothing in {mode}:", outcome.command, outcome.tail()]))
        failed |= not found or outcome.end != "exit 0"
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
