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
    ("tests/", 5),
    ("boot/", 4),
    ("monitor/ptdump.c", 3),
    ("monitor/", 4),
    ("arch/riscv/mm/", 3),
    ("arch/riscv/early/setup_vm.c", 3),
    ("arch/riscv/early/kasan_early.c", 3),
    ("mm/", 3),
    ("kasan/init.c", 3),
    ("kasan/shared.h", 3),
    ("kasan/", 2),
    ("drivers/", 2),
    ("arch/riscv/", 1),
    ("harts/", 1),
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
    "asm/page.h": 0,          # page size, __va() and __pa(),
    "asm/sections.h": 0,      # where the image's parts are
    "kernel/boot_report.h": 1,  # of boot_record.c
    "kernel/gfp.h": 3,          # of mm/page/page_alloc.c
    "kernel/init.h": 4,         # of boot/main.c and boot/setup.c
    "kernel/monitor.h": 4,
    "kernel/interrupt.h": 2,    # of drivers/irqchip/irq.c
    "kernel/harts.h": 4,        # of boot/smpboot.c
    "kernel/percpu.h": 0,       # words for the compiler, but harts[] is of hart.c
    "kernel/smp.h": 1,          # of harts/smp.c
    "kernel/walk_report.h": 3,  # of monitor/ptdump.c and arch/riscv/mm/fault.c
}

# The ways up: who may use a symbol above itself, and why.
DOORS = {
    ("arch/riscv/early/head.S", "setup_vm"): "builds the tables before translation is on",
    ("arch/riscv/early/head.S", "start_kernel"): "the end of the way in",
    ("arch/riscv/cpu/traps.c", "do_page_fault"): "explaining a fault needs the tables",
    ("arch/riscv/cpu/traps.c", "spurious_fault"): "so does knowing that there is none",
    ("arch/riscv/cpu/traps.c", "canonical_address"): "so does knowing the mode",
    ("", "__stack_chk_fail"): "called by the compiler, from anywhere",
    ("harts/cpu.c", "kernel_map"): "where a hart starts, in physical addresses",
    ("harts/cpu.c", "cpu_lacks"): "trying what a hart does needs its tables",
    ("arch/riscv/cpu/", "kasan_stack_abandoned"): "a stack that was left is good again",
    ("harts/", "kasan_stack_abandoned"): "so is that of a hart that starts again",
    ("drivers/", "kernel_map"): "data behind __pa() and __va(), which every layer may use",
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
        return 3 if f"arch/riscv/mm/{stem}.c" in names else 1
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
