# SPDX-License-Identifier: BSD-2-Clause
"""`make test-board` of a machine that QEMU is, on a pseudo-terminal."""
import re
import subprocess
from contextlib import contextmanager

import boards
import desk
import machine


@contextmanager
def qemu():
    """The port of a machine that stands at Cairn's prompt."""
    board = boards.load("virt")
    command = machine.Boot(name="desk", smp=int(board["smp"])).command()
    command.remove("-no-reboot")
    with subprocess.Popen([*command, "-serial", "pty", "-monitor", "none"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = re.search(r"/dev/\S+", process.stdout.readline())[0]
            console = desk.Desk(port)
            console.wait("Cairn's prompt", desk.CAIRN)
            console.close()
            yield port
        finally:
            process.kill()


def test_qemu():
    with qemu() as port:
        status, text = desk.tested(port)
        assert status == 0 and "2 passed" in text, text
        status, text = desk.tested(port, board="jh7110")
        assert status == 1 and "1 failed, 1 passed" in text, text
