#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
How deep stacks become, from what gcc says of each frame and from the calls in the image.

    stacks.py [--paths] [DIR...]    DIR: where an image was built, the Makefile's O. --paths
                                    shows the deepest way of each stack

Calls through pointers and how often a circle of calls may be gone round are rows of stacks.tsv:
see there. A function whose address is taken must be in one. Of the tests nothing is counted.

One thing goes wrong at a time: of the reports, the deepest is counted once, below the deepest
place. With KASAN, UBSan or lockdep frames are larger than what stacks are made for: nothing is
checked then.
"""
import fnmatch
import functools
import glob
import os
import re
import sys
from collections import defaultdict

from tree import OUT, TOOLS, files, finish, read, run

ROWS = "scripts/check/stacks.tsv"
EARLY = "__early_"
# What the compiler calls. It reports, or calls nothing.
COMPILERS = re.compile(r"__(stack_chk_fail|asan_\w+|ubsan_handle_\w+|kasan_check_\w+)$")
BRANCH = re.compile(r"(jal|j|jalr|jr|b\w+)$")
UNBOUNDED = 1 << 30
# Functions in assembly, and what they take of the stack.
ASSEMBLY = {"recovery_enter": 16, "recovery_resume": 0}


def constant(name, file):
    text = "\n".join(read(file))
    return int(re.search(rf"#define {name}\s+(\d+)", text).group(1))


def source_of(built, out):
    return re.sub(r"\.\w+$", ".c", built.removeprefix(out + "/").removeprefix("early/"))


def frames(out):
    """{(early, stem of the source, function): (bytes, source)}, from gcc's .su files."""
    found = {}
    for path in glob.glob(f"{out}/**/*.su", recursive=True):
        source, early = source_of(path, out), path.startswith(f"{out}/early/")
        for line in read(path)[:-1] if os.path.exists(source) else ():
            where, size, how = line.split("\t")
            function = where.split(":")[3].split(".")[0]
            size = UNBOUNDED if how == "dynamic" else int(size)
            key = (early, os.path.basename(source)[:-2], function)
            found[key] = max(found.get(key, (0, source)), (size, source))
    return found


class Function:
    """@source: "" if in assembly; @calls: addresses; @through: it calls through pointers too."""

    apart = ("tests/*:*",)  # patterns of functions that do not count

    def __init__(self, symbol, frame):
        self.early = symbol.startswith(EARLY)
        self.name = re.sub(r"\..*", "", symbol.removeprefix(EARLY))
        self.frame, self.source = frame
        self.calls, self.through = set(), False

    def fits(self, pattern):
        """A name, or a file and a name; * stands for anything."""
        return fnmatch.fnmatchcase(f"{self.source}:{self.name}" if ":" in pattern else self.name,
                                   pattern)

    @functools.lru_cache(None)
    def counted(self):
        return not COMPILERS.match(self.name) and not any(map(self.fits, self.apart))


def taken(out):
    """(source, symbol) of what the kernel's objects take the address of, data and code."""
    objects = [f for f in glob.glob(f"{out}/**/*.o", recursive=True)
               if os.path.exists(source_of(f, out)) and not source_of(f, out).startswith("tests/")]
    source = ""
    for line in run(TOOLS + "readelf", "-rW", *objects).splitlines():
        if line.startswith("File: "):
            source = source_of(line[6:], out)
        match = re.match(r"\w{16} +\w{16} R_RISCV_(?:64|PCREL_HI20|HI20) +\w{16} (\S+)", line)
        if match:
            yield source, match.group(1)


class Image:
    """The functions of an image by address."""

    def __init__(self, out):
        self.functions = {}
        self.globals = set()
        here = None
        homes = self.homes(out)
        for line in run(TOOLS + "objdump", "-d", "--no-show-raw-insn",
                        f"{out}/cairn.elf").splitlines():
            head = re.match(r"([0-9a-f]{16}) <(.*)>:$", line)
            if head:
                here = int(head.group(1), 16)
                self.functions[here] = Function(head.group(2), homes(here, head.group(2)))
                continue
            fields = line.split("\t")
            if len(fields) >= 3 and BRANCH.match(fields[1]):
                self.branch(here, fields[1], fields[2])

    def local(self, function):
        return function.name not in self.globals

    def homes(self, out):
        """A function that says of an address and its symbol: (bytes, source)."""
        known, stems, stem = frames(out), {}, ""
        for line in run(TOOLS + "readelf", "-sW", f"{out}/cairn.elf").splitlines():
            words = line.split()
            if words[3:4] == ["FILE"]:
                stem = words[7].rsplit(".", 1)[0]
            elif words[3:4] == ["FUNC"] and words[4] == "LOCAL":
                stems[int(words[1], 16)] = stem
            elif words[3:4] == ["FUNC"]:
                self.globals.add(words[7])
        several = defaultdict(list)
        for (early, _, function), home in known.items():
            several[early, function].append(home)

        def home(address, symbol):
            early, name = symbol.startswith(EARLY), re.sub(r"\..*", "", symbol.removeprefix(EARLY))
            local = known.get((early, stems.get(address), name))
            return local or max(several[early, name], default=(ASSEMBLY.get(name, 0), ""))

        return home

    def branch(self, here, kind, words):
        function = self.functions[here]
        to = re.search(r"([0-9a-f]+) <[^>+]+(\+0x[0-9a-f]+)?>", words)
        if to and (not to.group(2) or kind == "jal"):
            target = int(to.group(1), 16) - int(to.group(2) or "0", 16)
            if target != here or kind in ("jal", "jalr"):
                function.calls.add(target)
        elif kind == "jalr" and not to:
            function.through = True

    def named(self, *names, early=False):
        return [a for a, f in self.functions.items() if f.name in names and f.early == early]

    @functools.lru_cache(None)
    def matching(self, pattern, early):
        """Whom a row means; early code calls none but early code."""
        return {a for a, f in self.functions.items()
                if f.early == early and f.counted() and f.fits(pattern)}


