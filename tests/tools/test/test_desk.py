# SPDX-License-Identifier: BSD-2-Clause
"""The logic of `make test-board`, on pseudo-terminals of boards that go right and wrong."""
import os
import threading
import tty
from contextlib import contextmanager

import desk
import pytest

LINES = ("boot: image pa=0x80200000 va=0x1", "boot: mode=sv57 hart=sv57 dt=sv57 cmdline=none",
         "boot: reserved=mmode_resv0", "boot: reserved=mmode_resv1", "smp: harts=2 of=2")
KTAP = ("KTAP version 1", "1..1", "    KTAP version 1", "    # Subtest: a", "    1..1",
        "    ok 1 b", "ok 1 a", "ktest: passed=1 failed=0 skipped=0")
SUITE = {"test layout": "\n".join([*KTAP, "cairn> "])}


@contextmanager
def fake(answers):
    """A port where each line that is typed is looked up; what it answers, or nothing."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)

    def answer():
        typed = b""
        while True:
            try:
                typed += os.read(ours, 100)
            except OSError:
                return
            while b"\r" in typed:
                line, typed = typed.split(b"\r", 1)
                os.write(ours, answers.get(line.decode(), "").replace("\n", "\r\n").encode())
    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


def at_prompt(lines):
    return "\n".join([*lines, "cairn> "])


@pytest.mark.parametrize("answers, status, wanted", [
    ({"": "\n=> ", "boot": at_prompt(LINES), **SUITE}, 0, "2 passed"),
    ({"": "\nStarFive # ", "boot": at_prompt(LINES), **SUITE}, 0, "2 passed"),
    ({"": "\ncairn> ", "reboot": at_prompt(LINES), **SUITE}, 0, "2 passed"),
    ({"": "\ncairn> ", "reboot": at_prompt(LINES[1:])}, 1, "boot: image pa="),
    ({"": "\ncairn> ", "reboot": at_prompt(LINES), "test layout": at_prompt(KTAP[:-1])}, 1,
     "the line `ktest: passed=` did not come (4 s are over); what came last: cairn>"),
    ({"": "\ncairn> ", "reboot": at_prompt(LINES), "test layout": at_prompt(KTAP[:5] + KTAP[6:])},
     1, "ktap.Error"),
    ({"": "\ncairn> ", "reboot": "\nboot: stopped"}, 1,
     "Cairn's prompt did not come (4 s are over); what came last: boot: stopped"),
    ({}, 1, "switch the board on, or press its reset button"),
    ({}, 1, "Cairn's prompt did not come (4 s are over); what came last: nothing"),
], ids=["u-boot", "vendor", "cairn", "line", "cut", "lost", "stopped", "asks", "silent"])
def test_fake(answers, status, wanted):
    with fake(answers) as port:
        found, text = desk.tested(port, patience=4 if status else 60)
    assert found == status and wanted in text, text


def test_no_port():
    status, text = desk.tested("/dev/nowhere")
    assert status == 1 and "/dev/nowhere: No such file or directory" in text, text


def test_no_board():
    status, text = desk.tested("/dev/null", board="nonsense")
    assert status == 1 and "BOARD is one of beaglev-fire" in text, text
