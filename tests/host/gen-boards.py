#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
What a boot shall make of boards' device trees:  gen-boards.py DTBDIR >boards.tsv

By fdtget, so that the kernel's reader is not measured with itself. Look at what
changed before it is committed: this script and the kernel can be wrong alike.
"""
import subprocess
import sys
from pathlib import Path

UARTS = ("ns16550a", "ns16550", "snps,dw-apb-uart", "sifive,uart0")  # as in asm/earlycon.h


class Tree:
    def __init__(self, path):
        self.path = path

    def call(self, *args):
        done = subprocess.run(["fdtget", *args[:-1], self.path, *args[-1]], capture_output=True,
                              text=True, check=False)
        return done.stdout.split("\n")[:-1] if done.returncode == 0 else None

    def prop(self, node, name, kind="s"):
        """The words of a property, or None."""
        found = self.call("-t", kind, [node, name])
        return None if found is None else found[0].split() if found else []

    def text(self, node, name):
        found = self.call("-t", "s", [node, name])
        return found[0] if found else None

    def children(self, node):
        return [node.rstrip("/") + "/" + name for name in self.call("-l", [node]) or []]

    def number(self, node, name, default=0):
        found = self.prop(node, name, "u")
        return int(found[0]) if found else default

    def usable(self, node):
        return self.text(node, "status") in (None, "okay", "ok")

    def reg(self, node):
        """[(start, size)]"""
        parent = node.rsplit("/", 1)[0] or "/"
        a, s = self.number(parent, "#address-cells", 2), self.number(parent, "#size-cells", 1)
        words = [int(w, 16) for w in self.prop(node, "reg", "x") or []]
        pairs = [words[i:i + a + s] for i in range(0, len(words), a + s)]
        return [tuple(sum(w << 32 * i for i, w in enumerate(reversed(part)))
                      for part in (pair[:a], pair[a:])) for pair in pairs]


def joined(ranges):
    found = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1][1] = max(end, found[-1][1])
        elif start < end:
            found.append([start, end])
    return found


def without(ranges, holes):
    for low, high in holes:
        ranges = [piece for start, end in ranges
                  for piece in ((start, min(end, low)), (max(start, high), end))
                  if piece[0] < piece[1]]
    return ranges


def shown(ranges):
    return ",".join(f"{start:x}-{end:x}" for start, end in ranges) or "-"


def harts(tree):
    """(ids, the one that boots first; limit)"""
    cpus = [c for c in tree.children("/cpus") if tree.text(c, "device_type") == "cpu"]
    cpus = [c for c in cpus if tree.usable(c)]
    mmu = {c: (tree.text(c, "mmu-type") or "").removeprefix("riscv,") for c in cpus}
    runs = [c for c in cpus if mmu[c] not in ("", "none")] or cpus[:1]
    limits = [m for m in mmu.values() if m in ("sv39", "sv48", "sv57")]
    return ",".join(str(tree.reg(c)[0][0]) for c in runs), min(limits, default="none")


def memory(tree):
    """(RAM, what of it is mapped, [(name, start, size, mapped)] reserved)"""
    nodes = [n for n in tree.children("/") if tree.text(n, "device_type") == "memory"]
    ram = joined([start, start + size] for n in nodes if tree.usable(n)
                 for start, size in tree.reg(n))
    kept = [(n.rsplit("/", 1)[1], start, size, tree.prop(n, "reusable") is not None)
            for n in tree.children("/reserved-memory") if tree.usable(n)
            for start, size in tree.reg(n)]
    mapped = without([tuple(r) for r in ram],
                     [(start, start + size) for _, start, size, use in kept if not use])
    return ram, mapped, kept


def console(tree):
    """COMPATIBLE@START of the UART that stdout-path names, with its shift and width."""
    path = (tree.text("/chosen", "stdout-path") or "").split(":")[0]
    if path and path[0] != "/":
        path = tree.text("/aliases", path)
    known = path and [c for c in tree.prop(path, "compatible") if c in UARTS]
    if not known or not tree.usable(path):
        return "-"
    return (f"{known[0]}@{tree.reg(path)[0][0]:x}"
            f" {tree.number(path, 'reg-shift')} {tree.number(path, 'reg-io-width', 1)}")


def main(folder):
    print("# SPDX-License-Identifier: BSD-2-Clause\n"
          "# What board_test demands of each tree in Debian's riscv64 packages; by gen-boards.py.\n"
          "# tree\tharts\tlimit\tRAM\tof it mapped\treserved\tconsole, shift, width")
    for path in sorted(Path(folder).glob("*/*.dtb")):
        tree = Tree(path)
        ids, limit = harts(tree)
        ram, mapped, kept = memory(tree)
        reserved = ",".join(f"{name}={start:x}+{size:x}{':mapped' * use}"
                            for name, start, size, use in kept) or "-"
        print(path.relative_to(folder).with_suffix(""), ids, limit, shown(ram), shown(mapped),
              reserved, console(tree), sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:] or sys.exit("usage: gen-boards.py DIR"))
