# SPDX-License-Identifier: BSD-2-Clause
"""Each chosen cell of cells.yaml boots and says what model.py expects of it."""
import artifacts
import model
import skips


def test_cell(cell, outcome):
    expected = model.Expected(cell)
    tries = [line.split()[2] for line in outcome.lines if line.startswith("boot: satp try=")]
    quiet = cell["quiet"] == "yes"
    assert tries == ([] if quiet else [f"try={mode}" for mode in expected.tried])
    if not expected.mode:
        assert expected.no_paging_line() in outcome.lines
        assert "boot: stopped, powering off" in outcome.lines
    else:
        if quiet:
            assert not [line for line in outcome.lines if line.startswith("boot: ")]
        else:
            check_boot_lines(expected, outcome)
            model.check_harts(outcome.lines, expected.harts(), cell["firmware"] == "fw_jump")
        if artifacts.has(expected.boot.build, "CONFIG_KTEST"):
            skips.check_ktap(outcome.text, cell.values)
    assert outcome.end == "exit 0"


def check_boot_lines(expected, outcome):
    wanted = [expected.mode_line(), model.image_line(expected.boot), expected.ram_line(),
              *expected.mode_notices(), *expected.region_lines(), expected.extensions_line()]
    assert [line for line in wanted if line not in outcome.lines] == []
    notices = [line for line in outcome.lines
               if "the device tree promises" in line or "cannot be had" in line]
    assert notices == expected.mode_notices()
    assert not [line for line in outcome.lines if line.startswith("cpu: device tree lists")]
