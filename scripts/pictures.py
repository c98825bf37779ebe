#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The pictures of the documentation as SVG:  pictures.py DIR

They show what is committed: the counts in tests/bench/*.json, and the tables of
Documentation/reference/vm-layout.md. Equal input gives equal bytes, with one matplotlib.
"""
import csv
import io
import json
import math
import re
import sys
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

TOP = Path(__file__).resolve().parents[1]
LAYOUT = TOP / "Documentation/reference/vm-layout.md"
MODES = ("sv57", "sv48", "sv39")
matplotlib.rcParams |= {"svg.hashsalt": "cairn", "font.size": 11, "axes.spines.top": False,
                        "axes.spines.right": False, "axes.axisbelow": True}
# Okabe and Ito's colours, which the colour-blind tell apart; lines differ in marks too.
BLACK, ORANGE, SKY, GREEN = "#000000", "#e69f00", "#56b4e9", "#009e73"
YELLOW, BLUE, RED, PURPLE = "#f0e442", "#0072b2", "#d55e00", "#cc79a7"

# --- The address space ----------------------------------------------------------------

FILL = {"linear": SKY, "vmalloc": "#8fd3bd", "vmemmap": YELLOW, "kasan": "#f0b48a",
        "modules": "#dddddd", "fixmap": "#e3bcd2", "fdt": "#f6c95c", "image": "#9dc3dd"}


def regions(mode):
    """[(name, start, end, size in words)] of a mode, as the page's table has them."""
    section = LAYOUT.read_text().split(f"\n## {mode}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| `(\w{16})` \| `(\w{16})` \| (.*?) \|", section, re.M)
    return [(name, int(start, 16), int(last, 16) + 1, size) for name, start, last, size in rows]


def draw_bar(axes, x, start, end, parts):
    """[start, end) from bottom to top between x and x + 1, what lies in it named."""
    def height(address):
        return (address - start) / (end - start)
    axes.plot([x, x, x + 1, x + 1, x], [0, 1, 1, 0, 0], color=BLACK, lw=0.8)
    at, free = start, []
    for name, first, beyond, size in sorted(parts, key=lambda part: part[1]):
        free += [(at, first)] if first > at else []
        at = max(at, beyond)
        low, high = height(first), height(beyond)
        axes.fill_between([x, x + 1], low, high, color=FILL[name], ec=BLACK, lw=0.5)
        if high - low > 0.05:
            axes.text(x + 0.04, high - 0.012, name, va="top", weight="bold")
            axes.text(x + 0.96, high - 0.012, size, va="top", ha="right", size=9)
            axes.text(x + 0.04, low + 0.01, f"{first >> 32:08x} {first & 0xffffffff:08x}",
                      va="bottom", family="monospace", size=9)
    for low, high in [*free, (at, end)]:
        if height(high) - height(low) > 0.05:
            axes.text(x + 0.5, (height(low) + height(high)) / 2, "nothing", ha="center",
                      va="center", color="#555555", style="italic")
    return height


def enlarge(axes, low, high, x, to):
    """Lines from the part [low, high] of the bar that ends at x to the whole of the next."""
    for y, other in ((low, 0), (high, 1)):
        axes.plot([x, to], [y, other], color="#555555", lw=0.8, ls=(0, (4, 3)))


def draw_layout(mode):
    """The half, its top 4 GiB, the fixed slots: each bar linear, by a scale of its own."""
    parts = regions(mode)
    lowest, top, slots = parts[0][1], (1 << 64) - (1 << 32), [p for p in parts
                                                             if p[0] in ("fixmap", "fdt")]
    figure = Figure(figsize=(7, 5.6))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set(xlim=(-0.01, 3.51), ylim=(-0.02, 1.09))
    height = draw_bar(axes, 0, lowest, 1 << 64, [p for p in parts if p[1] < top])
    enlarge(axes, height(top), 1, 1, 1.25)
    height = draw_bar(axes, 1.25, top, 1 << 64, [p for p in parts if p[1] >= top])
    enlarge(axes, height(slots[0][1]), height(slots[-1][2]), 2.25, 2.5)
    draw_bar(axes, 2.5, slots[0][1], slots[-1][2], slots)
    half = ((1 << 64) - lowest) >> 30
    for x, text in ((0, f"{mode}: upper half\n{in_words(half << 30)}"), (1.25, "its top\n4 GiB"),
                    (2.5, f"fixed slots\n{in_words(slots[-1][2] - slots[0][1])}")):
        axes.text(x + 0.5, 1.01, text, ha="center", va="bottom")
    return figure


def in_words(size):
    """4 GiB"""
    power = (size.bit_length() - 1) // 10
    return f"{size / (1 << 10 * power):g} {('B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB')[power]}"


# --- What was counted -----------------------------------------------------------------

BENCH = TOP / "tests/bench"
SIZES = {unit: 1 << 10 * power for power, unit in enumerate("KMGT", 1)}
BUILDS = {"plain": "plain", "kasan": "KASAN"}


def counts(name):
    """A file of tests/bench."""
    return json.loads((BENCH / f"{name}.json").read_text())


def number(cell, figure):
    """boot.prompt, tables, or a benchmark's median; None where a cell has none."""
    if figure.startswith("boot."):
        return cell.get("boot", {}).get(figure[5:])
    if figure == "tables":
        return cell.get("tables")
    return cell.get("results", {}).get(figure, {}).get("median")


def ram(text):
    """Bytes: 256M"""
    return int(text[:-1]) * SIZES[text[-1]]


def ours(mode, build, figure):
    """[(RAM, number)]"""
    found = [(ram(cell["ram"]), number(cell, figure)) for cell in counts("baseline")["cells"]
             if (cell["mode"], cell["build"]) == (mode, build)]
    return sorted(point for point in found if point[1] is not None)


def linux(mode, build, figure):
    """[(RAM, number)]"""
    return sorted((ram(row["ram"]), row["value"]) for row in counts("linux")["figures"]
                  if (row["mode"], row["build"], row["ours"]) == (mode, build, figure))


def over_ram(what, lines, base=10):
    """Log-log; @lines: (label, points, how it is drawn)."""
    figure = Figure(figsize=(7.5, 4.6), layout="constrained")
    axes = figure.add_subplot()
    drawn = [line for line in lines if line[1]]
    for label, points, style in drawn:
        axes.plot(*zip(*points), label=label, ms=6, lw=1.8, **style)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=base)
    values = [value for _, points, _ in drawn for _, value in points]
    axes.set_ylim(base ** math.floor(math.log(min(values), base)),
                  base ** math.ceil(math.log(max(values), base)))
    ticks = [ram(text) for text in ("256M", "1G", "16G", "256G", "4T", "64T")]
    axes.set_xticks(ticks, [in_words(tick) for tick in ticks])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(xlabel="RAM", ylabel=what)
    axes.minorticks_off()
    axes.grid(color="#dddddd")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return figure


def style(color, marker, dashes="-"):
    return {"color": color, "marker": marker, "ls": dashes}


def draw_boot():
    return over_ram("instructions", [
        ("Linux, plain", linux("sv57", "plain", "boot.prompt"), style(RED, "s")),
        ("Linux, KASAN", linux("sv57", "kasan", "boot.prompt"), style(RED, "s", "--")),
        ("Cairn, plain", ours("sv57", "plain", "boot.prompt"), style(BLUE, "o")),
        ("Cairn, KASAN", ours("sv57", "kasan", "boot.prompt"), style(BLUE, "o", "--"))])


def draw_tables():
    marks = zip(MODES, (BLUE, RED, GREEN), "osv")
    return over_ram("table pages in use at the prompt", [
        (f"{mode}, {BUILDS[build]}", ours(mode, build, "tables"), style(color, mark, dashes))
        for mode, color, mark in marks for build, dashes in zip(BUILDS, ("-", "--"))], 2)


def operations(build):
    """[(Linux's row, our number)] of what both counted in sv57 with 1 GiB, the best ratio last."""
    cell = next(c for c in counts("baseline")["cells"]
                if (c["mode"], c["build"], c["ram"]) == ("sv57", build, "1G"))
    rows = [(row, number(cell, row["ours"])) for row in counts("linux")["figures"]
            if row["ours"] and row["unit"] == "instructions/op"
            and (row["mode"], row["build"], row["ram"]) == ("sv57", build, "1G")]
    return sorted(((row, mine) for row, mine in rows if mine),
                  key=lambda pair: pair[1] / pair[0]["value"], reverse=True)


def operations_table():
    """The rows of the picture as CSV, the best ratio first."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["Cairn's benchmark", "Cairn", "Linux", "ratio", "Linux's figure"])
    for row, mine in reversed(operations("plain")):
        about = ": ".join(filter(None, (row["name"], row["conditions"])))
        table.writerow([f"``{row['ours']}``", f"{mine:,.6g}", f"{row['value']:,.6g}",
                        f"{mine / row['value']:.2f}", about])
    return out.getvalue()


def draw_operations(build):
    """Two marks a row, and how many of Linux's instructions ours are."""
    rows = [(row["ours"], mine, row["value"]) for row, mine in operations(build)]
    figure = Figure(figsize=(7.5, 1.3 + 0.3 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for y, (_, mine, theirs) in enumerate(rows):
        axes.plot([mine, theirs], [y, y], color="#999999", lw=1.5, zorder=1)
        axes.text(1.01, y, f"{mine / theirs:.2f}", transform=axes.get_yaxis_transform(),
                  va="center")
    axes.scatter([row[2] for row in rows], range(len(rows)), color=RED, marker="s", label="Linux")
    axes.scatter([row[1] for row in rows], range(len(rows)), color=BLUE, marker="o", label="Cairn")
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.set(xlabel="instructions for one operation", ylim=(-0.7, len(rows) - 0.3))
    axes.text(1.01, len(rows) - 0.1, "ratio", transform=axes.get_yaxis_transform(), va="bottom")
    axes.grid(axis="x", color="#dddddd")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return figure


PARTS = {"text": ("code", BLUE, ""), "boot": ("given back", YELLOW, ""),
         "constants": ("constants", SKY, ""), "data": ("data", ORANGE, ""),
         "zeroed": ("not in the file", "#ffffff", "///")}


def draw_image():
    images = counts("images")
    figure = Figure(figsize=(7.5, 1.6 + 0.6 * len(images)), layout="constrained")
    axes = figure.add_subplot()
    for y, parts in enumerate(reversed(images.values())):
        at = 0
        for part, (label, color, hatch) in PARTS.items():
            axes.barh(y, parts[part] / 1024, left=at, height=0.6, color=color, hatch=hatch,
                      edgecolor=BLACK, lw=0.5, label=label if not y else None)
            at += parts[part] / 1024
        in_file = at - parts["zeroed"] / 1024
        axes.text(at + 12, y, f"{in_file:.0f} KiB in the file\n{at:.0f} KiB in RAM", va="center",
                  size=10)
    axes.set_yticks(range(len(images)), [name.removesuffix("_defconfig") for name in
                                         reversed(images)])
    axes.set(xlabel="KiB", xlim=(0, 1.25 * max(sum(i.values()) for i in images.values()) / 1024))
    axes.grid(axis="x", color="#dddddd")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
    return figure


PICTURES = {f"layout-{mode}": (draw_layout, mode) for mode in MODES} | {
    "boot": (draw_boot,), "tables": (draw_tables,), "image": (draw_image,),
    "operations": (draw_operations, "plain"), "operations-kasan": (draw_operations, "kasan")}


def main(out):
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, (draw, *args) in PICTURES.items():
        draw(*args).savefig(Path(out) / f"{name}.svg", metadata={"Date": None, "Creator": None})
    (Path(out) / "operations.csv").write_text(operations_table())


if __name__ == "__main__":
    main(*sys.argv[1:])
