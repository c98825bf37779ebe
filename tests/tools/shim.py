# SPDX-License-Identifier: BSD-2-Clause
"""
tests/firmware/: a firmware that misbehaves as it is told, and the images that are broken on
purpose that it, or OpenSBI, starts.
"""
import functools
import os
import struct
import subprocess

import artifacts
import entries
import machine
import model
import trees

SOURCES = artifacts.TOP / "tests/firmware"
ORDERS_AT = 16
MAX_HARTS = 8
EXTENSIONS = ("dbcn", "hsm", "srst", "legacy", "remote", "time")
FLAWS = ("sound", "keep-ppn", "read", "fault")


def plain():
    """shim.bin, with no orders but an entry at 0."""
    inputs = [(p.name, p.read_bytes()) for p in sorted(SOURCES.iterdir()) if p.is_file()]

    def make(out):
        folder = out.with_suffix("")
        subprocess.run(["make", "-s", "-C", SOURCES, f"B={folder}",
                        f"CROSS_COMPILE={machine.CROSS}"], check=True, stdin=subprocess.DEVNULL,
                       env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})
        (folder / "shim.bin").rename(out)
    return artifacts.build("firmware", "bin", inputs, make)


def bits(numbers):
    return sum(1 << n for n in numbers)


def orders(entry, closed=(0, 0), closed_harts=(), boot_hart=0, together=(), lost=(),
           omit=(), maee=(), missing=None, flaw=None):
    """struct orders of orders.h. @missing: {hart: modes}; @flaw: {hart: word of FLAWS}"""
    missing, flaw = missing or {}, flaw or {}
    return struct.pack(
        f"<3Q6I{MAX_HARTS}B{MAX_HARTS}B", entry, *closed, bits(closed_harts), boot_hart,
        bits(together), bits(lost), bits(map(EXTENSIONS.index, omit)), bits(maee),
        *[bits(map(model.MODES.index, missing.get(h, ()))) for h in range(MAX_HARTS)],
        *[FLAWS.index(flaw.get(h, "sound")) for h in range(MAX_HARTS)])


def firmware(**asked):
    """The shim with these orders; what depends on the image may be a function."""
    blob = plain().read_bytes()
    told = orders(machine.DEFAULT_LOAD, **{k: machine.now(v) for k, v in asked.items()})
    return artifacts.store("firmware", "bin",
                           blob[:ORDERS_AT] + told + blob[ORDERS_AT + len(told):])


class Addresses(dict):
    """Of the default image's symbols, where it lies from @base on."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def __missing__(self, name):
        return entries.symbol(name, self.base)


def fill(text):
    """{pa[SYMBOL]} and {va[SYMBOL]} are replaced by addresses."""
    return text.format(pa=Addresses(machine.DEFAULT_LOAD), va=Addresses(model.IMAGE_VA))


def planted(code):
    """The default image with functions replaced. @code: {symbol: assembly}"""
    image = bytearray(machine.Boot(name="").image.read_bytes())
    for name, source in code.items():
        start = entries.symbol(name, 0)
        put = machine.assemble(fill(source)).read_bytes()
        assert len(put) <= entries.symbol(name, 0, "st_size"), f"no room in {name}()"
        image[start:start + len(put)] = put
    return artifacts.store("planted", "bin", bytes(image))


def boot(name, asked=None, tree="", plant=None, **fields):
    """The image, or what planted() makes of it, started by the shim."""
    if plant:
        fields["kernel"] = functools.partial(planted, plant)
    return machine.Boot(name=name, firmware=functools.partial(firmware, **(asked or {})),
                        tree=trees.FIRMWARE + tree, **fields)
