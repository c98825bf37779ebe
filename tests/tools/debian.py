# SPDX-License-Identifier: BSD-2-Clause
"""What is taken from Debian's archive and unpacked, not installed. Each returns None without."""
import functools
import os
import subprocess
from pathlib import Path

import artifacts

CACHE = Path(os.environ.get("CAIRN_CACHE", Path.home() / ".cache/cairn"))
QEMU = CACHE / "qemu"
NO_PACKAGE = "Debian's riscv64 packages can't be had"
NO_KERNEL = "Debian's riscv64 kernel package can't be had"
NO_QEMU = "QEMU 11 can't be had"
KERNEL = "linux-image-riscv64"


def fetched(script, *args):
    done = subprocess.run([artifacts.TOP / "scripts" / script, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, check=False, timeout=600)
    return done.returncode == 0


@functools.cache
def package(name):
    """Where a riscv64 package is unpacked."""
    return CACHE / "debs" / name if fetched("fetch/debs.sh", CACHE / "debs", name) else None


@functools.cache
def qemu():
    """QEMU 11, with OpenSBI and what else it needs below QEMU / "root"."""
    return QEMU / "qemu-system-riscv64" if fetched("fetch/qemu.sh", QEMU) else None


def tree(name):
    """A board's tree: VENDOR/NAME.dtb of the kernel package."""
    top = package(KERNEL)
    return next(top.glob(f"usr/lib/linux-image-*/{name}"), None) if top else None
