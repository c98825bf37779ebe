# SPDX-License-Identifier: BSD-2-Clause
"""One boot under QEMU: what is asked for, the command it becomes, and what came out."""
import functools
import io
import os
import re
import selectors
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import artifacts
import debian
import pexpect
import trees

RAM_BASE = 0x80000000
DEFAULT_LOAD = 0x80200000
SIZES = {"K": 10, "M": 20, "G": 30, "T": 40}
FIRMWARE_DIRS = ("/usr/lib/riscv64-linux-gnu/opensbi/generic", "/usr/share/qemu")
CROSS = os.environ.get("CROSS_COMPILE", "riscv64-unknown-elf-")
PROMPT = r"\n=> "  # U-Boot's
TIME_LIMIT = float(os.environ.get("QEMU_TIME_LIMIT", "90"))


def size(text):
    return int(text[:-1]) << SIZES[text[-1]]


def now(value):
    return value() if callable(value) else value


def firmware(name, root=""):
    """A file of OpenSBI's package, or None."""
    paths = (Path(f"{root}{d}") / f"{name}.bin" for d in FIRMWARE_DIRS)
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


def loader(path, address):
    return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]


@dataclass(frozen=True, kw_only=True)
class Boot:
    """
    @load: where the image goes, if not where QEMU puts it; then a stub jumps to it
    @enter: assembly that stub runs first, for entries no firmware would make
    @tree: device tree source merged into QEMU's tree
    @files: (path, address): put into RAM
    @kernel: what is started in place of the image; False: what the firmware finds by itself
    @base: where fw_jump lies, with the image 2 MiB above; a stub jumps there from the start
    @qemu: "11": that version or a later one, else the system's
    @stop: text that ends the run, if it comes: after it there is only silence
    @typed: commands for U-Boot's prompt

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
    kernel: object = None
    base: int = None
    qemu: str = ""
    stop: str = ""
    typed: tuple = ()
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

    @property
    def program(self):
        return str(debian.qemu()) if self.qemu else "qemu-system-riscv64"

    @property
    def opensbi(self):
        return firmware(self.firmware, debian.QEMU / "root" if self.qemu else "")

    def machine_args(self):
        cpu = ["-cpu", self.cpu] if self.cpu else []
        return [self.machine, *cpu, "-m", self.ram, "-smp", str(self.smp)]

    def base_tree(self):
        return trees.dump(self.machine_args(), self.program)

    def dtb(self):
        """The tree QEMU gets or makes itself; firmware adds to it before the kernel sees it."""
        base = self.base_tree()
        return trees.edit(base, self.tree) if self.tree else base

    def command(self):
        bios, image = self.opensbi if isinstance(self.firmware, str) else self.firmware(), []
        if self.base is not None:
            image = loader(bios, self.base) + loader(self.image, self.base + (2 << 20))
            bios = assemble(f"\tli t0, {self.base:#x}\n\tjr t0\n")
        args = [self.program, "-nographic", "-no-reboot", "-M", *self.machine_args(),
                "-bios", str(bios), *image]
        if self.kernel:
            args += ["-kernel", str(now(self.kernel))]
        elif self.kernel is False or image:
            pass
        elif self.load or self.enter:
            stub = assemble(f"{now(self.enter)}\n\tli t0, {self.load_address:#x}\n\tjr t0\n")
            args += ["-kernel", str(stub), *loader(self.image, self.load_address)]
        else:
            args += ["-kernel", str(self.image)]
        if self.tree:
            args += ["-dtb", str(self.dtb())]
        for path, address in self.files:
            args += loader(now(path), now(address))
        if self.append:
            args += ["-append", self.append]
        return args + [str(now(arg)) for arg in self.extra]


@dataclass
class Outcome:
    """
    @end: "exit N", "idle" (the kernel said it cannot power off), "stop" (Boot.stop came) or
          "time limit"
    @instructions: of all harts, if they were counted
    """
    boot: Boot
    command: str
    text: str
    end: str
    seconds: float
    instructions: int = None
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


@functools.cache
def counter(qemu):
    """The plugin that counts instructions, or None if this QEMU takes none."""
    source = Path(__file__).with_name("count.c")
    plugin = artifacts.build("count", "so", [source.read_text()], lambda out: subprocess.run(
        ["gcc", "-O2", "-shared", "-fPIC", "-o", out, source], check=True))
    done = subprocess.run([qemu, "-M", "none", "-display", "none", "-monitor",
                           "stdio", "-plugin", f"{plugin},out=/dev/null"], input=b"quit\n",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return None if done.returncode else plugin


def log_of(boot):
    return artifacts.DIR / "logs" / f"{boot.name.replace('/', '_')}.log"


def run(boot, echo=None, count=False):
    """
    Boot, and wait for its end; standard input is /dev/null, or for U-Boot a terminal.
    @count: the instructions too, if this QEMU can
    """
    command, log = boot.command(), log_of(boot)
    log.parent.mkdir(parents=True, exist_ok=True)
    counted = log.with_suffix(".count")
    counted.unlink(missing_ok=True)
    plugin = count and counter(command[0])
    counting = ["-plugin", f"{plugin},out={str(counted).replace(',', ',,')}"] if plugin else []
    begin = time.monotonic()
    text, end = (_talk if boot.typed else _listen)(boot, command + counting, echo)
    seconds = time.monotonic() - begin
    text = re.sub(r"\r+\n", "\n", text)
    log.write_text(shlex.join(command) + "\n" + text)
    instructions = int(counted.read_text()) if counted.exists() else None
    return Outcome(boot, shlex.join(command), text, end, seconds, instructions)


def _stop(process):
    """By itself, so that it writes its count; one that hangs is killed."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _listen(boot, command, echo):
    """(text, end)"""
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
                elif boot.stop and boot.stop.encode() in out[-4096:]:
                    end = "stop"
        if end:
            _stop(process)
    return out.decode("latin-1"), end or f"exit {process.returncode}"


class _Log(io.StringIO):
    """What pexpect has read; @echo is given it too."""

    def __init__(self, echo):
        super().__init__()
        self.echo = echo

    def write(self, text):
        if self.echo:
            self.echo(text.encode("latin-1"))
        return super().write(text)


def _talk(boot, command, echo):
    """(text, end); a command is typed where U-Boot asks for one."""
    log, begin = _Log(echo), time.monotonic()
    child = pexpect.spawn(command[0], command[1:], encoding="latin-1", echo=False,
                          dimensions=(50, 1000))
    child.logfile_read = log

    def wait(*patterns):
        patterns = [pexpect.TIMEOUT, pexpect.EOF, *patterns]
        return child.expect(patterns, timeout=begin + boot.time_limit - time.monotonic())
    last = wait("Hit any key to stop autoboot")
    child.send(" ")
    for line in boot.typed:
        last = wait(PROMPT) if last > 1 else last
        if last > 1:
            child.send(line + "\r")
    if last > 1:
        last = wait(r"; idle\r?\n", PROMPT)
    child.close(force=True)
    exited = f"exit {child.exitstatus}"
    return log.getvalue(), ("time limit", exited, "idle", "stop")[last]
