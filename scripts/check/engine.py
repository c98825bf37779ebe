#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Outside the page-table engine nothing computes with entries, levels and modes: no pointer
into a table, no index of an entry, no number of a level, no mode by its name. What else a
mode is, its row in mm/engine/pgtable_walk.c says. Outside these rows the engine itself knows
no mode and of all levels only 0, where leaves are small: it is one code for each depth and
stage.
"""
import re

from tree import files, finish, read

KERNEL = ("arch/", "boot/", "drivers/", "harts/", "include/", "kasan/", "lib/", "mm/", "monitor/")
ENGINE = re.compile(r"mm/engine/\w+\.[ch]|include/kernel/(pgtable|spec)\.h")

NAMES_A_MODE = ("names a mode", re.compile(
    r"sv(32|39|48|57)|MODE_(32|39|48|57)\b|[^\w\[](39|48|57)\b", re.I))
RULES = [
    ("holds a pointer into a table", re.compile(r"\bpte_t\s*\*")),
    ("computes an index into a table",
     re.compile(r"(?<![\w.])9 ?\*|\* ?9(?![\w.])|\b(511|0x1ff)\b|\bLEVEL_BITS\b|"
                r"(>>|<<) ?(21|30|39|48)\b|\bSHIFT\b.*\blevel\b")),
    ("follows a pointer to a table",
     re.compile(r"\bpte_table\(|__va\([^)]*(pte_pa|table)")),
    ("knows the number of a level",
     re.compile(r"\blevels? ?([=!<>]=|[<>]) ?[1-9]|[1-9] ?([=!<>]=|[<>]) ?levels?\b|"
                r"\blevels? [-+] [0-9]|\b(limit|levels?), [0-9]\)|\blevels? = [1-9]")),
    ("knows how deep modes are", re.compile(r"\bLEVELS_(MIN|MAX)\b|\bNR_MODES\b")),
    NAMES_A_MODE,
    ("is compiled for a mode", re.compile(r"^\s*#\s*(el)?if.*(MODE|LEVEL|SV\d)", re.I)),
]

# In the engine. A level is compared with the geometry's, or with 0.
NUMBER = r"(?<![\w.])[1-9]\d*[UL]*"
ENGINE_RULES = [
    ("knows the number of a level",
     re.compile(rf"\b(levels?|l|floor) ?([-+]?=|[=!<>]=|[<>]) ?{NUMBER}|"
                rf"{NUMBER} ?([=!<>]=|[<>]) ?(levels?|l|floor)\b|"
                rf"\b(levels?|l|floor) [-+] (?!1U?\b){NUMBER}|"
                rf"[(,] ?{NUMBER}, (va|pte|at|last)\b|case {NUMBER}:")),
    ("computes an index by hand",
     re.compile(r"(?<![\w.])9 ?\*|\* ?9(?![\w.])|\b(511|0x1ff)\b|(>>|<<) ?(21|30|39|48)\b")),
    NAMES_A_MODE,
    ("tests the mode", re.compile(r"\b(mode|stage|levels)\b ?[=!<>]=|switch \(")),
    ("is compiled in one of several ways", re.compile(r"^\s*#\s*(el)?if(?!ndef \w+_H$)")),
]
TABLE = re.compile(r"#define PGTABLE_GEOMETRY\b.*?[^\\]\n|"
                   r"\bgeometries\[\] = \{.*?\n\};", re.S)

# Who may, and why: (file, what the line has) -> reason.
ALLOWED = {
    ("mm/engine/pgtable_walk.c", "geometries[i]"): "finds the row that is asked for",
    ("arch/riscv/mm/fixmap.c", "slots"): "one table of leaves, by which the engine reaches others",
    ("arch/riscv/mm/svprobe.c", "pte_t *pte"): "an entry in a variable, not in a table",
    ("arch/riscv/early/setup_vm.c", "LEVELS_"): "sets the limits of the probe",
    ("arch/riscv/early/setup_vm.c", "pgtable_table("): "the root of each mode, for satp",
    ("arch/riscv/early/setup_vm.c", "lower_limit(limit, "): "the words no4lvl and no5lvl",
    ("arch/riscv/early/early.c", "LEVELS_"): "reports the probe",
    ("arch/riscv/early/head.S", "LEVELS_"): "the probe, from the deepest mode down",
    ("arch/riscv/early/boot_record.c", ""): "the record of the probe",
    ("arch/riscv/early/cairn.lds.S", "NR_MODES"): "the tables of the static chain",
    ("arch/riscv/include/asm/boot_record.h", ""): "the record of the probe",
    ("arch/riscv/include/asm/pgtable-bits.h", "LEVELS_"): "the one place that says it",
    ("arch/riscv/include/asm/fixmap.h", "LEVELS_MAX"): "room for the tables of any mode",
    ("arch/riscv/early/kasan_early.c", "LEVELS_MAX"): "room for the tables of any mode",
    ("arch/riscv/mm/init.c", "LEVELS_MAX"): "room for the tables of any mode",
    ("arch/riscv/early/kasan_shared.h", "LEVELS_MAX"): "room for the tables of any mode",
    ("mm/page/page_online.c", "LEVELS_MAX"): "room for the tables of any mode",
    ("monitor/crash_tables.c", ""): "damages tables on purpose, where walk_live() says",
    ("monitor/cmd_mm.c", "LEVELS_"): "shows the record of the probe",
    ("boot/setup.c", "LEVELS_MAX"): "reports the probe",
    ("boot/cmdline.c", "sv"): "the words no4lvl, no5lvl and paging=",
    ("include/kernel/sizes.h", "#define SZ_"): "names of sizes",
}


def code(name):
    """The lines of a file without its comments, those of the engine without the geometries."""
    text = "\n".join(read(name))
    blank = (lambda m: re.sub(r"[^\n]", " ", m.group()))
    comment = r"/\*.*?\*/|//[^\n]*" if not name.endswith(".S") else r"/\*.*?\*/|#[^\n]*"
    text = re.sub(comment, blank, text, flags=re.S)
    return (TABLE.sub(blank, text) if ENGINE.fullmatch(name) else text).split("\n")


def rules(name):
    return ENGINE_RULES if ENGINE.fullmatch(name) else RULES


def check(name):
    for number, line in enumerate(code(name), 1):
        for what, pattern in rules(name):
            if pattern.search(line) and not any(name == file and part in line
                                                for file, part in ALLOWED):
                who = "the geometries" if ENGINE.fullmatch(name) else "the engine"
                yield name, number, f"{what}; only {who} may (scripts/check/engine.py)"


def main():
    names = [n for n in files() if n.startswith(KERNEL) and n.endswith((".c", ".h", ".S"))]
    problems = [problem for name in names for problem in check(name)]
    used = {(file, part) for file, part in ALLOWED if file in names
            and any(part in line and any(p.search(line) for _, p in rules(file))
                    for line in code(file))}
    problems += [("scripts/check/engine.py", 1, f"{file} needs no exception for '{part}'")
                 for file, part in sorted(set(ALLOWED) - used)]
    finish(problems)


if __name__ == "__main__":
    main()
