# SPDX-License-Identifier: BSD-2-Clause
"""The log of fences on harts that need other ones than QEMU's own."""
import bench
import ktap
import machine
import pytest

# The first of SiFive's cores with CIP-1200: a fence by address may leave the entry.
U54 = "mvendorid=0x489,marchid=0x8000000000000007,mimpid=0"


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"fences-erratum-{mode}", build="debug_defconfig", smp=2,
                 cpu=f"{cpu},{U54}", append="quiet ktest=fence,live")
    for mode, cpu in bench.CPUS.items()], ids=list(bench.CPUS))
def test_erratum(boot, outcome):
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
