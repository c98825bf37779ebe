# SPDX-License-Identifier: BSD-2-Clause
"""Boots no firmware would make: a stub enters the image as it likes, with a tree of its own."""
import functools

import ktap
import machine
import model
import trees
from elftools.elf.elffile import ELFFile

LOAD = 0x80400000
TREE = 0x88000000
# What sees how the image was entered, the tree and RAM. conftest.py: all, in the matrix.
suites = "cmdline,fault,fixmap,initrd,ioremap,isa,layout,live,memblock,set_memory,time,trap,walk"


def tree_maker(bootargs=None, text="", change=None, **fields):
    """A function that makes trees.handed() for the machine of these fields of a Boot."""
    plain = machine.Boot(name="", **fields)
    return functools.partial(trees.handed, plain.machine_args(), bootargs or f"ktest={suites}",
                             text, change)


def boot(name, address=TREE, bootargs=None, text="", change=None, load=LOAD, enter="",
         files=(), **fields):
    """The image at @load, entered with a tree made by trees.handed() at @address."""
    make = tree_maker(bootargs, text, change, **fields)
    return machine.Boot(
        name=name, load=load, enter=lambda: f"\tli a1, {machine.now(address):#x}\n{enter}",
        files=((make, lambda: machine.now(address) & ~7), *files), **fields)


def symbol(name, load=LOAD, field="st_value"):
    """Address of a symbol of the default image loaded there, or another field of it."""
    with machine.Boot(name="").elf.open("rb") as f:
        found = ELFFile(f).get_section_by_name(".symtab").get_symbol_by_name(name)[0]
    return found[field] + (load - model.IMAGE_VA if field == "st_value" else 0)


def ends_well(outcome):
    assert not [t for t in outcome.lines if "panic" in t or "error" in t]
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
