# SPDX-License-Identifier: BSD-2-Clause
"""
RAM that starts anywhere: a piece of QEMU's sparse RAM is all that the tree knows of, and the
allocators live in it. Bases no QEMU reaches are in tests/host/pgtable_linear_test.c.
"""
import entries
import ktap
import model
import pytest

MIB = 1 << 20
SIZE = 256 * MIB
SUITES = "page_alloc,slab,vmalloc,memblock,set_memory,layout,ioremap"
# RAM QEMU needs; where it starts for us
BASES = {
    "no-2M-border": ("1G", 0x80040000),
    "3G": ("2G", 0xc0000000),
    "sv39-sign-bit": ("255G", 1 << 38),
    "1T": ("1023G", 1 << 40),
}
MODES = {"sv57": "rv64", "sv48": "rv64,sv57=off", "sv39": "rv64,sv57=off,sv48=off"}


def boot_at(name, ram, base, cpu):
    load = (base + 4 * MIB) & ~(2 * MIB - 1)
    cells = f"{base >> 32:#x} {base & 0xffffffff:#x} 0 {SIZE:#x}"
    return entries.boot(
        name, address=load + 128 * MIB, bootargs=f"ktest={SUITES}", load=load, cpu=cpu,
        text=f"/ {{ memory@80000000 {{ reg = <{cells}>; }}; }};",
        extra=("-m", ram, "-M", "memory-backend=m0",
               "-object", f"memory-backend-ram,id=m0,size={ram},reserve=off"))


@pytest.mark.parametrize("boot, mode, base", [
    (boot_at(f"base-{name}-{mode}", ram, base, cpu), mode, base)
    for name, (ram, base) in BASES.items() for mode, cpu in MODES.items()],
    ids=lambda v: getattr(v, "name", ""))
def test_base(boot, mode, base, outcome):
    linear = model.linear_start(mode, base, base + SIZE)
    assert f"boot: ram banks=1 bytes={SIZE} linear={linear:#x}" in outcome.lines
    assert f"boot: image pa={boot.load:#x}" in outcome.text
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
