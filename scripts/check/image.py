#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is checked in built files:  image.py segments|relocations|probe|fences|init|shadow"""
import glob
import os
import re
import subprocess
import sys

from tree import OUT, TOOLS, finish, run

SEGMENTS = {".text": "R E", ".init.rodata": "R", ".rodata": "R", ".data": "RW", ".bss": "RW",
            ".noinit": "RW"}

# Before paging only distances are true. All others, R_RISCV_64 and the GOT's above all,
# would put link addresses into code that runs somewhere else.
RELATIVE = re.compile(r"R_RISCV_(BRANCH|JAL|CALL|CALL_PLT|RVC_\w+|PCREL_\w+|32_PCREL|RELAX|"
                      r"ALIGN|ADD\d+|SUB\d+|SET\d+|\w+_ULEB128)$")
# What early code may use besides itself: linker symbols and the two below.
SECTIONS_H = "arch/riscv/include/asm/sections.h"
HEAD_S = "arch/riscv/early/head.S"
EARLY_MAY_USE = {"boot_record", "boot_hart"}
HEAD_MAY_USE = {"start_kernel", "secondary_start_kernel", "trap_entry", "boot_hart",
                "__global_pointer$"}

MEMORY = re.compile(r"(c\.)?(l[bhwd]u?(sp)?|s[bhwd](sp)?|lr\.\w+|sc\.\w+|amo\w+\.\w+|f[ls][wd])$")
CALLS = re.compile(r"(c\.)?(jal|jalr|call|tail|j|jr|ret)$")
CHECKED = re.compile(r"__(kasan_check|asan|ubsan|sanitizer)_")
FENCES = {HEAD_S, "arch/riscv/mm/tlbflush.c"}


def segments():
    name = f"{OUT}/cairn.elf"
    table = run(TOOLS + "readelf", "-lW", name)
    headers = re.findall(r"^ +(\S+) +(?:0x\w+ +){5}([RWE ]{3})", table, re.M)
    parts = re.findall(r"^ +\d\d +(.*)$", table, re.M)
    loads = [(flag, part) for (kind, flag), part in zip(headers, parts) if kind == "LOAD"]
    for i, (flag, part) in enumerate(loads):
        if "W" in flag and "E" in flag:
            yield name, 1, f"segment {i} is writable and executable: {part}"
        for section in part.split():
            if flag.strip() != SEGMENTS.get(section):
                yield name, 1, f"{section} lies in a segment '{flag.strip()}'"
    for section in SEGMENTS.keys() - {s for _, part in loads for s in part.split()}:
        yield name, 1, f"{section} lies in no segment"


def alloc_relocations(name):
    """(section, type, symbol) of each relocation in what is loaded."""
    sections = run(TOOLS + "readelf", "-SW", name)
    loaded = set(re.findall(r"\] (\.\S+) +\w+ +(?:\w+ +){4}\w*A\w* ", sections))
    section = None
    for line in run(TOOLS + "readelf", "-rW", name).splitlines():
        match = re.match(r"Relocation section '\.rela(\S*)'", line)
        section = match.group(1) if match else section
        match = re.match(r"\w{16} +\w{16} (R_RISCV_\S+) *(?:\w{16} (\S+))?", line)
        if match and section in loaded:
            yield section, match.group(1), match.group(2) or ""


def undefined(name):
    return set(run(TOOLS + "nm", "-u", name).split()) - {"U", "w"}


def relocations():
    head = f"{OUT}/{HEAD_S[:-2]}.o"
    for name in (f"{OUT}/early.o", head):
        for section, kind, symbol in alloc_relocations(name):
            if not RELATIVE.match(kind):
                yield name, 1, f"{kind} of {symbol} in {section}: needs a link address"
    with open(SECTIONS_H, encoding="utf-8") as f:
        linker = set(re.findall(r"\b(_\w+)\[\]", f.read()))
    for symbol in sorted(undefined(f"{OUT}/early.o") - linker - EARLY_MAY_USE):
        yield f"{OUT}/early.o", 1, f"{symbol} is not there before paging"
    data = set(run(TOOLS + "nm", "--defined-only", "-jg", head.replace("head", "data")).split())
    for symbol in sorted(undefined(head) - linker - data - HEAD_MAY_USE):
        if not symbol.startswith("__early_"):
            yield head, 1, f"{symbol} is not there before paging"


def instructions(name):
    """(mnemonic, operands, line in head.S) in the order of the code."""
    line = 1
    for text in run(TOOLS + "objdump", "-dl", "-j", ".head.text", name).splitlines():
        match = re.match(r"\S*\.S:(\d+)", text)
        line = int(match.group(1)) if match else line
        fields = text.split("\t")
        if len(fields) >= 3:
            yield fields[2].strip(), fields[3].split("#")[0].strip() if fields[3:] else "", line


