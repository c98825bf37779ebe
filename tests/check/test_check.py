# SPDX-License-Identifier: BSD-2-Clause
"""Each check of `make check` is seen to fail: a violation is planted in a copy of the tree."""
import functools
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import artifacts
import pytest

TOP = Path(__file__).resolve().parents[2]
ARCHITECTURE = "Documentation/explanation/architecture.md"
SECTION = "\N{SECTION SIGN}"  # not written out, as the checks read this file too


@dataclass
class Plant:
    """Replace @old (or, if empty, add to the end) in @file; @check must say @says."""
    check: str
    says: str
    file: str
    new: str
    old: str = ""

    @property
    def how(self):
        """What reads sources only needs no build; some of the plants would not survive it."""
        built = self.new in (UP, ROUND, EARLY_ROUND) or self.check in BUILT
        return ("-j4",) if built else ("-o", "all")

    def __str__(self):
        return f"{self.check}-{self.file.rsplit('/', maxsplit=1)[-1]}-{self.says[-20:]}"


BUILT = ("segments", "relocations", "probe", "fences", "init", "stacks")
UP = "void memblock_init(void);\nvoid up(void);\nvoid up(void)\n{\n\tmemblock_init();\n}\n"
ROUND = ("int snprintf(char *buf, size_t size, const char *fmt, ...);\nvoid round(void);\n"
         'void round(void)\n{\n\tsnprintf(0, 0, "x");\n}\n')
EARLY_ROUND = ("#ifdef __EARLY__\nvoid no_paging(void);\nvoid round(void);\n"
               "void round(void)\n{\n\tno_paging();\n}\n#endif\n")