class Depths:
    """
    How deep the stack becomes below a function's entry. A row "calls" may say P>F: F, called by
    P, to which it was handed; P is a row "handed" then.
    """

    def __init__(self, image, rows, without=()):
        self.functions, self.matching = image.functions, image.matching
        self.rows, self.problems = rows, set()
        self.without = without  # names of functions that are not called
        self.best = {}  # address -> bytes
        self.ways = {}  # address -> (bytes, the functions from there to the deepest place)
        self.after = {}  # address -> {address of who is called: bytes between the two}
        self.index, self.low, self.stack = {}, {}, []
        self.handed = {row[0] for row in rows["handed"]}

    def of(self, address):
        if address not in self.best:
            self.visit(address)
        return self.best[address]

    def counted(self, address):
        one = self.functions.get(address)
        return one and one.counted() and one.name not in self.without

    def successors(self, address):
        one = self.functions[address]
        found = {a: 0 for a in one.calls if self.counted(a)}
        through = one.through or one.name == "recovery_enter"
        if not one.source and one.name not in ASSEMBLY:
            self.problems.add(f"the frame of {one.name}() is not known: gcc's -fstack-usage?")
        rows = [row for row in self.rows["calls"] if one.fits(row[0])]
        targets = {word for row in rows for word in row[1].split()}
        takers = {self.functions[a].name for a in found} & self.handed
        if one.name not in self.handed:
            for taker in takers - {word.partition(">")[0] for word in targets}:
                self.problems.add(f"{one.name}() hands {taker}() a function: which?")
            if through and all(">" in word for word in targets):
                self.problems.add(f"{one.name}() of {one.source} calls through a pointer: whom?")
        for word in targets:
            taker, _, pattern = word.rpartition(">")
            takes = [self.between(a) for a in one.calls if a in self.functions
                     and self.functions[a].name == taker]
            between = max(takes, default=0)
            called = takes if taker else through
            for target in self.matching(pattern, one.early) if called else ():
                if self.counted(target):
                    found[target] = max(found.get(target, 0), between)
        return found

    def between(self, taker):
        """Frames from that of one which was handed a function to where it calls it."""
        inner = [self.between(a) for a in self.functions[taker].calls
                 if a in self.functions and self.functions[a].name in self.handed and a != taker]
        return self.functions[taker].frame + max(inner, default=0)

    def visit(self, one):
        """Circles are found by Tarjan's way."""
        self.index[one] = self.low[one] = len(self.index)
        self.stack.append(one)
        self.after[one] = self.successors(one)
        for other in self.after[one]:
            if other not in self.index:
                self.visit(other)
            if other not in self.best:
                self.low[one] = min(self.low[one], self.low[other])
        if self.low[one] == self.index[one]:
            at = self.stack.index(one)
            circle = self.stack[at:]
            del self.stack[at:]
            self.close(circle)

    def close(self, circle):
        round_it = len(circle) > 1 or circle[0] in self.after[circle[0]]
        left = self.rounds(circle) if round_it else {}
        for address in circle:
            self.ways[address] = self.deepest(address, left)
        for address in circle:
            self.best[address] = self.ways[address][0]

    def deepest(self, one, left):
        """(bytes, the way) from a function on, while each of its circle may be called so often."""
        name, frame = self.functions[one].name, self.functions[one].frame
        left[name] = left.get(name, 1) - 1
        found = (0, [])
        for other, between in self.after[one].items():
            if other in self.best:
                size, way = self.best[other], self.ways[other][1]
            elif left.get(self.functions[other].name):
                size, way = self.deepest(other, left)
            else:
                continue
            if size + between > found[0]:
                found = size + between, [f"what hands it on {between}"] * bool(between) + way
        left[name] += 1
        return found[0] + frame, [f"{name} {frame}"] + found[1]

    def rounds(self, circle):
        """{function: how often it may be on the stack}; F:N in a row is N times for F."""
        names = {self.functions[a].name for a in circle}
        for row in self.rows["rounds"]:
            times = dict((word + ":" + row[1]).split(":")[:2] for word in row[0].split())
            if names <= set(times):
                return {name: int(number) for name, number in times.items()}
        self.problems.add(f"how often may this circle be gone round? {' '.join(sorted(names))}")
        return dict.fromkeys(names, 1)


