# SPDX-License-Identifier: BSD-2-Clause
"""A board over its serial port, by `make test-board`: what QEMU's machines are asked, too."""
import boards
import desk
import pytest
import skips


@pytest.fixture(scope="module")
def board(request):
    name = request.config.getoption("board")
    if name not in boards.names():
        pytest.fail(f"BOARD is one of {' '.join(boards.names())}, not {name}", pytrace=False)
    return boards.load(name)


@pytest.fixture(scope="module")
def machine(request, board):
    """(Desk, text of its boot)"""
    port = request.config.getoption("port")
    try:
        found = desk.Desk(port, board.get("baud", "115200"), request.config.getoption("patience"))
    except OSError as error:
        found = error
    if isinstance(found, OSError):  # out here, or the error would be shown too
        pytest.fail(f"PORT={port}: {found.strerror}", pytrace=False)
    yield found, found.restart()
    found.close()


def test_boot(board, machine):
    boards.check(board, machine[1].splitlines())


def test_suites(request, machine):
    name, glob = request.config.getoption("board"), request.config.getoption("suites")
    skips.check_ktap(machine[0].run(glob), {"board": name})
