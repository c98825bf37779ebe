#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The SD card of a board, with firmware and image:  sdcard.py BOARD OUT IMAGE [INITRD [DTB]]

tests/boards/BOARD.yaml says what is where. The firmware is Debian's, from a riscv64 package
that is unpacked in CAIRN_CACHE ($HOME/.cache/cairn). CMDLINE is the kernel's. Without DTB the
firmware's tree is used.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[1]
BOARDS = TOP / "tests/boards"
DEBS = Path(os.environ.get("CAIRN_CACHE", Path.home() / ".cache/cairn")) / "debs"


def call(script, *args, **environment):
    subprocess.run([TOP / "scripts" / script, *map(str, args)], check=True,
                   stdin=subprocess.DEVNULL, env={**os.environ, **environment})


def parts(card):
    """[[name, first, last, type, content]], with the path of a content that is a file."""
    found = [part.split() for part in card["parts"]]
    folder = DEBS / card["package"] / card["folder"]
    return [[*part, content if content in ("ext4", "fat") else folder / content]
            for *part, content in found]


def firmware(card):
    """What the boot ROM starts."""
    return parts(card)[0][-1]


def make(card, out, files):
    """@files: a folder that boot-media.sh has made."""
    call("fetch/debs.sh", DEBS, card["package"])
    call("boot-media.sh", "card", out, files, card["sectors"],
         *(" ".join(map(str, part)) for part in parts(card)))


def main(name, out, *files):
    known = {path.stem: yaml.load(path.read_text(), yaml.BaseLoader)
             for path in sorted(BOARDS.glob("*.yaml"))}
    known = {name: board for name, board in known.items() if "sdcard" in board}
    if name not in known:
        sys.exit(f"sdcard: BOARD is one of {' '.join(known)}" + (f", not {name}" if name else ""))
    for path in filter(None, files):
        if not Path(path).is_file():
            sys.exit(f"sdcard: {path}: there is no such file")
    with tempfile.TemporaryDirectory() as folder:
        call("boot-media.sh", "files", folder, *files,
             LOAD=known[name].get("image", "0x80200000"))
        make(known[name]["sdcard"], out, folder)
    print(f"{out}: dd if={out} of=/dev/YOUR-CARD bs=1M conv=fsync")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
