# SPDX-License-Identifier: BSD-2-Clause
"""`make matrix` of one cell: what a run leaves, and what one that fails does."""
import os
import re
import subprocess

import artifacts


def run(folder, **environment):
    done = subprocess.run(
        ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rf",
         "tests/qemu/test_cells.py", "--jobs=1", f"--matrix={folder}", "--repeat=2",
         "--cells=cpu=sv39,build=small"], cwd=artifacts.TOP, text=True, check=False,
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout, (folder / "matrix.html").read_text()


def test_repeated_cell(tmp_path):
    """Two turns, each a boot of its own; firmware alone is some million instructions."""
    status, text, html = run(tmp_path)
    assert status == 0, text
    assert "cells: run=2 of=" in text and "passed 2 of 2" in text
    assert "make cell CELL=cpu=sv39,build=small" in text and "passed 2 of 2" in html
    count = re.search(r'<td class="number">([\d. ]+)</td><td><code>', html)
    assert all(5 < float(n) < 500 for n in count[1].split())


def test_failed_cell(tmp_path):
    status, text, html = run(tmp_path, QEMU_TIME_LIMIT="0.001")
    assert status == 1 and "FAILED 2 of 2" in html
    assert "FAILED tests/qemu/test_cells.py::test_cell[cpu=sv39,build=small#1]" in text
