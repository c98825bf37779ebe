# SPDX-License-Identifier: BSD-2-Clause
"""What the pages say of sources and tables; what they say of boots: tests/qemu/test_docs.py."""
import re
import subprocess

import doc_blocks
import pytest
from doc_blocks import TOP

ENGINE_PAGE = TOP / "Documentation/reference/pgtable-api.md"


def test_configuration_table():
    table = doc_blocks.tables(TOP / "Documentation/reference/config.md")["Configuration"]
    options = set(re.findall(r"^config (\w+)$", (TOP / "Kconfig").read_text(), re.M))
    assert {row[0].strip("`") for row in table[1:]} == {f"CONFIG_{o}" for o in options}
    kept = doc_blocks.tables(TOP / "Documentation/reference/config.md")["Ready-made"]
    assert {row[0].strip("`") for row in kept[1:]} == {p.name for p in (TOP / "configs").iterdir()}


COMPILED = [block for page in doc_blocks.pages() for block in doc_blocks.blocks(page)
            if block.kind == "compile"]


@pytest.mark.parametrize("block", COMPILED, ids=str)
def test_compile(block):
    source = "#include <kernel/pgtable.h>\n" + block.text
    done = subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-xc", "-",
         f"-I{TOP}/include", f"-I{TOP}/arch/riscv/include"],
        input=source, text=True, stderr=subprocess.PIPE)
    assert done.returncode == 0, f"{block}: {done.stderr}"


def test_refusal_table():
    table = doc_blocks.tables(ENGINE_PAGE)["Refusals"]
    shown = [tuple(cell.strip("`") for cell in row[:3]) for row in table[1:]]
    rows = re.findall(r"\[PGTABLE_(\w+)\] = \{ (-E\w+), \"(.*)\" \}",
                      (TOP / "mm/engine/pgtable_rules.c").read_text())
    assert shown == rows


def test_rule_table():
    """Each rule of the specification, with its step and text, as mm/engine/spec.c has them."""
    table = doc_blocks.tables(TOP / "Documentation/reference/translation.md")["Rules"]
    shown = [tuple(cell.strip("`") for cell in row) for row in table[1:]]
    step, rows = "-", []
    source = (TOP / "mm/engine/spec.c").read_text()
    for found in re.finditer(r"/\* Step (\d+)|\[SPEC_(\w+)\] = \{.*?\"(.*?)\" \}", source, re.S):
        step = found[1] or step
        if found[2]:
            rows.append((found[2], step, found[3]))
    assert shown == rows and len(rows) > 20


def test_geometry_table():
    table = doc_blocks.tables(ENGINE_PAGE)["Types"]
    shown = [[row[i] for i in (0, 1, 2, 6)] for row in table[1:7]]
    rows = re.findall(r"PGTABLE_GEOMETRY\(\"(\w+)\", (\d), (\d), (\d+)\)",
                      (TOP / "mm/engine/pgtable_walk.c").read_text())
    assert shown == [list(row) for row in rows]


def test_engine_calls():
    """Each call of the engine, each flag and each field it hands out is on its page."""
    header = (TOP / "include/kernel/pgtable.h").read_text()
    page = ENGINE_PAGE.read_text()
    names = re.findall(r"^[a-z].*?(\w+)\((?!\*)[^()]*(?:\)|$|\(\*)", header, re.M)
    names += re.findall(r"#define (PGTABLE_\w+) +1\b", header)
    for name in ("pt_ops", "pgtable_change"):
        body = re.search(rf"struct {name} \{{(.*?)^\}};", header, re.S | re.M)[1]
        names += re.findall(r"(?:\(\*)?(\w+)(?:\)\(.*\))?;", body)
    assert len(names) > 30
    assert not [name for name in names if f"`{name}" not in page]


def test_page_length():
    long = {str(p): n for p in doc_blocks.pages()
            if (n := len(p.read_text().splitlines())) > 250}
    assert not long
