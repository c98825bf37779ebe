# SPDX-License-Identifier: BSD-2-Clause
"""`make debug` and `make gdb`: breakpoints before and after paging, commands cairn-*."""
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import shim

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / os.environ.get("O", "build")
BUILD = OUT / "configs/defconfig" if (OUT / "configs/defconfig/Image").exists() else OUT
LIMIT = 60  # seconds for gdb; QEMU ends with the test
COMMANDS = """
cairn-symbols
target remote {socket}
hbreak *0x80200000
continue
break setup_vm
continue
backtrace 1
cairn-boot
cairn-layout
hbreak console_getc
continue
cairn-boot
cairn-layout
cairn-memblock
cairn-log
cairn-walk monitor
cairn-walk log_buf
cairn-walk 0
cairn-walk 0x8000000000000000
cairn-ptdump
"""


@pytest.fixture(scope="module", params=("sv39", "sv48", "sv57"))
def session(request, tmp_path_factory):
    """(mode, what gdb printed before paging, what it printed at the prompt)"""
    folder = tmp_path_factory.mktemp("gdb")
    socket = folder / "socket"
    qemu = subprocess.Popen(
        ["qemu-system-riscv64", "-nographic", "-M", "virt", "-m", "256M", "-kernel",
         BUILD / "Image", "-append", f"paging={request.param}", "-S",
         "-gdb", f"unix:{socket},server=on,wait=off"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while not socket.exists() and qemu.poll() is None:
            time.sleep(0.05)
        gdb = run_gdb(folder, COMMANDS.format(socket=socket))
    finally:
        qemu.kill()
        qemu.wait()
    early, _, late = (gdb.stdout + gdb.stderr).partition("console_getc")
    return request.param, early, late


def run_gdb(folder, commands):
    script = folder / "commands"
    script.write_text(commands.lstrip())
    python = "python exec(open('{}').read())"
    return subprocess.run(
        ["gdb-multiarch", "-nx", "-batch", BUILD / "cairn.elf",
         "-x", TOP / "scripts/gdb/cairn.py", "-ex", python.format(folder / "run.py")],
        input="", capture_output=True, text=True, timeout=LIMIT, check=False,
        cwd=write_runner(folder, script))


def write_runner(folder, script):
    """An error in one command must not end the others."""
    (folder / "run.py").write_text(
        f"for line in open({str(script)!r}):\n"
        "    try:\n        gdb.execute(line.strip())\n"
        "    except gdb.error as err:\n        print('error:', err)\n")
    return folder


needs_gdb = pytest.mark.skipif(not shutil.which("gdb-multiarch"), reason="no gdb-multiarch")


@needs_gdb
def test_before_paging(session):
    _, early, _ = session
    assert re.search(r"Breakpoint 2\S*, (\S+ in )?setup_vm \(", early), early
    assert re.search(r"^stage +1$", early, re.M), early
    assert re.search(r"^load_pa +0x80200000$", early, re.M), early
    assert "error: translation is off" in early
    assert "Error occurred in Python" not in early, early


@needs_gdb
def test_record_and_layout(session):
    mode, _, late = session
    levels = {"sv39": 3, "sv48": 4, "sv57": 5}[mode]
    assert re.search(rf"^levels +{levels}$", late, re.M), late
    assert re.search(r"^earlycon\.\w+ +0", late, re.M), late
    assert f"layout: {mode}" in late
    assert "Error occurred in Python" not in late, late
    assert "ffffffff80000000-ffffffffbfffffff image" in late


@needs_gdb
def test_memblock_and_log(session):
    mode, _, late = session
    assert re.search(r"^memory: \d+ regions, 268435456 bytes$", late, re.M), late
    assert re.search(r"^  0x000080200000-0x\w+ image$", late, re.M), late
    assert f"<6>boot: mode={mode} " in late


@needs_gdb
def test_walks(session):
    mode, _, late = session
    walks = late.split("walk: ")[1:]
    assert len(walks) == 4 and all(w.startswith(mode) for w in walks), late
    assert " R-X-GA-- " in walks[0] and "pa=0x802" in walks[0]
    assert " RW--GAD- " in walks[1] and "pa=0x802" in walks[1]
    assert "not mapped" in walks[2]
    assert "not canonical" in walks[3]


@needs_gdb
def test_ptdump(session):
    mode, _, late = session
    dump = late.split("ptdump: ")[1]
    assert dump.startswith(mode)
    assert re.search(r"^ffffffff80000000-\w+ 0000080200000 +4K x \d+ +R-X-GA--", dump, re.M), dump
    assert "WX" not in dump


@needs_gdb
def test_hang_under_quiet(tmp_path):
    """The record tells what the console does not: the hart takes sv57, and each access faults."""
    boot = shim.boot("gdb-hang", {"flaw": {0: "fault"}}, append="quiet",
                     extra=("-no-shutdown", "-gdb", f"unix:{tmp_path}/socket,server=on,wait=off"))
    with subprocess.Popen(["timeout", str(LIMIT), *map(str, boot.command())],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as qemu:
        try:
            said = b""
            while b"faults for ever" not in said and (more := qemu.stdout.read1()):
                said += more
            gdb = run_gdb(tmp_path, f"cairn-symbols\ntarget remote {tmp_path}/socket\ncairn-boot\n")
        finally:
            qemu.terminate()
    assert b"boot:" not in said
    assert re.search(r"^stage +3$", gdb.stdout, re.M), gdb.stdout + gdb.stderr
    assert re.search(r"^tried +0x0 0x0 0x1$", gdb.stdout, re.M), gdb.stdout
    assert re.search(r"^satp_try .* 0xa0000000000802\w+$", gdb.stdout, re.M), gdb.stdout
    assert re.search(r"^earlycon\.kind +0$", gdb.stdout, re.M), gdb.stdout
    assert "error:" not in gdb.stdout
