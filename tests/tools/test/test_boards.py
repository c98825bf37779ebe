# SPDX-License-Identifier: BSD-2-Clause
"""The files of tests/boards: nothing in them is misspelt, unused, or against the device trees."""
import artifacts
import boards
import flows
import pytest

TABLE = artifacts.TOP / "tests/host/boards.tsv"


def rows():
    lines = [line.split("\t") for line in TABLE.read_text().splitlines() if line[0] != "#"]
    return {tree: rest for tree, *rest in lines}


def on_desks():
    return [name for name in boards.names() if "machine" not in boards.load(name)]


@pytest.mark.parametrize("name", boards.names())
def test_fields(name):
    known = {"about", "machine", "cpu", "ram", "smp", "args", "qemu", "dtb", "edit_tree", "base",
             "baud", "trees", "sdcard", "image", "harts", "mode", "limit", "reserved", "says",
             "stop"}
    assert set(boards.read(name)) <= known
    assert all(field in boards.__doc__ for field in known)


def test_each_of_qemu_boots():
    wanted = set(boards.names()) - set(on_desks())
    assert wanted == {row["board"] for row in flows.table().values()}


@pytest.mark.parametrize("name", on_desks())
def test_as_its_trees(name):
    """What a board on a desk shall show is what a boot on the host makes of its trees."""
    board = boards.load(name)
    for tree in board["trees"]:
        harts, limit, ram, _, _, console = rows()[tree]
        assert len(harts.split(",")) == int(board["harts"])
        assert board["mode"] == f"mode={limit} hart={limit}+ dt={limit}"
        assert int(board["image"], 0) == int(ram.split("-")[0], 16) + (2 << 20)
        uart, start = console.split()[0].split("@")
        assert f"tty: {uart} at 0x{start} irq=..." in board["says"]
