# SPDX-License-Identifier: BSD-2-Clause
"""A boot that is spoken to, as on the pages."""
import os
import re

import pexpect
import pytest
from doc_blocks import PROMPT, TOP

BOOT_LIMIT = 40
COMMAND_LIMIT = 20


def image():
    """The tests' own image of the default configuration, else that of plain make."""
    out = TOP / os.environ.get("O", "build")
    found = [p for p in (out / "configs/defconfig/Image", out / "Image") if p.exists()]
    if not found:
        pytest.fail("there is no image: run make")
    return found[0]


class Machine:
    """A boot with its console. @settings: of the block's mark."""

    def __init__(self, settings):
        unknown = set(settings) - {"cpu", "mem", "append"}
        assert not unknown, f"unknown settings: {unknown}"
        args = ["-nographic", "-no-reboot", "-M", "virt", "-cpu", settings.get("cpu", "rv64"),
                "-m", settings.get("mem", "256M"), "-kernel", str(image())]
        if "append" in settings:
            args += ["-append", settings["append"]]
        self.child = pexpect.spawn("qemu-system-riscv64", args, timeout=BOOT_LIMIT,
                                   encoding="latin-1", dimensions=(50, 1000), echo=False)

    def until_prompt(self, timeout=BOOT_LIMIT):
        """What was printed up to the next prompt, or to the end."""
        self.child.expect([re.escape(PROMPT), pexpect.EOF], timeout=timeout)
        self.alive = self.child.after != pexpect.EOF
        return self.child.before.splitlines() + ([PROMPT.strip()] if self.alive else [])

    def command(self, text):
        assert self.alive, f"the machine stopped before: {text}"
        self.child.send(text + "\r")
        return self.until_prompt(COMMAND_LIMIT)

    def close(self):
        self.child.close(force=True)
