# SPDX-License-Identifier: BSD-2-Clause
"""The documentation as a site: it builds, its pictures repeat and show what is there."""
import os
import re
import subprocess
import sys

import doc_blocks
import pictures
import pytest
from doc_blocks import TOP


@pytest.fixture(scope="module", name="site")
def built_site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run([sys.executable, "-B", "-m", "sphinx", "-q", "-W", "--keep-going", "-b",
                           "html", "-d", out / "doctrees", TOP / "Documentation", out / "html"],
                          text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr  # also where no index reaches a page
    return out / "html"


def test_pictures_are_shown(site):
    """Each of them, and no other; a page that asks for one that is not made does not build."""
    shown = {re.sub(r"\d*\.svg$", "", p.name) for p in (site / "_images").iterdir()}
    assert shown == {re.sub(r"\d*$", "", name) for name in pictures.PICTURES}


def test_pictures_repeat(tmp_path):
    made = []
    for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2")):
        subprocess.run([sys.executable, "-B", TOP / "scripts/pictures.py", tmp_path / seed],
                       env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed}, check=True)
        made.append({p.name: p.read_bytes() for p in (tmp_path / seed).iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) > len(pictures.PICTURES)
    assert not [name for name, data in made[0].items() if b"<dc:date>" in data]


@pytest.mark.parametrize("mode", pictures.MODES)
def test_layout_has_all_regions(mode):
    """The drawing reads the page's table, which test_vm_layout.py holds against the kernel."""
    rows = doc_blocks.tables(pictures.LAYOUT)[mode][1:]
    assert [(n, f"`{s:016x}`", f"`{e - 1:016x}`", z) for n, s, e, z in pictures.regions(mode)] == [
        tuple(row[:4]) for row in rows]


@pytest.mark.parametrize("build", pictures.BUILDS)
def test_operations_are_all_drawn(build):
    """A benchmark with another name would vanish from the picture."""
    asked = {row["ours"] for row in pictures.counts("linux")["figures"]
             if row["ours"] and row["unit"] == "instructions/op" and row["build"] == build}
    assert {row["ours"] for row, _ in pictures.operations(build)} == asked != set()


@pytest.mark.parametrize("build", pictures.BUILDS)
def test_where_linux_is_better_is_said(build):
    page = (TOP / "Documentation/explanation/how-fast.md").read_text()
    said = page.split("\n## Where Linux is better\n")[1].split("\n## ")[0]
    better = [row["ours"] for row, mine in pictures.operations(build) if mine > 1.02 * row["value"]]
    assert not [name for name in better if f"`{name}`" not in said]


@pytest.mark.parametrize("page", [p for p in doc_blocks.pages() if p.parent == TOP],
                         ids=lambda page: page.name)
def test_links_of_the_first_pages(page):
    """Sphinx checks those of the others."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert links and not [link for link in links if not (TOP / link).exists()]
