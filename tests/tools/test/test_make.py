# SPDX-License-Identifier: BSD-2-Clause
"""What make may write: nothing in a dry run, and the configurations of the images under test."""
import os
import subprocess

import pytest
from artifacts import OUT, TOP


def make(tree, *words):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-C", tree, "O=build", *words], env=env, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(name="tree")
def copied_tree(tmp_path):
    """The sources, as in a fresh clone."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                           capture_output=True, text=True, check=True).stdout
    names = "\n".join(n for n in names.splitlines() if (TOP / n).exists())
    tar = subprocess.run(["tar", "-cT", "-"], input=names.encode(), cwd=TOP,
                         capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x"], input=tar, cwd=tmp_path, check=True)
    return tmp_path


def state(tree):
    return {p: (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else None)
            for p in tree.rglob("*")}


@pytest.mark.parametrize("target, image", [
    ("all", "build/Image"), ("test", "build/configs/defconfig/Image")])
def test_dry_run(tree, target, image):
    """Neither in a fresh clone, nor where a configuration is newer than what was made of it."""
    for configured in (False, True):
        if configured:
            for path in (tree / "build", tree / "build/configs/kasan_defconfig"):
                path.mkdir(parents=True)
                (path / "auto.conf").write_text("")
                (path / ".config").write_text("# CONFIG_KTEST is not set\n")
        before = state(tree)
        assert image in make(tree, "-n", target)
        assert state(tree) == before


def test_configuration(tree):
    """One under test that is not what configs/X says is put right, and else left alone."""
    wanted, found = tree / "build/.config", tree / "build/configs/defconfig/.config"
    make(tree, "defconfig")
    found.parent.mkdir(parents=True)
    found.write_text("# CONFIG_KTEST is not set\n")
    if (OUT / "cbmc").exists():  # else setup.sh looks for it
        (tree / "build/cbmc").symlink_to(OUT / "cbmc")
    times = set()
    for _ in range(2):
        # The help, in place of an image.
        make(tree, "test-images", "test-configs=defconfig", "jobs=help")
        assert found.read_text() == wanted.read_text()
        times.add(found.stat().st_mtime_ns)
    assert len(times) == 1