def probe():
    """No load, store or call from satp's write until it is undone or .Ltaken read it."""
    code = list(instructions(f"{OUT}/{HEAD_S[:-2]}.o"))
    writes = [i for i, (op, args, _) in enumerate(code)
              if op == "csrw" and args.startswith("satp,") and args != "satp,zero"]
    reads = [i for i, (op, args, _) in enumerate(code) if op == "csrr" and args.endswith(",satp")]
    if len(writes) != 2 or len([i for i in reads if i > writes[0]]) != 3:
        yield HEAD_S, 1, ("cannot find the probe: a write of satp with two reads after it, and "
                          "the other harts' write and read")
        return
    taken = arrived = reads[-2]
    while not CALLS.match(code[taken - 1][0]):
        taken -= 1
    checked = code[taken:arrived + 1]
    for write in writes:
        undone = next(i for i, c in enumerate(code) if i > write and c[:2] == ("csrw", "satp,zero"))
        checked += code[write:undone + 1]
    for op, args, line in checked:
        if MEMORY.match(op) or CALLS.match(op):
            yield HEAD_S, line, f"{op} {args}: between satp's write and the known outcome"


def fences():
    """One file decides about fences; head.S has those around the write of satp."""
    seen = set()
    for top in ("", "early/"):
        for folder in ("arch", "boot", "drivers", "harts", "lib", "mm", "monitor", "tests"):
            for obj in glob.glob(f"{OUT}/{top}{folder}/**/*.o", recursive=True):
                code = run(TOOLS + "objdump", "-d", obj)
                if re.search(r"\t(sfence|sinval|hfence|hinval)\.", code):
                    stem = obj.removeprefix(f"{OUT}/{top}")[:-2]
                    seen.add(next(n for n in (stem + ".S", stem + ".c") if os.path.exists(n)))
    for source in sorted(seen - FENCES):
        yield source, 1, "has a fence of its own: call one of asm/tlbflush.h"
    for source in sorted(FENCES - seen):
        yield source, 1, "no fence found: this check looks for the wrong thing"


def shadow():
    """
    Nothing of KASAN's or UBSan's can be reached from _start before start_kernel().

    That is all code in head.o and early.o: `relocations` says that they use nothing else.
    Both are built with all instrumentation there is, whatever the configuration at hand.
    """
    out = f"{OUT}/instrumented"
    os.makedirs(out, exist_ok=True)
    with open(f"{out}/.config", "w", encoding="utf-8") as f:
        f.write("CONFIG_KASAN=y\nCONFIG_UBSAN=y\n")
    head = f"{out}/{HEAD_S[:-2]}.o"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "HEADER_CC"))}
    for words in (["olddefconfig"], ["-j2", f"{out}/early.o", head, f"{out}/lib/panic.o"]):
        done = subprocess.run(["make", "-s", f"O={out}", *words], env=env, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            yield out, 1, "cannot be built: " + done.stdout.strip()
            return
    if not any(map(CHECKED.match, undefined(f"{out}/lib/panic.o"))):
        yield f"{out}/lib/panic.o", 1, "has no instrumentation: this check sees nothing"
    objs = glob.glob(f"{out}/early/**/*.o", recursive=True) + [f"{out}/early.o", head]
    for obj in sorted(objs):
        for symbol in sorted(filter(CHECKED.match, undefined(obj))):
            yield obj, 1, f"{symbol} is called before the shadow stands"


# Input sections that are given back after the boot. What they hold may use each other.
INIT = re.compile(r"\.(init|early)\.")


def references(objs):
    """(source, section, symbol, the symbol's section) for all that is loaded."""
    source, section, home, used = None, None, {}, []
    for line in run(TOOLS + "objdump", "-tr", *objs).splitlines():
        if match := re.match(r"(\S+)\.o: +file format", line):
            source = match[1].removeprefix(f"{OUT}/") + ".c"
        elif match := re.match(r"RELOCATION RECORDS FOR \[(\S+)\]", line):
            section = match[1]
        elif match := re.match(r"\w{16} (.).{6} ([^*\s]+)\t\w{16} (?:\.hidden )?(\S+)", line):
            home[(source, match[3]) if match[1] == "l" else match[3]] = match[2]
        elif match := re.match(r"\w{16} R_RISCV_\S+ +([^\s+]+)", line):
            used.append((source, section, match[1]))
    for where, section, symbol in dict.fromkeys(used):
        if not section.startswith(".debug"):
            yield where, section, symbol, home.get((where, symbol), home.get(symbol, ""))


def init():
    """Nothing that stays refers to code or data that is given back after the boot."""
    objs = [n for n in glob.glob(f"{OUT}/**/*.o", recursive=True)
            if os.path.exists(n.removeprefix(f"{OUT}/")[:-2] + ".c")]
    seen = False
    for source, section, symbol, home in references(objs + [f"{OUT}/early.o"]):
        seen |= bool(INIT.match(home))
        if INIT.match(home) and not INIT.match(section):
            yield source, 1, f"{section} refers to {symbol} of {home}, which is given back"
    if not seen:
        yield "boot/main.c", 1, "nothing is __init: this check looks for the wrong thing"


if __name__ == "__main__":
    finish(list({"segments": segments, "relocations": relocations, "probe": probe,
                 "fences": fences, "init": init, "shadow": shadow}[sys.argv[1]]()))
