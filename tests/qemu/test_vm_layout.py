# SPDX-License-Identifier: BSD-2-Clause
"""The tables of Documentation/reference/vm-layout.md against what each mode says of itself."""
import re

import doc_blocks
import pytest
from console import Machine

PAGE = doc_blocks.TOP / "Documentation/reference/vm-layout.md"
CPU = {"sv57": "rv64", "sv48": "rv64,sv57=off", "sv39": "rv64,sv57=off,sv48=off"}
NAMES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
UNITS = {unit: 1 << 10 * power for power, unit in enumerate(NAMES)}


def number_of_bytes(text):
    """"16 TiB - 4 GiB" in bytes."""
    parts = [int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+) ([KMGTP]?i?B)", text)]
    return parts[0] - sum(parts[1:])


def documented(mode):
    """{region: (start, last, use)}; the sizes of the page are checked on the way."""
    found = {}
    for name, start, last, size, use in doc_blocks.tables(PAGE)[mode][1:]:
        start, last = start.strip("`"), last.strip("`")
        found[name] = (int(start, 16), int(last, 16), use)
        assert len(start) == len(last) == 16
        assert number_of_bytes(size) == int(last, 16) - int(start, 16) + 1, f"{mode}: {name}"
    return found


@pytest.mark.parametrize("mode", CPU)
def test_layout(mode):
    machine = Machine({"cpu": CPU[mode]})
    try:
        log = machine.until_prompt()
        said = machine.command("layout")
    finally:
        machine.close()
    assert any(line.startswith(f"boot: mode={mode} ") for line in log)
    regions = (re.match(r"boot: region=(\w+) start=0x(\w+) end=0x(\w+)$", line) for line in log)
    booted = {m[1]: (int(m[2], 16), int(m[3], 16) - 1) for m in regions if m}
    assert {name: row[:2] for name, row in documented(mode).items()} == booted
    rows = (re.match(r"(\w+) +(\w{16}) (\w{16}) +[\d.]+ \w+  (.*)$", line)
            for line in said[:said.index("of that")])
    shown = {m[1]: (int(m[2], 16), int(m[3], 16), m[4]) for m in rows if m}
    assert documented(mode) == shown
