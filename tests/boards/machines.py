#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The boards that any QEMU has, with a tree of its own, a line each: NAME MACHINE OPTION..."""
import shlex
from pathlib import Path

import yaml

for path in sorted(Path(__file__).parent.glob("*.yaml")):
    board = yaml.load(path.read_text(), yaml.BaseLoader)
    if "machine" in board and not {"qemu", "dtb", "base"} & set(board):
        options = [f"-{key} {board[key]}" for key in ("cpu", "smp") if board.get(key)]
        options.append(f"-m {board.get('ram', '256M')}")
        print(path.stem, board["machine"], *options, shlex.join(board.get("args", [])))
