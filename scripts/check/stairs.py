#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The picture in Documentation/explanation/architecture.md, checked: calls and includes go down.

    stairs.py [--draw] [DIR...]    DIR: where an image was built, the Makefile's O; several count
                                   together. --draw says in words what each room calls.

The floors are read from that page's drawing, which README.md repeats; the doors, the hooks and the
circles from its tables. Who calls whom is read from the symbols that each object defines and asks
for.
"""
import glob
import os
import re
import sys
from collections import defaultdict, deque

from tree import OUT, TOOLS, finish, read, run

PAGE, COPY = "Documentation/explanation/architecture.md", "README.md"  # COPY has the drawing too
ROW = re.compile(r" \| (.* )(\d) \|$")
DOORS, CIRCLES = 6, 5  # at most so many
# What the compiler puts calls of into any code.
COMPILERS = re.compile(r"__((asan|kasan_check|ubsan_handle)_\w+|stack_chk_fail)$")
SOURCES = ("arch", "boot", "drivers", "harts", "include", "kasan", "lib", "mm", "monitor",
           "tests/kernel", "tests/bench")


class Picture:
    """The rooms of the drawing, each with its floor; `a/ < b/`: a is below b on one floor."""

    def __init__(self):
        self.lines = read(PAGE)
        self.floor, self.chain = {}, {}
        for number, line in enumerate(self.lines):
            row = ROW.match(line)
            for part in row.group(1).split("|") if row else ():
                names = re.findall(r"(?<!\S)(<|[\w/]+(?:\{[\w,]+\})?/)(?!\S)", part)
                below = "<" in names
                for place, name in enumerate(n for n in names if n != "<"):
                    for room in self.rooms_of(name):
                        self.floor[room] = int(row.group(2))
                        self.chain[room] = (number, place) if below else None

    @staticmethod
    def rooms_of(name):
        """a/{b,c}/ are a/b/ and a/c/."""
        braces = re.match(r"(.*)\{(.*)\}(.*)", name)
        if not braces:
            return [name]
        return [braces.group(1) + word + braces.group(3) for word in braces.group(2).split(",")]

    def room(self, path):
        return max((r for r in self.floor if path.startswith(r)), key=len, default=None)

    def up(self, low, high):
        """Whether the room @high lies above @low."""
        if self.floor[high] != self.floor[low]:
            return self.floor[high] > self.floor[low]
        one, other = self.chain[low], self.chain[high]
        return bool(one and other and one[0] == other[0] and one[1] < other[1])

    def table(self, heading):
        """(line, cells) of the rows of the table below a heading."""
        at = self.lines.index(heading) if heading in self.lines else len(self.lines)
        rows = 0
        for number, line in enumerate(self.lines[at + 1:], at + 2):
            if line.startswith("#"):
                return
            rows += line.startswith("|")
            if line.startswith("|") and rows > 2:
                yield number, [cell.strip() for cell in line.strip("|").split("|")]


def words(cell):
    """The names in a cell: `x()` and `y` are x and y."""
    return [word.removesuffix("()") for word in re.findall(r"`([^`]+)`", cell)]


def sources():
    found = [f for top in SOURCES for f in glob.glob(f"{top}/**/*.[chS]", recursive=True)]
    return sorted(found + glob.glob("tests/*.c"))


def linker_symbols():
    """Addresses, of no floor."""
    lines = read("arch/riscv/include/asm/sections.h")
    return set(re.findall(r"\b(_\w+)\[\]", "\n".join(lines)))


class Graph:
    """
    calls[a][b] is the symbols of object b that object a asks for, but for doors and what the
    compiler calls. An object is (variant, source): what is built twice counts as two, "" and
    "early/". level[a] is the part of calls[a] that does not go up.
    """

    def __init__(self, outs, doors, picture):
        self.home = {}  # (variant, symbol) -> object
        self.calls = defaultdict(lambda: defaultdict(set))
        self.level = defaultdict(set)
        self.doors = set()  # (symbol, source) of those that are used
        self.objects = set()
        asked = defaultdict(set)
        for out in outs:
            self.read(out, asked)
        linker = linker_symbols()
        for one, symbols in asked.items():
            for symbol in symbols - linker:
                other = self.owner(one, symbol)
                plain = symbol.removeprefix("__early_")
                if not other or other == one or COMPILERS.match(plain):
                    continue
                if (plain, one[1]) in doors:
                    self.doors.add((plain, one[1]))
                    continue
                self.calls[one][other].add(plain)
                low, high = picture.room(one[1]), picture.room(other[1])
                if not (low and high and picture.up(low, high)):
                    self.level[one].add(other)

    def read(self, out, asked):
        built = {}
        for name in sources():
            for variant in ("", "early/") if name.endswith((".c", ".S")) else ():
                path = f"{out}/{variant}{name[:-2]}.o"
                if os.path.exists(path):
                    built[path] = (variant, name)
        for line in run(TOOLS + "nm", "-A", *built).splitlines() if built else ():
            path, text = line.split(":", 1)
            kind, symbol = text.split()[-2:]
            if kind in "Uw":
                asked[built[path]].add(symbol)
            elif kind.isupper():
                self.home[built[path][0], symbol] = built[path]
        self.objects |= set(built.values())

    def owner(self, one, symbol):
        """As in the linked image: what early.o holds has a prefix."""
        if symbol.startswith("__early_"):
            return self.home.get(("early/", symbol.removeprefix("__early_")))
        return self.home.get((one[0], symbol)) or self.home.get(("", symbol))

    def defined(self, symbol):
        return {self.home[v, symbol][1] for v in ("", "early/") if (v, symbol) in self.home}

    def components(self):
        """
        The circles: sets of two objects or more of which each reaches each. An arrow that goes
        up is wrong by itself, and would join all objects into one.
        """
        index, low, stack, found = {}, {}, [], []

        def visit(one):
            index[one] = low[one] = len(index)
            stack.append(one)
            for other in sorted(self.level[one]):
                if other not in index:
                    visit(other)
                low[one] = min(low[one], low.get(other, len(self.objects)))
            if low[one] == index[one]:
                at = stack.index(one)
                members = stack[at:]
                del stack[at:]
                for member in members:
                    low[member] = len(self.objects)  # done: no way back through it
                if len(members) > 1:
                    found.append(set(members))

        for one in sorted(self.objects):
            if one not in index:
                visit(one)
        return found

    def way(self, start, end, inside):
        """The shortest way from @start to @end."""
        came, queue = {start: None}, deque([start])
        while queue and end not in came:
            one = queue.popleft()
            for other in sorted(self.level[one]):
                if other in inside and other not in came:
                    came[other] = one
                    queue.append(other)
        path = [end]
        while path[-1] != start:
            path.append(came[path[-1]])
        return path[::-1]

    def shortest(self, circle, fits):
        """The shortest way round that has an arrow which @fits, or nothing."""
        ways = [[one] + self.way(other, one, circle) for one in sorted(circle)
                for other in sorted(self.level[one]) if other in circle and fits(one, other)]
        return min(ways, key=len, default=[])


def some(symbols, most=4):
    names = sorted(symbols)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")


def line_of(source, symbol):
    """Where a source first names a symbol, so that an editor can go there."""
    return next((number for number, line in enumerate(read(source), 1)
                 if re.search(rf"\b{symbol}\b", line) and not re.match(r"#include| \*|/\*", line)),
                1)


def check_rooms(picture):
    copy = [(number, line) for number, line in enumerate(read(COPY), 1) if ROW.match(line)]
    if [line for _, line in copy] != [line for line in picture.lines if ROW.match(line)]:
        yield COPY, copy[0][0] if copy else 1, f"the drawing is not that of {PAGE}"
    for name in sources():
        if not picture.room(name):
            yield name, 1, f"lies in no room of the drawing in {PAGE}"


def check_calls(picture, graph):
    for one in sorted(graph.objects):
        low = picture.room(one[1])
        for other, symbols in graph.calls[one].items():
            high = picture.room(other[1])
            for symbol in sorted(symbols) if low and high and picture.up(low, high) else ():
                yield (one[1], line_of(one[1], symbol),
                       f"goes up: {low} (floor {picture.floor[low]}) uses {symbol} "
                       f"of {other[1]} (floor {picture.floor[high]})")


def header_room(header, picture, graph, names):
    """A header belongs to the source of its stem; else to the lowest that defines what it has."""
    folder, stem = os.path.split(header[:-2])
    arch = folder.startswith("arch/")
    owners = [n for n in names if n.endswith((".c", ".S")) and n.startswith("arch/") == arch
              and os.path.basename(n)[:-2] == stem]
    if not owners:
        text = re.sub(r"/\*.*?\*/", "", "\n".join(read(header)), flags=re.S)
        declared = re.findall(r"^(?!static|#|\t|typedef).*?\b(\w+)\([^{]*?\)[^{]*?;$", text,
                              re.M)
        owners = [source for symbol in declared if not COMPILERS.match(symbol)
                  for source in graph.defined(symbol)]
    rooms = [room for room in map(picture.room, owners) if room]
    return min(rooms, key=lambda room: picture.floor[room], default="include/")


def check_includes(picture, graph, doors):
    """A header that goes up must declare the door through which its includer goes."""
    names = sources()
    rooms = {n: header_room(n, picture, graph, names) if "include/" in n else picture.room(n)
             for n in names}
    for name in names:
        for number, line in enumerate(read(name), 1):
            match = re.match(r'#include ([<"])(.*)[>"]', line)
            if not match:
                continue
            kind, header = match.groups()
            places = ([header, os.path.normpath(os.path.join(os.path.dirname(name), header))]
                      if kind == '"' else [f"include/{header}", f"arch/riscv/include/{header}"])
            found = next((p for p in places if rooms.get(p)), None)
            high = rooms[found] if found else None
            through = high and any(source == name and re.search(rf"\b{symbol}\(",
                                   "\n".join(read(found))) for symbol, source in doors)
            if high and rooms[name] and picture.up(rooms[name], high) and not through:
                yield (name, number, f"goes up: {rooms[name]} (floor "
                       f"{picture.floor[rooms[name]]}) includes {header} of {high} "
                       f"(floor {picture.floor[high]})")


def told(graph, way):
    steps = [f"{other[0]}{other[1]} ({some(graph.calls[one][other])})"
             for one, other in zip(way, way[1:])]
    return " -> ".join([way[0][0] + way[0][1]] + steps)


def across(picture, graph, circle):
    """For each two rooms that a circle joins, its shortest way round."""
    rooms = sorted({str(picture.room(source)) for _, source in circle})
    for low, high in ((low, high) for low in rooms for high in rooms if low < high):
        way = graph.shortest(circle, lambda a, b, pair={low, high}: pair == {
            picture.room(a[1]), picture.room(b[1])})
        if way:
            yield way[0][1], 1, f"a circle through {low} and {high}: {told(graph, way)}"


def check_circles(picture, graph):
    rows = [(number, set(words(cells[0]))) for number, cells in picture.table("## The circles")]
    seen, told_of = defaultdict(set), []
    for number, _ in rows[CIRCLES:]:
        yield PAGE, number, f"one circle too many: {CIRCLES} are allowed"
    for circle in graph.components():
        members = {source for _, source in circle}
        row = next((number for number, allowed in rows if members <= allowed), None)
        if len({picture.room(source) for source in members}) > 1:
            yield from across(picture, graph, circle)
        elif row:
            seen[row] |= members
        elif members not in told_of:  # once, where both variants have it
            told_of.append(members)
            way = graph.shortest(circle, lambda a, b: True)
            yield (way[0][1], 1, f"a circle of {some(members, len(members))}, which {PAGE} does "
                   f"not list; in short: {told(graph, way)}")
    built = {source for _, source in graph.objects}
    for number, allowed in rows:
        if allowed - seen[number] and not {n for n in allowed if os.path.exists(n)} - built:
            yield PAGE, number, f"no circle has {some(allowed - seen[number])}"


def naming(symbol):
    """The sources that name it; what an option leaves out is in no object."""
    return [name for name in sources() if name.endswith(".c") and re.search(
        rf"^[^*\n]*\b{symbol}\b", "\n".join(read(name)), re.M)]


def check_page(picture, graph, doors):
    """What the tables name is there and in use."""
    names = sorted({symbol for symbol, _ in doors})
    at = {symbol: number for (symbol, _), number in doors.items()}
    for symbol in names[DOORS:]:
        yield PAGE, at[symbol], f"{len(names)} doors, {DOORS} are allowed"
    for door, number in doors.items():
        low = picture.room(door[1])
        homes = graph.defined(door[0])
        if door not in graph.doors:
            yield PAGE, number, f"{door[1]} does not use {door[0]}()"
        elif not any(picture.up(low, picture.room(home)) for home in homes):
            yield PAGE, number, f"{door[0]}() is no door: it does not lie above {door[1]}"
    for number, cells in picture.table("## The hooks"):
        for symbol in words(cells[0]):
            users, home = naming(symbol), graph.home.get(("", symbol))
            if not users:
                yield PAGE, number, f"nothing is called {symbol}"
            elif home and not any(picture.up(picture.room(home[1]), picture.room(user))
                                  for user in users):
                yield PAGE, number, f"the hook {symbol} of {home[1]} is not set from above"


def draw(picture, graph):
    uses = defaultdict(lambda: defaultdict(set))
    for one, others in graph.calls.items():
        for other, symbols in others.items():
            uses[picture.room(one[1])][picture.room(other[1])] |= symbols
    order = sorted(picture.floor, key=lambda room: (-picture.floor[room], room))
    for room in order:
        print(f"{room} (floor {picture.floor[room]}) uses")
        for other in order:
            if other != room and uses[room][other]:
                mark = "  UP to " if picture.up(room, other) else "  "
                print(f"{mark}{other}: {some(uses[room][other], 8)}")


def main():
    picture = Picture()
    doors = {(symbol, source): number for number, cells in picture.table("## The doors")
             for symbol in words(cells[0]) for source in words(cells[1])}
    outs = [word for word in sys.argv[1:] if word != "--draw"] or [OUT]
    graph = Graph(outs, doors, picture)
    if not graph.objects:
        finish([("Makefile", 1, f"nothing is built in {' '.join(outs)}: make first")])
    if "--draw" in sys.argv:
        draw(picture, graph)
        return
    homeless = list(check_rooms(picture))
    finish(homeless or sorted(set(check_includes(picture, graph, doors)) |
                              set(check_calls(picture, graph))) +
           list(check_circles(picture, graph)) + sorted(check_page(picture, graph, doors)))


if __name__ == "__main__":
    main()
