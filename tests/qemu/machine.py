# SPDX-License-Identifier: BSD-2-Clause
"""One boot under QEMU: what is asked for, the command it becomes, and what came out."""
import os
import selectors
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import artifacts
import trees

RAM_BASE = 0x80000000
DEFAULT_LOAD = 0x80200000
SIZES = {"K": 10, "M": 20, "G": 30, "T": 40}
FIRMWARE_DIRS = ("/usr/lib/riscv64-linux-gnu/opensbi/generic", "/usr/share/qemu")
CROSS = os.environ.get("CROSS_COMPILE", "riscv64-unknown-elf-")
TIME_LIMIT = float(os.environ.get("QEMU_TIME_LIMIT", "90"))


def size(text):
    return int(text[:-1]) << SIZES[text[-1]]


def now(value):
    return value() if callable(value) else value


def firmware(name):
    """A file of OpenSBI's package, or None."""
    paths = (Path(d) / f"{name}.bin" for d in FIRMWARE_DIRS)
    return next((p for p in paths if p.exists()), None)


def assemble(source):
    """Flat code from assembly: what stands between firmware and kernel."""
    def make(out):
        text, elf = out.with_suffix(".S"), out.with_suffix(".elf")
        text.write_text(".globl _start\n_start:\n" + source)
        subprocess.run([f"{CROSS}gcc", "-march=rv64ima_zicsr_zifencei", "-mabi=lp64", "-nostdlib",
                        "-Wl,-Ttext=0,--build-id=none", "-o", elf, text], check=True)
        subprocess.run([f"{CROSS}objcopy", "-O", "binary", "-j", ".text", elf, out], check=True)
    return artifacts.build("stub", "bin", [source], make)


@dataclass(frozen=True, kw_only=True)
class Boot:
    """
    @load: where the image goes, if not where QEMU puts it; then a stub jumps to it
    @enter: assembly that stub runs first, for entries no firmware would make
    @tree: device tree source merged into QEMU's tree
    @files: (path, address): put into RAM

    Whatever depends on files that may not be built yet is a function that gives it.
    """
    name: str
    machine: str = "virt"
    cpu: str = "rv64"
    ram: str = "256M"
    smp: int = 1
    firmware: str = "fw_dynamic"
    build: str = "defconfig"
    append: str = ""
    load: int = None
    enter: str = ""
    tree: str = ""
    files: tuple = ()
    extra: tuple = ()
    time_limit: float = TIME_LIMIT

    @property
    def image(self):
        return artifacts.config(self.build) / "Image"

    @property
    def elf(self):
        return artifacts.config(self.build) / "cairn.elf"

    @property
    def load_address(self):
        return self.load or DEFAULT_LOAD

    def machine_args(self):
        return [self.machine, "-cpu", self.cpu, "-m", self.ram, "-smp", str(self.smp)]

    def base_tree(self):
        return trees.dump(self.machine_args())

    def dtb(self):
        """The tree QEMU gets or makes itself; firmware adds to it before the kernel sees it."""
        base = self.base_tree()
        return trees.edit(base, self.tree) if self.tree else base

    def command(self):
        args = ["qemu-system-riscv64", "-nographic", "-no-reboot", "-M", *self.machine_args(),
                "-bios", str(firmware(self.firmware))]
        if self.load or self.enter:
            stub = assemble(f"{now(self.enter)}\n\tli t0, {self.load_address:#x}\n\tjr t0\n")
            where = f"addr={self.load_address:#x},force-raw=on"
            args += ["-kernel", str(stub), "-device", f"loader,file={self.image},{where}"]
        else:
            args += ["-kernel", str(self.image)]
        if self.tree:
            args += ["-dtb", str(self.dtb())]
        for path, address in self.files:
            args += ["-device", f"loader,file={now(path)},addr={now(address):#x},force-raw=on"]
        if self.append:
            args += ["-append", self.append]
        return args + list(self.extra)


@dataclass
class Outcome:
    """@end: "exit N", "idle" (the kernel said it cannot power off) or "time limit"."""
    boot: Boot
    command: str
    text: str
    end: str
    seconds: float
    lines: list = field(init=False)

    def __post_init__(self):
        self.lines = self.text.splitlines()

    def values(self, start):
        """{key: value} of the words key=value in the line that begins so, or None."""
        for line in self.lines:
            if line.startswith(start):
                return dict(w.split("=", 1) for w in line.split() if "=" in w)
        return None

    def tail(self, count=25):
        return "\n".join(self.lines[-count:])


def run(boot, echo=None):
    """Boot, and wait for its end; standard input is /dev/null."""
    command = boot.command()
    begin = time.monotonic()
    out, end = b"", None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    with process, selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not end:
            left = boot.time_limit - (time.monotonic() - begin)
            if left <= 0:
                end = "time limit"
            elif selector.select(left):
                chunk = os.read(process.stdout.fileno(), 65536)
                out += chunk
                if echo:
                    echo(chunk)
                if not chunk:
                    break
                if b"; idle\r\n" in out[-4096:] or b"; idle\n" in out[-4096:]:
                    end = "idle"
        if end:
            process.kill()
    end = end or f"exit {process.returncode}"
    text = out.decode("latin-1").replace("\r\n", "\n")
    log = artifacts.DIR / "logs" / f"{boot.name.replace('/', '_')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(shlex.join(command) + "\n" + text)
    return Outcome(boot, shlex.join(command), text, end, time.monotonic() - begin)
