# SPDX-License-Identifier: BSD-2-Clause
"""
What no kernel can start with. Each gets one message that names it, and the machine
stops by itself: through the firmware, or idle after saying so.
"""
import functools
import re

import entries
import machine
import model
import pytest
import trees
from entries import LOAD, TREE


def stub(name, enter, **fields):
    """No tree of our own: a1 is what @enter makes of the firmware's."""
    return machine.Boot(name=name, **{"load": LOAD, "enter": enter, **fields})


def changed(name, change, **fields):
    return entries.boot(name, change=change, **fields)


def memory(reg):
    return f"/ {{ memory@80000000 {{ reg = <{reg}>; }}; }};"


# boot, the one line that says what is wrong
EARLY = [
    (stub("misaligned-image", "", load=0x80401000),
     "image loaded at 0x80401000: not a multiple of 2 MiB"),
    (stub("no-tree", "\tli a1, 0\n"), "no device tree: a1 is 0"),
    (entries.boot("misaligned-tree", address=TREE + 4),
     f"device tree at {TREE + 4:#x}: not 8-byte aligned"),
    (changed("no-magic", lambda blob: bytes(64)),
     f"device tree at {TREE:#x}: begins with 00000000, not d00dfeed"),
    (changed("magic-other-endian", functools.partial(trees.with_header, magic=0xedfe0dd0)),
     f"device tree at {TREE:#x}: begins with edfe0dd0, not d00dfeed"),
    (changed("old-version", functools.partial(trees.with_header, version=3)),
     f"device tree at {TREE:#x}: neither of version 16 nor 17"),
    (changed("new-version", functools.partial(trees.with_header, last_compatible=18)),
     f"device tree at {TREE:#x}: neither of version 16 nor 17"),
    (changed("over-16M", functools.partial(trees.with_header, totalsize=(16 << 20) + 1)),
     f"device tree at {TREE:#x}: its size is not 40 bytes to 16 MiB"),
    (changed("smaller-than-header", functools.partial(trees.with_header, totalsize=39)),
     f"device tree at {TREE:#x}: its size is not 40 bytes to 16 MiB"),
    (changed("blocks-outside", functools.partial(trees.with_header, totalsize=64)),
     f"device tree at {TREE:#x}: blocks outside its 64 bytes"),
    (stub("no-paging", "", cpu="rv64,sv57=off,sv48=off,sv39=off"),
     "this hart has no paging mode Cairn can use (tried from sv57 down)"),
    (stub("no-paging-limited", "", cpu="rv64,sv57=off,sv48=off,sv39=off", append="no5lvl"),
     "this hart has no paging mode Cairn can use (tried from sv48 down)"),
]


def by_name(value):
    return getattr(value, "name", "")


@pytest.mark.parametrize("boot, line", EARLY, ids=by_name)
def test_refused_before_paging(boot, line, outcome):
    errors = [t for t in outcome.lines if t.startswith("boot: error: ")]
    assert errors == [f"boot: error: {line}"]
    assert "boot: stopped, powering off" in outcome.lines
    assert not [t for t in outcome.lines if t.startswith("boot: version=")]
    assert outcome.end == "exit 0"


M_MODE = "boot: no interrupt is taken: is this M-mode?"
# What stands in a firmware's place: nothing, or what delegates all and then jumps, in M-mode.
DELEGATES = ("\tli t0, 0xffff\n\tcsrw mideleg, t0\n\tcsrw medeleg, t0\n"
             "\tli t0, 0x80200000\n\tjr t0\n")
ENTRIES = [
    ("none", "virt", "rv64", lambda: "none"),
    ("none-u54", "virt", "sifive-u54", lambda: "none"),
    ("none-sifive-uart", "sifive_u", "", lambda: "none"),
    ("delegates", "virt", "rv64", functools.partial(machine.assemble, DELEGATES)),
]


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"m-mode-{name}", machine=virt, cpu=cpu, firmware=firmware,
                 smp=2 if virt == "sifive_u" else 1, stop="S-mode\r\n")
    for name, virt, cpu, firmware in ENTRIES], ids=by_name)
def test_m_mode(boot, outcome):
    assert outcome.end == "stop"
    (line,) = [t for t in outcome.lines if t.strip()]
    assert line.startswith(M_MODE)


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"s-mode-{name}", machine=virt, cpu=cpu, smp=2, append="run=poweroff")
    for name, virt, cpu in (("virt", "virt", "rv64"), ("imsic", "virt,aia=aplic-imsic", "rv64"),
                            ("sifive_u", "sifive_u", ""))], ids=by_name)
def test_s_mode(boot, outcome):
    assert outcome.end == "exit 0"
    assert not [t for t in outcome.lines if t.startswith(M_MODE)]


