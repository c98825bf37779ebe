# SPDX-License-Identifier: BSD-2-Clause
"""
failures.yaml: what goes wrong early, each named on the console and on the reference page. The
image is broken, or the firmware makes harts look broken; shim.py says how.
"""
import re
from pathlib import Path

import artifacts
import doc_blocks
import pytest
import shim
import testnames
import yaml

ROWS = yaml.safe_load((Path(__file__).parent / "failures.yaml").read_text())
FIELDS = {"says", "test", "orders", "plant", "tree", "append", "smp", "ram", "end", "stop", "last",
          "works"}
PAGE = artifacts.TOP / "Documentation/reference/early-failures.md"


def closed(bounds):
    return tuple(sum(int(n, 0) for n in shim.fill(text).split("+")) for text in bounds)


def boot(name):
    row = ROWS[name]
    orders = dict(row.get("orders", {}))
    if "closed" in orders:
        bounds = orders["closed"]
        orders["closed"] = lambda: closed(bounds)
    fields = {k: row[k] for k in ("tree", "plant", "smp", "ram", "stop") if k in row}
    return shim.boot(f"failure-{name}", orders, append=row.get("append", "run=poweroff"), **fields)


@pytest.mark.parametrize("boot, name", [pytest.param(boot(n), n, id=n) for n in ROWS
                                        if "test" not in ROWS[n]])
def test_failure(boot, name, outcome):
    row = ROWS[name]
    says = [shim.fill(line) for line in row["says"]]
    assert doc_blocks.missing(says, outcome.lines) is None
    assert outcome.end == row.get("end", "exit 0")
    fatal = [t for t in outcome.lines if t.startswith(("boot: error: ", "panic: "))]
    assert fatal == [t for t in fatal if doc_blocks.pattern(says[0]).match(t)
                     or t.startswith("panic: ") and says[0].startswith("oops: ")]
    assert "watchdog" in says[0] or not [t for t in outcome.lines if t.startswith("watchdog: ")]
    if row.get("last"):
        lines = [t for t in outcome.lines if t.strip() and not t.startswith("shim: ")]
        assert doc_blocks.pattern(says[0]).match(lines[-1])


@pytest.mark.parametrize("name", ROWS)
def test_row(name):
    row = ROWS[name]
    assert not set(row) - FIELDS
    assert not [t for t in row.get("test", ()) if not testnames.exists(t)]


def shown(line):
    """A row's line as the page has it, or less of it."""
    return re.sub(r"\{.*?\}|\.\.\.", "…", line)


def test_page():
    """Each line of a row is explained on the page, and each line there has a row."""
    cells = [row[0] for table in doc_blocks.tables(PAGE).values() for row in table]
    lines = {c: doc_blocks.pattern(c.strip("`").replace("…", "...")) for c in cells
             if c.startswith("`")}
    said = {name: shown(row["says"][0]) for name, row in ROWS.items()
            if not row.get("works")}
    explained = {name: [c for c, line in lines.items() if line.match(text)]
                 for name, text in said.items()}
    assert not [name for name, found in explained.items() if not found]
    every = [shown(line) for row in ROWS.values() for line in row["says"]]
    assert not [c for c, line in lines.items() if not any(map(line.match, every))]
