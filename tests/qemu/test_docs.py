# SPDX-License-Identifier: BSD-2-Clause
"""What the pages show is what happens: see Documentation/howto/docs.md for the marks."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import artifacts
import doc_blocks
import pytest
from console import Machine
from doc_blocks import TOP

RUN_LIMIT = 240  # seconds for a shell block; the first of a page may build everything
BUILDS = {"defconfig": "build", "kasan_defconfig": "build/kasan"}  # of the pages
PAGES = {p: doc_blocks.blocks(p) for p in doc_blocks.pages()}


def compare(block, shown, printed):
    printed = [text for text in printed if text.strip()]
    line = doc_blocks.missing(shown, printed)
    assert line is None, (f"{block}: this line, or one before it, is not printed here:\n{line}\n"
                          "--- printed ---\n" + "\n".join(printed[-60:]))


def of_kind(*kinds):
    return [pytest.param(found, id=str(page.relative_to(TOP))) for page, found in PAGES.items()
            if any(b.kind in kinds for b in found)]


@pytest.mark.parametrize("blocks", of_kind("boot"))
def test_boot(blocks):
    for block in (b for b in blocks if b.kind == "boot"):
        machine = Machine(block.settings)
        try:
            compare(block, block.lines, machine.until_prompt())
        finally:
            machine.close()


@pytest.mark.parametrize("blocks", of_kind("monitor"))
def test_monitor(blocks):
    blocks = [b for b in blocks if b.kind == "monitor"]
    machine = Machine(blocks[0].settings)
    try:
        machine.until_prompt()
        for block in blocks:
            for command, answer in doc_blocks.dialogue(block):
                compare(block, answer, machine.command(command))
    finally:
        machine.close()


def copy_tree(to):
    """The tree as git would commit it now, without what was built."""
    names = subprocess.run(["git", "ls-files", "-zco", "--exclude-standard"], cwd=TOP, check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (TOP / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, to / name)


def shell(block, tree, limit=RUN_LIMIT):
    """Run a block; its output."""
    outside = {"O", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
    env = {k: v for k, v in os.environ.items() if k not in outside}
    env["MAKEFLAGS"] = f"-j{len(os.sched_getaffinity(0))}"
    try:
        done = subprocess.run(["sh", "-e"], input=block.text, text=True, cwd=tree, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit, errors="replace")
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"{block}: not done after {limit} s\n{(late.stdout or b'')[-2000:]}")
    assert done.returncode == 0, f"{block}: status {done.returncode}\n{done.stdout[-3000:]}"
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tree, with what `make` builds in it: pages begin with a copy."""
    tree = tmp_path_factory.mktemp("built")
    copy_tree(tree)
    for config, folder in BUILDS.items():
        artifacts.copy_built(config, tree, folder)
    shell(doc_blocks.Block("run", [], "make\n", "what pages begin with", 0), tree, 3 * RUN_LIMIT)
    return tree


@pytest.mark.parametrize("blocks", of_kind("run"))
def test_run(blocks, built):
    with tempfile.TemporaryDirectory(prefix="cairn-docs-") as name:
        tree, printed = Path(name), None
        shutil.copytree(built, tree, symlinks=True, dirs_exist_ok=True)
        for block in blocks:
            if block.kind == "file":
                (tree / block.args[0]).parent.mkdir(parents=True, exist_ok=True)
                (tree / block.args[0]).write_text(block.text)
            elif block.kind == "run":
                printed = shell(block, tree)
            elif block.kind == "output":
                assert printed is not None, f"{block}: no run block before it"
                compare(block, block.lines, printed)


def answer(command):
    machine = Machine({})
    try:
        machine.until_prompt()
        return machine.command(command)
    finally:
        machine.close()


def test_parameter_table():
    table = doc_blocks.tables(TOP / "Documentation/reference/command-line.md")["Command line"]
    listed = {line.split()[0].split("=")[0] for line in answer("cmdline")
              if re.match(r"[a-z0-9_]+(=\S+)? +\S", line) and not line.startswith("cmdline")}
    assert {row[0].strip("`") for row in table[1:]} == listed


def test_command_table():
    table = doc_blocks.tables(TOP / "Documentation/reference/monitor.md")["Monitor"]
    shown = {f"{name.strip('`')} {args.strip('`')}".strip() for name, args, _ in table[1:]}
    listed = {line.rsplit("  ", 1)[0].strip() if "  " in line else line
              for line in answer("help") if re.match(r"[a-z]+ .*\S", line) and line != "help"}
    listed = {re.split(r" {2,}|(?<=\]) (?=[a-z])", line)[0] for line in listed}
    assert shown == listed
