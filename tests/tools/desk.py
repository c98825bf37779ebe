# SPDX-License-Identifier: BSD-2-Clause
"""A board on a desk: its serial port, how it is restarted, what is typed at Cairn's prompt."""
import errno
import io
import os
import subprocess
import sys
import termios
import tty

import doc_blocks
import pexpect
from pexpect import fdpexpect

UBOOT = r"\n(?:=>|\w+ #) $"  # its prompt, of Debian's and of vendors' builds
CAIRN = r"(?:^|\n)" + doc_blocks.PROMPT
SUMMARY = r"ktest: passed=\d+ failed=\d+ skipped=\d+\r?\n"
ANSWER = 10  # seconds, for who is there


class Silence(Exception):
    """What was waited for did not come."""


class _Log(io.StringIO):
    """All that came; shown as it comes."""

    def write(self, text):
        sys.stdout.write(text.replace("\r", ""))
        sys.stdout.flush()
        return super().write(text)


class Desk:
    """@patience: seconds in which the next thing must come"""

    def __init__(self, port, baud=115200, patience=300):
        self.port, self.patience = port, patience
        self.fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        if not os.isatty(self.fd):
            raise OSError(errno.ENOTTY, "no serial port")
        tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[2] = settings[2] & ~termios.CRTSCTS | termios.CLOCAL | termios.CREAD
        settings[4] = settings[5] = getattr(termios, f"B{baud}")
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        self.child = fdpexpect.fdspawn(self.fd, encoding="latin-1")
        self.child.logfile_read = self.log = _Log()

    def close(self):
        os.close(self.fd)

    def wait(self, what, pattern):
        """What came before and with the pattern, as lines."""
        try:
            self.child.expect(pattern, timeout=self.patience)
        except (pexpect.TIMEOUT, pexpect.EOF) as end:
            why = "closed" if isinstance(end, pexpect.EOF) else f"{self.patience:g} s are over"
            last = self.log.getvalue().splitlines()[-1:] or ["nothing"]
            raise Silence(f"{self.port}: {what} did not come ({why});"
                          f" what came last: {last[0]}") from None
        return (self.child.before + self.child.after).replace("\r", "")

    def restart(self):
        """From whatever it is at; the text of the boot."""
        self.child.send("\r")
        at = self.child.expect([pexpect.TIMEOUT, CAIRN, UBOOT], timeout=min(ANSWER, self.patience))
        if at:
            self.child.send(("reboot\r", "boot\r")[at - 1])
        else:
            # A key would stop U-Boot, so none is pressed until Cairn asks for one.
            print(f"{self.port}: switch the board on, or press its reset button", flush=True)
        return self.wait("Cairn's prompt", CAIRN)

    def run(self, glob):
        """The text of `test GLOB`."""
        self.child.send(f"test {glob}\r")
        text = self.wait("the line `ktest: passed=`", SUMMARY)
        self.wait("Cairn's prompt", CAIRN)
        return text


def tested(port, board="virt", suites="layout", patience=60):
    """(exit status, output) of what `make test-board` calls."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-s", "--tb=short",
         "tests/qemu/test_board.py", f"--board={board}", f"--port={port}", f"--suites={suites}",
         f"--patience={patience}"], cwd=doc_blocks.TOP, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
    return done.returncode, done.stdout