UNUSED = "void no_one(void);\nvoid no_one(void)\n{\n}\n"
LATE = "void setup_arch(void);\nvoid late(void);\nvoid late(void)\n{\n"
PROBE = "csrr\ts4, satp\t\t/* still here: not taken */\n"
PLANTS = [
    Plant("format", "lib/args.c:{end}: not as clang-format", "lib/args.c", "int  x ;\n"),
    Plant("format", "blanks at the end of the line", "lib/args.c", "int x; \n"),
    Plant("format", "indented with blanks", "lib/args.c", "        int x;\n"),
    Plant("format", "does not end with exactly one newline", "lib/args.c", "\n"),
    Plant("format", "110 columns", "arch/riscv/early/head.S", "# " + 108 * "x" + "\n"),
    Plant("format", "scripts/kallsyms.py:{end}: tab", "scripts/kallsyms.py", "# a\tb\n"),
    Plant("format", "columns, 80 are allowed", ".clang-format",
          "ColumnLimit: 80", "ColumnLimit: 100"),
    Plant("format", "lib/args.c:{end}: ForEachMacros of .clang-format lack for_each_x",
          "lib/args.c", "#define for_each_x(x) for (;;)\n"),
    Plant("format", "lib/args.c:1: no SPDX", "lib/args.c", "//\n", "// SPDX"),
    Plant("sizes", "lines, 500 are allowed", "lib/args.c", 500 * "\n"),
    Plant("sizes", "long_one() has 64 lines", "lib/args.c",
          "int long_one(void)\n{\n" + 61 * "\n" + "}\n"),
    Plant("sizes", "scripts/chroot-proof.sh:1: neither a makefile", "tests/tests.mk", "true",
          "scripts/chroot-proof.sh"),
    Plant("sizes", "programs, 3 are allowed", "scripts/check/sizes.py", "PROGRAMS = 3",
          "PROGRAMS = 18"),
    Plant("sizes", "all .S files", "arch/riscv/cpu/entry.S", 650 * "#\n"),
    Plant("sizes", "lib/README.md:1: 30 lines, 5 to 15 are allowed", "lib/README.md", 22 * "\n"),
    Plant("sizes", "lib/x/ has no README.md", ARCHITECTURE, " | lib/x/ ", " | lib/ "),
    Plant("standalone", "{end}: names a path", "lib/args.c", "/* /ho" "me/me/x */\n"),
    Plant("standalone", "{end}: names a path", "scripts/check/check.sh", "cd /ro" "ot/x\n"),
    Plant("standalone", "not in the tree", "VERSION", "sha" "red/x\n"),
    Plant("standalone", "names an issue", "Kconfig", "# see #" "12\n"),
    Plant("standalone", "names the host", "lib/args.c", "/* https:" "//deb.example/x */\n"),
    Plant("references", "{end}: a section number", "lib/args.c", f"/* {SECTION}4.1 */\n"),
    Plant("words", "{end}: TO" "DO", "lib/args.c", "/* TO" "DO */\n"),
    Plant("stairs", "lib/args.c:{end}: goes up: lib/ (floor 0) includes kernel/memblock.h of mm/",
          "lib/args.c", "#include <kernel/memblock.h>\n"),
    Plant("stairs", "lib/args.c:{end}: goes up: lib/ (floor 0) includes mm/slab/slab.h of mm/slab/",
          "lib/args.c", '#include "mm/slab/slab.h"\n'),
    Plant("stairs", "lib/ (floor 0) uses memblock_init of mm/memblock/memblock.c (floor 1)",
          "lib/panic.c", UP),
    Plant("stairs", "a circle of lib/string.c, lib/vsprintf.c, which", "lib/string.c", ROUND),
    Plant("stairs", "a circle through arch/riscv/cpu/ and arch/riscv/early/: ",
          "arch/riscv/cpu/sbi.c", EARLY_ROUND),
    Plant("stairs", "no circle has arch/riscv/cpu/traps.c, lib/args.c", ARCHITECTURE,
          "| `lib/args.c`, `arch/riscv/cpu/traps.c`", "| `arch/riscv/cpu/entry.S`"),
    Plant("stairs", "arch/riscv/early/head.S does not use panic()", ARCHITECTURE,
          "| `start_kernel()`, `panic()` |", "| `start_kernel()` |"),
    Plant("stairs", "doors, 6 are allowed", ARCHITECTURE,
          "| `start_kernel()`, `a()`, `b()`, `c()`, `d()`, `e()`, `f()` |", "| `start_kernel()` |"),
    Plant("stairs", "nothing is called set_no_irq", ARCHITECTURE,
          "| `set_no_irq()` |", "| `set_handle_irq()` |"),
    Plant("stairs", "the hook vsprintf_set_symbolizer of lib/vsprintf.c is not set from above",
          ARCHITECTURE, "| `vsprintf_set_symbolizer()` |", "| `set_handle_irq()` |"),
    Plant("stairs", "lib/args.c:1: lies in no room", ARCHITECTURE, " | libs/ ", " | lib/ "),
    Plant("stairs", "the drawing is not that of", "README.md", " | lib/  ", " | lib/ "),
    Plant("tenants", "nothing outside tests/ uses the function no_one", "lib/args.c", UNUSED),
    Plant("tenants", "nothing outside tests/ uses the macro LATE", "include/kernel/args.h",
          "#define LATE 1\n"),
    Plant("tenants", "nothing outside tests/ uses the enumerator LATE", "include/kernel/args.h",
          "enum late {\n\tLATE,\n};\n"),
    Plant("tenants", "nothing outside tests/ uses the inline function late",
          "include/kernel/args.h", "static inline int late(void)\n{\n\treturn 0;\n}\n"),
    Plant("tenants", "nothing outside tests/ uses the function of_no_one", "lib/args.c",
          UNUSED.replace("{\n", "{\n\tof_no_one();\n") + UNUSED.replace("no_one", "of_no_one")),
    Plant("tenants", "nothing else uses no_one: make it static", "lib/args.c",
          UNUSED + "static void user(void)\n{\n\tno_one();\n}\n"),
    Plant("tenants", "Kconfig:{end}: nothing asks for the option LATE", "Kconfig",
          "config LATE\n\tbool\n"),
    Plant("tenants", "nothing outside tests/ reads the parameter late", "boot/cmdline.c",
          '{ "late", PARAM_FLAG, &cmdline.late, NULL, "" },\n\t{ "mem", ', '{ "mem", '),
    Plant("tenants", "tenants.tsv:{end}: args_next needs no row", "scripts/check/tenants.tsv",
          "args_next\tno reason\n"),
    Plant("stems", "lib/args.c:{end}: includes what lies above", "lib/args.c",
          '#include "../lib/words.h"\n'),
    Plant("stems", "the header of their stem, 186 % at least", "scripts/check/stems.py",
          "AT_LEAST = 1", "AT_LEAST = "),
    Plant("stacks", "the room for a trap: ", "arch/riscv/cpu/traps.c",
          "volatile char big[4000] = { 0 };\n\n\tregs->cause += big[7];\n\treport_begin();",
          "report_begin();"),
    Plant("stacks", "rdinstret() of arch/riscv/cpu/time.c calls through a pointer: whom?",
          "arch/riscv/cpu/time.c",
          "((void (*)(void))boot_record.instret_entry)();\n\treturn boot_record.instret_entry",
          "return boot_record.instret_entry"),
    Plant("stacks", "how often may this circle be gone round? handle_trap",
          "arch/riscv/cpu/traps.c", "handle_trap(regs + 1);\n\treport_begin();", "report_begin();"),
    Plant("stacks", "setup_arch() hands boot_record_kept() a function: which?",
          "scripts/check/stacks.tsv", "", " boot_record_kept>printk"),
    Plant("stacks", "watch() is called through a pointer: by whom?", "scripts/check/stacks.tsv",
          "end_of_sleep", "end_of_sleep watch"),
    Plant("stacks", "svprobing is no function", "scripts/check/stacks.tsv",
          "calls\tsvprobing\ttry_*\n", ""),
    Plant("engine", "lib/args.c:{end}: holds a pointer", "lib/args.c", "pte_t *p;\n"),
    Plant("engine", "lib/args.c:{end}: computes an index", "lib/args.c", "int i = (12 + 9 * l);\n"),
    Plant("engine", "lib/args.c:{end}: computes an index", "lib/args.c", "int i = va >> 30 & m;\n"),
    Plant("engine", "lib/args.c:{end}: follows a pointer", "lib/args.c", "int b = pte_table(p);\n"),
    Plant("engine", "lib/args.c:{end}: knows the number", "lib/args.c", "int b = levels == 4;\n"),
    Plant("engine", "lib/args.c:{end}: knows the number", "lib/args.c", "int b = level > 1;\n"),
    Plant("engine", "lib/args.c:{end}: knows how deep", "lib/args.c", "int b = LEVELS_MAX;\n"),
    Plant("engine", "lib/args.c:{end}: names a mode", "lib/args.c", 'char *s = "sv39";\n'),
    Plant("engine", "lib/args.c:{end}: is compiled for", "lib/args.c", "#ifdef SV48\n#endif\n"),
    Plant("engine", "kasan/asan.c:{end}: knows how deep", "kasan/asan.c", "int b = LEVELS_MAX;\n"),
    Plant("engine", "knows the number", "mm/engine/engine.h", "root_level(pt) && level == 2",
          "level ? TABLE"),
    Plant("engine", "knows the number", "mm/engine/pgtable.c", "entry_last(2, va, last)",
          "entry_last(level, va, last)"),
    Plant("engine", "tests the mode", "mm/engine/pgtable_tree.c", "pt->geometry->levels == root",
          "!done"),
    Plant("engine", "names a mode", "mm/engine/engine.h", "va >> 39", "va + g->bias"),
    Plant("engine", "by hand", "mm/engine/engine.h", "& 511", "& mask"),
    Plant("engine", "several ways", "mm/engine/pgtable_entry.c", "#ifdef __EARLY__\n#endif\n"),
    Plant("engine", "boot/setup.c needs no exception", "boot/setup.c", "DEEPEST", "LEVELS_MAX"),
    Plant("headers", "args.h:1: does not compile alone", "include/kernel/args.h", "",
          "#include <kernel/types.h>\n"),
    Plant("segments", "writable and executable", "arch/riscv/early/cairn.lds.S",
          "text PT_LOAD FLAGS(7)", "text PT_LOAD FLAGS(5)"),
    Plant("relocations", "R_RISCV_64", "arch/riscv/early/setup_vm.c",
          'extern const char *const pointer;\nconst char *const pointer = "x";\n'),
    Plant("relocations", "R_RISCV_HI20", "arch/riscv/early/head.S",
          "\t.section .head.text\n\tlui t0, %hi(boot_record)\n"),
    Plant("relocations", "memblock_init is not there before paging",
          "arch/riscv/early/setup_vm.c", UP),
    Plant("fences", "monitor/crash.c:1: has a fence of its own", "monitor/crash.c",
          'void own(void);\nvoid own(void)\n{\n\t__asm__ ("sfence.vma");\n}\n'),
    Plant("fences", "early/setup_vm.c:1: has a fence of its own", "arch/riscv/early/setup_vm.c",
          'void own(void);\nvoid own(void)\n{\n\t__asm__ (".insn i 0x73, 0, x0, x0, 0x120");\n}\n'),
    Plant("init", "monitor/monitor.c:1: .text.late refers to setup_arch of .init.text",
          "monitor/monitor.c", LATE + "\tsetup_arch();\n}\n"),
    Plant("init", "boot/devices.c:1: .sdata.kept refers to alloc of .init.text",
          "boot/devices.c", "extern void *kept;\nvoid *kept = alloc;\n"),
    Plant("init", "drivers/table.c:1: .text.late refers to", "drivers/table.c",
          LATE + '\tpr_warn("%u", scan.nr_intcs);\n}\n'),
    Plant("init", "lib/args.c:1: .text.late refers to __early_setup_vm of .early.text",
          "lib/args.c", "void __early_setup_vm(void);\n" + LATE + "\t__early_setup_vm();\n}\n"),
    Plant("probe", "head.S:{old}: sd s4,0(s1)", "arch/riscv/early/head.S",
          PROBE + "\tsd\ts4, 0(s1)\n", PROBE),
    Plant("probe", "head.S:{old}: ld t0,0(s1)", "arch/riscv/early/head.S",
          ".Ltaken:\n\tld\tt0, 0(s1)\n", ".Ltaken:\n"),
    # Last, as a makefile that has changed builds all again.
    Plant("makefiles", "kasan/kasan.mk:10: mm/pgtable*.c matches no file", "kasan/kasan.mk",
          "mm/pgtable*.c", "mm/engine/*.c"),
    Plant("makefiles", "kasan/kasan.mk:8: lib/memory.c matches no file", "kasan/kasan.mk",
          "lib/memory.c", "lib/mem.c"),
    Plant("makefiles", "kasan/kasan.mk:8: tests/host/host.c is not built", "kasan/kasan.mk",
          "tests/host/host.c", "lib/mem.c"),
    Plant("makefiles", "$(O)/mm/slab.o is not built in any configuration", "Makefile",
          "$(O)/mm/slab.o: cflags", "$(O)/mm/slab/slab.o: cflags"),
    Plant("makefiles", "%/fences_test.c matches no file", "Makefile", "%/fences_test.c",
          "%/fence_test.c"),
    Plant("makefiles", "pgtable_memory.c matches no file", "tests/host/pgtable.mk",
          "pgtable_,memory.c", "pgtable_,mem.c"),
    Plant("shadow", "early.o:1: __asan_", "kasan/kasan.mk",
          "$(O)/early/%.o: cflags += $(kasan-flags)\n"),
    Plant("shadow", "early.o:1: __ubsan_", "kasan/ubsan.mk",
          "$(O)/early/%.o: cflags += $(ubsan-flags)\n"),
    Plant("shadow", "head.o:1: __asan_", "arch/riscv/early/head.S",
          "\t.section .head.text\n\tcall __asan_handle_no_return\n"),
]


