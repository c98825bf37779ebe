# SPDX-License-Identifier: BSD-2-Clause
"""The table of cells.yaml: which cells there are, and the boot each one is."""
import functools
import itertools
import string
import sys
from dataclasses import dataclass

import artifacts
import machine
import yaml

JOINED = {"append": " ", "cpu": ","}
FIELDS = ("cpu", "ram", "load", "smp", "firmware", "build", "machine")


@functools.cache
def table():
    text = (artifacts.TOP / "tests/qemu/cells.yaml").read_text()
    loaded = yaml.load(text, yaml.BaseLoader)  # "no" and "1" stay text
    return {**loaded, "never": [{k: v if isinstance(v, list) else [v] for k, v in rule.items()
                                 if k != "why"} for rule in loaded["never"]]}


@functools.cache
def axes():
    return {axis: list(values) for axis, values in table()["axes"].items()}


def cells64(number):
    """A number as the two cells of a device tree property."""
    return f"{number >> 32:#x} {number & 0xffffffff:#x}"


@dataclass(frozen=True)
class Cell:
    """
    @values: one (axis, value) for each axis, in the table's order
    @turn: tells apart boots of a cell that is repeated
    """
    values: tuple
    turn: int = 0

    @property
    def name(self):
        odd = [f"{a}={v}" for a, v in self.values if v != axes()[a][0]]
        return ",".join(odd) or "plain"

    @property
    def suffix(self):
        return f"#{self.turn}" if self.turn else ""

    def __getitem__(self, axis):
        return dict(self.values)[axis]

    def settings(self):
        """All settings of the chosen values; some are joined."""
        found = {}
        for axis, value in self.values:
            for key, setting in table()["axes"][axis][value].items():
                joined = key in found and key in JOINED
                found[key] = found[key] + JOINED[key] + setting if joined else setting
        return found

    def tree(self):
        """The edit of the device tree, with the lines for harts written out."""
        s, smp = self.settings(), int(self.settings()["smp"])
        lines = {n: s.get("each-cpu", "") for n in range(smp)}
        lines[0] += s.get("first-cpu", "")
        lines[smp - 1] += s.get("last-cpu", "")
        nodes = "".join(f"cpu@{n:x} {{ {text} }};" for n, text in lines.items() if text)
        half = machine.size(s["ram"]) // 2
        dts = string.Template(s.get("dts", "")).substitute(
            middle=cells64(machine.RAM_BASE + half), half=cells64(half))
        return dts + (f"/ {{ cpus {{ {nodes} }}; }};" if nodes else "")

    def boot(self, run=None):
        """@run replaces what the cell is asked to do."""
        s = self.settings()
        run = run or s.get("run", f"ktest={s['suites']}")
        fields = {k: s[k] for k in FIELDS if k in s}
        fields["smp"] = int(fields["smp"])
        if "load" in fields:
            fields["load"] = int(fields["load"], 0)
        return machine.Boot(name=self.name + self.suffix, tree=self.tree(), **fields,
                            append=" ".join(filter(None, [s.get("append"), run])))


def legal(chosen):
    """Whether no rule of `never` is fulfilled by these values (a dict; axes may be missing)."""
    return not any(all(chosen.get(axis) in values for axis, values in rule.items())
                   for rule in table()["never"])


def filled(chosen):
    """The same with the defaults of the other axes."""
    return {axis: chosen.get(axis, values[0]) for axis, values in axes().items()}


def cell(chosen):
    """A Cell from a dict of axis: value; the rest are defaults."""
    for axis, value in chosen.items():
        known = axes().get(axis, [])
        if value not in known:
            raise ValueError(f"cells.yaml has no {axis}={value}; " + (
                f"{axis} is one of {' '.join(known)}" if known else f"it has {' '.join(axes())}"))
    full = filled(chosen)
    if not legal(full):
        raise ValueError("cells.yaml says this cannot be: "
                         + ",".join(f"{a}={v}" for a, v in chosen.items()))
    return Cell(tuple(full.items()))


def parse_name(name):
    """A Cell from its name, or from any axis=value list."""
    if name in ("", "plain"):
        return cell({})
    if not all("=" in part for part in name.split(",")):
        raise ValueError(f"{name}: no cell; it is `plain`, or AXIS=VALUE,... of cells.yaml")
    return cell(dict(part.split("=", 1) for part in name.split(",")))


def cover():
    """
    A small set of cells in which any two values of two axes meet, if any legal cell
    joins them. Greedy and without chance: the same table gives the same cells.
    """
    names = list(axes())
    todo = dict.fromkeys(((a, x), (b, y)) for a, b in itertools.combinations(names, 2)
                         for x in axes()[a] for y in axes()[b])
    cells = []
    while todo:
        pair = next(iter(todo))
        full = _complete(dict(pair), [a for a in names if a not in dict(pair)], todo, cells)
        if not full:
            del todo[pair]
            continue
        cells.append(Cell(tuple((a, full[a]) for a in names)))
        for pair in itertools.combinations(cells[-1].values, 2):
            todo.pop(pair, None)
    return cells


def _complete(chosen, rest, todo, cells):
    """
    A legal full assignment; each value taken in turn meets the most pairs still to do, and
    of suites those are taken that ran least in @cells.
    """
    if not legal(chosen):
        return None
    if not rest:
        return chosen
    axis = rest[0]
    order = list(axes())

    def gain(value):
        pairs = sum(tuple(sorted([(a, v), (axis, value)], key=lambda p: order.index(p[0]))) in todo
                    for a, v in chosen.items())
        return pairs, -sum(c[axis] == value for c in cells) if axis == "suites" else 0
    for value in sorted(axes()[axis], key=gain, reverse=True):
        full = _complete({**chosen, axis: value}, rest[1:], todo, cells)
        if full:
            return full
    return None


def smoke():
    """A few cells for a first look: each kind of hart, and the limits."""
    return [cell({"cpu": c}) for c in axes()["cpu"]] + [cell({"limit": v}) for v in axes()["limit"]]


def chosen(which):
    """smoke, cover (with the regressions), matrix (everything), or names separated by spaces."""
    if which == "smoke":
        found = smoke()
    elif which == "cover":
        found = regressions() + cover()
    elif which == "matrix":
        found = regressions() + crosses() + [
            cell({**dict(c.values), "suites": "all"}) for c in cover()]
    else:
        found = [parse_name(name) for name in which.split()]
    return list(dict.fromkeys(found))


def regressions():
    return [parse_name(name) for name in table()["regressions"]]


def crosses():
    found = []
    for asked in table()["cross"]:
        if isinstance(asked, list):
            asked = dict.fromkeys(asked, "all")
        lists = [axes()[a] if values == "all" else values for a, values in asked.items()]
        chosen = (dict(zip(asked, values)) for values in itertools.product(*lists))
        found += [cell(c) for c in chosen if legal(filled(c))]
    return found


if __name__ == "__main__":  # which image a cell boots; nothing for a wrong name: the boot says why
    try:
        print(parse_name(sys.argv[1]).settings()["build"])
    except ValueError:
        sys.exit(1)