def deepest(image, depths, *names, early=False):
    """(bytes, the way) from the deepest of these functions on."""
    found = [(depths.of(a), depths.ways[a][1]) for a in image.named(*names, early=early)]
    return max(found, default=(0, []))


def stacks(image, depths, in_traps, reports, regs):
    """(what, bytes, allowed, the deepest way)"""
    stack = constant("STACK_SIZE", "arch/riscv/include/asm/hart.h")
    emergency = constant("EMERGENCY_SIZE", "arch/riscv/include/asm/hart.h")
    room = constant("REPORT_ROOM", "arch/riscv/cpu/entry.S")
    report, said = deepest(image, depths, *reports)
    said = [f"and a report {report}: {said[0]} ..."] if said else []
    for name in ("entry_check", "setup_vm", "announce_try", "no_paging", "satp_differs"):
        size, way = deepest(image, depths, name, early=True)
        yield "before paging", size, stack, way
    for name in ("start_kernel", "secondary_start_kernel"):
        size, way = deepest(image, depths, name)
        yield "a hart's stack", size + report, stack, way + said
    trap, way = deepest(image, in_traps, "handle_trap")
    yield "the room for a trap", trap, room, way
    # A report there may trap, and the report of that finds room as on any stack.
    yield "the emergency stack", regs + trap + regs + room, emergency, way
    size, way = deepest(image, depths, "trap_report", early=True)
    yield "the emergency stack before traps", size, emergency, way


def check(out, rows, show):
    if re.search(r"^CONFIG_(KASAN|UBSAN|PROVE_LOCKING)=y", "\n".join(read(f"{out}/.config")), re.M):
        return
    Function.apart = ("tests/*:*", *(row[0] for row in rows["apart"]))
    image = Image(out)
    reports = {function.name for function in image.functions.values()
               for row in rows["report"] if function.fits(row[0])}
    depths = Depths(image, rows, reports)
    in_traps = Depths(image, rows, reports | {row[0] for row in rows["no-trap"]})
    sys.setrecursionlimit(10000)
    regs = constant("PT_REGS_SIZE", f"{out}/include/asm/asm-offsets.h")
    for what, size, allowed, way in stacks(image, depths, in_traps, reports, regs):
        if show:
            print(f"{out}: {what}: {size:,} of {allowed:,} bytes: {', '.join(way)}")
        if size > allowed:
            yield ROWS, 1, f"{what}: {size} bytes, {allowed} are there: {', '.join(way)}"
    for problem in sorted(depths.problems | in_traps.problems):
        yield ROWS, 1, problem
    yield from complete(image, rows, set(taken(out)))


def complete(image, rows, addresses):
    """Whose address is taken is called somewhere, and rows name what is there."""
    targets = {word.rpartition(">")[2] for row in rows["calls"] for word in row[1].split()} - {"-"}
    takers = defaultdict(set)
    for source, name in addresses:
        takers[name].add(source)
    for function in image.functions.values():
        where = takers[function.name]
        if (where and function.counted() and function.source and not function.early
                and (function.source in where or not image.local(function))
                and not any(function.fits(target) for target in targets)):
            yield function.source, 1, (f"{function.name}() is called through a pointer: by whom? "
                                       f"{ROWS} does not say")
    words = set(re.findall(r"\b(\w+)\(", "\n".join("\n".join(read(name)) for name in files()
                                                   if name.endswith(".c"))))
    callers = {row[0] for kind in ("calls", "handed", "report", "no-trap") for row in rows[kind]}
    for name in sorted(targets | callers):
        if not fnmatch.filter(words, name.rpartition(":")[2]):
            yield ROWS, 1, f"{name} is no function"


def main():
    rows = defaultdict(list)
    for line in read(ROWS):
        if line and not line.startswith("#"):
            rows[line.split("\t")[0]].append(line.split("\t")[1:])
    outs = [word for word in sys.argv[1:] if word != "--paths"] or [OUT]
    finish([problem for out in outs for problem in check(out, rows, "--paths" in sys.argv)])


if __name__ == "__main__":
    main()