def make(tree, *words):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    env.pop("O", None)
    done = subprocess.run(["make", "-C", tree, "--no-print-directory", "O=build", *words],
                          env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    path = tmp_path_factory.mktemp("tree")
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                           capture_output=True, text=True, check=True).stdout
    names = "\n".join(n for n in names.splitlines() if (TOP / n).exists())
    tar = subprocess.run(["tar", "-cT", "-"], input=names.encode(), cwd=TOP,
                         capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x"], input=tar, cwd=path, check=True)
    artifacts.copy_built("small_defconfig", path)
    status, output = make(path, "-j4", "all")
    assert status == 0, output
    return path


def collide(one, other):
    """Whether one could hide the other, or they cannot be built together."""
    functions = [set(re.findall(r"(\w+)\(void\)\n", plant.new)) for plant in (one, other)]
    whole = one.old or other.old or {one.check, other.check} & {"format", "sizes"}
    return (one.how != other.how or one.file == other.file and bool(whole)
            or (one.check == "shadow") != (other.check == "shadow")  # builds once, for itself
            or one.says in other.says or other.says in one.says
            or bool(functions[0] & functions[1]))


def batches():
    """[[plant]]: each list is planted at once, for one build and one run of its checks."""
    found = []
    for plant in PLANTS:
        free = [b for b in found if not any(collide(plant, other) for other in b)]
        if not free:
            free = [[]]
            found += free
        free[0].append(plant)
    return found


BATCHES = batches()


def put(tree, plant):
    """What the check must say of it, and what undoes it."""
    path = tree / plant.file
    before, times = path.read_text(), path.stat()
    assert plant.old in before
    at = before.find(plant.old) if plant.old else len(before)

    def write(text):
        path.write_text(text)
        if "all" in plant.how:  # nothing shall be built anew because of it
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    write(before[:at] + plant.new + before[at + len(plant.old):])
    undo = functools.partial(write, before)
    return plant.says.format(end=before.count("\n") + 1, old=before.count("\n", 0, at) + 2), undo


def checked(tree, batch):
    """What the checks say of these, planted at once, and what they should: of each a line."""
    wanted, undos = [], []
    try:
        for plant in batch:
            says, undo = put(tree, plant)
            wanted.append(says)
            undos.append(undo)
        names = " ".join(dict.fromkeys(plant.check for plant in batch))
        status, output = make(tree, *batch[0].how, "check", f"CHECKS={names}")
    finally:
        for undo in reversed(undos):
            undo()
    assert status != 0, output
    return output, wanted


@pytest.fixture(scope="session")
def together(tree):
    return functools.cache(lambda number: checked(tree, BATCHES[number]))


@pytest.mark.parametrize("batch, number", [
    pytest.param(b, n, id=str(plant)) for b, batch in enumerate(BATCHES)
    for n, plant in enumerate(batch)])
def test_violation_is_named(tree, together, batch, number):
    """One that others hide is planted again, alone."""
    plant, (output, wanted) = BATCHES[batch][number], together(batch)
    says = wanted[number]
    if says not in output:
        output, (says,) = checked(tree, [plant])
    assert f"FAILED {plant.check}" in output and says in output, output


def test_repro_sees_a_path(tree):
    """Without the prefix map the debug information names the folder."""
    path = tree / "Makefile"
    before = path.read_text()
    lines = ["prefix-map :=" if l.startswith("prefix-map :=") else l for l in before.split("\n")]
    path.write_text("\n".join(lines))
    try:
        status, output = make(tree, "repro", "FILES=early.o")
    finally:
        path.write_text(before)
    assert status != 0 and "differ" in output, output