PANICS = [
    (entries.boot("no-memory-node", text="/ { /delete-node/ memory@80000000; };"),
     f"the device tree at {TREE:#x} has no memory node with RAM in it"),
    (entries.boot("memory-disabled", text='/ { memory@80000000 { status = "disabled"; }; };'),
     f"the device tree at {TREE:#x} has no memory node with RAM in it"),
    (entries.boot("memory-too-small", text=memory(f"0 {LOAD:#x} 0 0x10000")),
     "RAM is smaller than the image needs: {load:#x}-{end:#x} is not all RAM"),
    (entries.boot("image-outside-memory", text=memory(f"0 {LOAD + (64 << 20):#x} 0 0x4000000")),
     "RAM is smaller than the image needs: {load:#x}-{end:#x} is not all RAM"),
    (entries.boot("memory-limited", bootargs="mem=1M"),
     "RAM is smaller than the image needs: {load:#x}-{end:#x} is not all RAM, and mem= takes away"
     " some"),
    (entries.boot("long-command-line", bootargs="x" * 2048),
     "command line of 2048 bytes: at most 2047 are possible"),
]


@pytest.mark.parametrize("boot, line", PANICS, ids=by_name)
def test_refused_with_paging(boot, line, outcome):
    line = line.format(load=LOAD, end=LOAD + model.image_size(machine.Boot(name='')))
    panics = [t for t in outcome.lines if t.startswith("panic: ")]
    assert panics == [f"panic: {line}"]
    assert [t for t in outcome.lines if t.startswith("boot: stage=")]
    assert outcome.end == "exit 0"


def middle(blob):
    """Offset of the token in the middle."""
    tokens = trees.tokens(blob)
    return tokens[len(tokens) // 2][0]


def cut(blob):
    """Zeros from a token in the middle on; the header knows nothing of it."""
    return blob[:middle(blob)] + bytes(len(blob) - middle(blob))


def bad_token(blob):
    return trees.with_word(blob, middle(blob), 0x77)


def short_block(blob):
    """The structure block is said to end in the middle."""
    return trees.with_header(blob, struct_size=middle(blob) - trees.header(blob)["struct_off"])


def long_property(blob):
    """A property that reaches behind the structure block."""
    offset = [at for at, token in trees.tokens(blob) if token == 3][20]
    return trees.with_word(blob, offset + 4, 0x7fffffff)


def unterminated(blob):
    """No FDT_END, no FDT_END_NODE: padding tokens up to the end of the block."""
    h = trees.header(blob)
    end = h["struct_off"] + h["struct_size"]
    return blob[:middle(blob)] + b"\0\0\0\4" * ((end - middle(blob)) // 4) + blob[end:]


def block_end(blob):
    h = trees.header(blob)
    return h["struct_off"] + h["struct_size"]


# what is done to the tree, and where in the undamaged tree that is found out
DAMAGES = [
    (bad_token, middle),
    (cut, middle),
    (short_block, middle),
    (unterminated, block_end),
    (long_property, lambda blob: [at for at, token in trees.tokens(blob) if token == 3][20]),
]


@pytest.mark.parametrize("boot, where", [
    (changed(damage.__name__.replace("_", "-"), damage), where) for damage, where in DAMAGES
], ids=by_name)
def test_damaged_tree(boot, where, outcome):
    offset = where(entries.tree_maker()().read_bytes())
    panics = [t for t in outcome.lines if t.startswith("panic: ")]
    assert panics == [f"panic: device tree at {TREE:#x} is damaged at offset {offset:#x}: -EILSEQ"]
    assert outcome.end == "exit 0"


INSIDE = [
    entries.boot("tree-in-bss", address=lambda: entries.symbol("__bss_start")),
    entries.boot("tree-over-end", address=lambda: entries.symbol("_end") - 8),
]


@pytest.mark.parametrize("boot", INSIDE, ids=by_name)
def test_tree_inside_image(boot, outcome):
    """Before BSS is cleared, which would destroy it."""
    address, size = machine.now(boot.files[0][1]), len(boot.files[0][0]().read_bytes())
    errors = [t for t in outcome.lines if t.startswith("boot: error: ")]
    assert errors == [f"boot: error: device tree at {address:#x}, {size} bytes: lies inside the"
                      f" image {LOAD:#x}-{entries.symbol('_end'):#x}"]
    assert outcome.end == "exit 0"


@pytest.mark.parametrize("boot", [stub("tree-in-firmware", "\tli a1, 0x80000000\n")], ids=by_name)
def test_early_trap(boot, outcome):
    """Memory that only the firmware may read: the vector speaks before paging does."""
    errors = [t for t in outcome.lines if t.startswith("boot: error: ")]
    assert len(errors) == 1
    assert re.fullmatch(r"boot: error: trap: load access fault \(scause 0x5\)"
                        r" sepc=0x804[0-9a-f]{5} stval=0x80000000 ra=0x804[0-9a-f]{5}"
                        "; PMP or the bus refused it", errors[0])
    assert "boot: stopped, powering off" in outcome.lines
    assert outcome.end == "exit 0"
