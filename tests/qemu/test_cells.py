# SPDX-License-Identifier: BSD-2-Clause
"""Each chosen cell of cells.yaml boots and says what model.py expects of it."""
import ktap
import model

BUILD_HAS_TESTS = {"defconfig": True, "small": False}


def test_cell(cell, outcome):
    expected = model.Expected(cell)
    tries = [line.split()[2] for line in outcome.lines if line.startswith("boot: satp try=")]
    quiet = cell["quiet"] == "yes"
    assert tries == ([] if quiet else [f"try={mode}" for mode in expected.tried])
    if not expected.mode:
        assert expected.no_paging_line() in outcome.lines
        assert "boot: stopped, powering off" in outcome.lines
        assert outcome.end == "exit 0"
        return
    if quiet:
        assert not [line for line in outcome.lines if line.startswith("boot: ")]
    else:
        check_boot_lines(expected, outcome)
    assert outcome.end == "exit 0"


def check_boot_lines(expected, outcome):
    assert expected.mode_line() in outcome.lines
    for notice in expected.mode_notices():
        assert notice in outcome.lines
    assert model.image_line(expected.boot) in outcome.lines
    banks = expected.banks()
    assert (f"boot: ram banks={len(banks)} bytes={sum(size for _, size in banks)}"
            f" linear={expected.linear_start():#x}") in outcome.lines
