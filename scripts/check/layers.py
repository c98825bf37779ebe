#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The picture of Documentation/explanation, checked: calls and includes go down.

Reads the includes of all kernel sources and the undefined symbols of the built objects.
A header belongs to the source file of its stem, and has that file's layer.
"""
import glob
import os
import re

from tree import OUT, TOOLS, finish, read, run

LAYERS = [  # folder, layer; the first that fits counts
    ("tests/", 8),
    ("monitor/", 7),
    ("boot/", 6),
    ("mm/page/", 4),
    ("mm/slab/", 4),
    ("mm/area/", 4),
    ("drivers/", 4),
    ("harts/", 3),
    ("kasan/shared.h", 2),
    ("mm/page/page_alloc.h", 3),  # with the size of a block
    ("kasan/", 3),
    ("arch/riscv/", 2),
    ("mm/", 1),
    ("include/", 0),
    ("lib/", 0),  # with the FDT reader and the argument splitter: setup_vm needs them
]

# Headers without a source file of their stem, and those that stand elsewhere.
HEADERS = {
    "asm/barrier.h": 0,       # the contract every layer may use: order of memory accesses,
    "asm/cmpxchg.h": 0,       # atomic changes,
    "asm/csr.h": 0,           # CSRs,
    "asm/irqflags.h": 0,      # whether interrupts are taken,
    "asm/hart.h": 0,          # what belongs to a hart, behind tp,
    "asm/kasan.h": 0,         # where the shadow is,
    "asm/pgtable-bits.h": 0,  # bits of entries,
    "asm/page.h": 0,          # page size, __va() and __pa(),
    "asm/sections.h": 0,      # where the image's parts are
    "kernel/boot_report.h": 2,  # of boot_record.c
    "kernel/gfp.h": 4,          # of mm/page/page_alloc.c
    "kernel/init.h": 6,         # of boot/main.c and boot/setup.c
    "kernel/monitor.h": 6,      # boot/ ends in it
    "kernel/lineedit.h": 6,     # and makes lines for it
    "kernel/interrupt.h": 4,    # of drivers/irqchip/irq.c
    "kernel/smpboot.h": 6,        # of boot/smpboot.c
    "kernel/percpu.h": 0,       # words for the compiler, but harts[] is of hart.c
    "kernel/smp.h": 3,          # of harts/smp.c
    "kernel/walk_report.h": 2,  # of arch/riscv/mm/fault.c
    "kernel/mm.h": 3,           # kasan/ writes shadow of pages that come online
}

# The ways up: who may use a symbol above itself, and why.
DOORS = {
    ("arch/riscv/early/head.S", "start_kernel"): "the end of the way in",
    ("arch/riscv/early/head.S", "secondary_start_kernel"): "the same for a hart that starts later",
    ("arch/riscv/mm/fault.c", "pte_flags"): "until it has moved",
    ("arch/riscv/mm/fault.c", "pte_standard"): "until it has moved",
    ("boot/", "monitor"): "the last thing a boot does",
    ("boot/", "monitor_error"): "until the commands have moved",
    ("boot/", "monitor_run_line"): "until the requests have moved",
    ("boot/", "monitor_parse_number"): "until the commands have moved",
    ("", "__stack_chk_fail"): "called by the compiler, from anywhere",
}
EARLY = "__early_"
# What compilers put calls of into any code, if they are told to.
INSTRUMENTATION = re.compile(r"__(asan|kasan_check|ubsan_handle)_")


def layer(path):
    return next((n for folder, n in LAYERS if path.startswith(folder)), None)


def sources():
    kept = ("arch", "boot", "drivers", "harts", "include", "kasan", "lib", "mm", "monitor",
            "tests/kernel", "tests/bench")
    found = [f for top in kept for f in glob.glob(f"{top}/**/*.[chS]", recursive=True)]
    return sorted(found + glob.glob("tests/*.c"))


def header_layer(header, names):
    """asm/x.h: of arch/riscv/mm/x.c if there is one, else 1; kernel/x.h: of x.c anywhere."""
    if header in HEADERS:
        return HEADERS[header]
    folder, stem = os.path.split(header[:-2])
    if folder == "asm":
        return 2
    owners = [layer(n) for n in names if os.path.basename(n) == stem + ".c"]
    if owners:
        return min(owners)
    owners = [layer(n) for n in names if f"/{stem}/" in n and n.endswith(".c")]
    return min(owners, default=0)


def own_layer(name, names):
    match = re.match(r"(?:arch/riscv/)?include/(.*)", name)
    return header_layer(match.group(1), names) if match else layer(name)


def check_includes():
    names = sources()
    for name in names:
        mine = own_layer(name, names)
        for number, line in enumerate(read(name), 1):
            match = re.match(r'#include ([<"])(.*)[>"]', line)
            if not match:
                continue
            kind, header = match.groups()
            if kind == '"':
                beside = os.path.join(os.path.dirname(name), header)
                theirs = layer(beside if os.path.exists(beside) else header)
            elif header.startswith(("asm/", "kernel/")):
                theirs = header_layer(header, names)
            else:
                continue
            if theirs > mine:
                yield name, number, f"layer {mine} includes {header} of layer {theirs}"


def objects():
    """(source, object) for what the image is linked from; both variants where built twice."""
    for name in sources():
        for obj in (f"{OUT}/{name[:-2]}.o", f"{OUT}/early/{name[:-2]}.o"):
            if name.endswith((".c", ".S")) and os.path.exists(obj):
                yield name, obj


def symbols(option, objs):
    """{object: its symbols}, of all with one process."""
    found = {obj: [] for obj in objs}
    for line in run(TOOLS + "nm", "-A", option, *objs).splitlines():
        obj, text = line.split(":", 1)
        if not re.search(r" [a-z] ", text) or option == "-u":
            found[obj].append(text.split()[-1])
    return found


def prefix(obj):
    return EARLY if obj.startswith(f"{OUT}/early/") else ""


def check_symbols():
    built = list(objects())
    if not built:
        yield "Makefile", 1, f"nothing is built in {OUT}: make first"
        return
    with open("arch/riscv/include/asm/sections.h", encoding="utf-8") as f:
        linker = set(re.findall(r"\b(_\w+)\[\]", f.read()))  # addresses, of no layer
    defined, undefined = (symbols(o, [obj for _, obj in built]) for o in ("--defined-only", "-u"))
    home = {}  # as in the linked image: what early.o holds has the prefix
    for name, obj in built:
        for symbol in defined[obj]:
            home[prefix(obj) + symbol] = name
    for name, obj in built:
        for symbol in undefined[obj]:
            plain = symbol.removeprefix(EARLY)
            compilers = plain in linker or INSTRUMENTATION.match(plain)
            owner = None if compilers else home.get(prefix(obj) + symbol, home.get(symbol))
            up = owner and layer(owner) > layer(name)
            if up and not any(name.startswith(who) and plain == what for who, what in DOORS):
                yield name, 1, f"layer {layer(name)} uses {plain} of layer {layer(owner)} ({owner})"


if __name__ == "__main__":
    finish(list(check_includes()) + sorted(set(check_symbols())))
