# SPDX-License-Identifier: BSD-2-Clause
"""
The boards of tests/boards, one file each. What is in them:

  about      what it is
  machine, cpu, ram, smp      in QEMU, as in cells.yaml; without: it is on a desk only
  args       more for QEMU; qemu: "11", that version or later (scripts/fetch/qemu.sh)
  dtb        its device tree in Debian's kernel package, where QEMU has none
  edit_tree  device tree source, merged into its tree
  base       where the firmware is put, and the image 2 MiB above, if not by QEMU
  baud       of its serial port on a desk
  trees      that are its: rows of tests/host/boards.tsv
  sdcard     what a card for it holds: scripts/sdcard.py

and what a boot shows:

  image      where it lies
  harts      that run, if not smp
  mode       what the boot log says of the paging mode, or two: [without a tree of its own, with]
  limit      of the mode, on the command line
  reserved   how many ranges the firmware keeps, if it is known
  says       lines; "..." is any text
  stop       the text a run ends with, if not by QEMU's end
"""
import functools

import artifacts
import doc_blocks
import model
import yaml

DIR = artifacts.TOP / "tests/boards"


def names():
    return sorted(path.stem for path in DIR.glob("*.yaml"))


def read(name):
    return yaml.load((DIR / f"{name}.yaml").read_text(), yaml.BaseLoader)


@functools.cache
def load(name):
    """A board; what its file does not say of its machine is as in virt.yaml."""
    own = read(name)
    common = read("virt") if "machine" in own else {"says": [], "image": "0x80200000"}
    return {**common, **own}


def check(board, lines, own_tree=False):
    """What the lines of a boot must show of the board."""
    assert [t for t in lines if t.startswith(f"boot: image pa={board['image']} ")]
    mode = board["mode"] if isinstance(board["mode"], str) else board["mode"][own_tree]
    limit = board.get("limit", "none")
    assert f"boot: {mode} cmdline={limit}" in lines
    keeps, promised = (dict(w.split("=") for w in mode.split())[key] for key in ("mode", "dt"))
    assert ([t for t in lines if "the device tree promises" in t]
            == [f"boot: the device tree promises {promised}, this hart keeps {keeps}"]
            * (promised > keeps and limit == "none"))
    model.check_harts(lines, int(board.get("harts", board.get("smp"))),
                      board.get("firmware") == "fw_jump" and "qemu" not in board)
    reserved = [t for t in lines if t.startswith("boot: reserved=mmode_resv")]
    assert len(reserved) == int(board.get("reserved", len(reserved))) and reserved
    assert [w for w in board["says"] if doc_blocks.missing([w], lines)] == []
