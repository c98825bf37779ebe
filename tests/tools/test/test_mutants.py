# SPDX-License-Identifier: BSD-2-Clause
"""tests/mutants stay usable: each patch applies and names a test that exists."""
import subprocess

import artifacts
import mutants
import pytest
import testnames

PATCHES = sorted((artifacts.TOP / "tests/mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda p: p.stem)
def test_applies(patch):
    name = mutants.header(patch)
    assert name == "boot" or testnames.exists(name)
    done = subprocess.run(["git", "apply", "--check", patch], cwd=artifacts.TOP,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
