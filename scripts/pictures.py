#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The pictures of the documentation as SVG:  pictures.py DIR

They show what is committed: the counts in tests/bench/*.json, and the tables of
Documentation/reference/vm-layout.md. Equal input gives equal bytes, with one matplotlib.
"""
import json
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
    rows = re.findall(r"^\| (\w+) \| (\w{16}) \| (\w{16}) \| (.*?) \|", section, re.M)
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
            axes.text(x + 0.96, high - 0.012, size, va="top", ha="right", size=9.5)
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
    """The half, then its top 4 GiB, then the fixed slots: each bar linear, by a scale of its own."""
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


PICTURES = {f"layout-{mode}": (draw_layout, mode) for mode in MODES}


def main(out):
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, (draw, *args) in PICTURES.items():
        draw(*args).savefig(Path(out) / f"{name}.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
