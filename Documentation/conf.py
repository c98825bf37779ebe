# SPDX-License-Identifier: BSD-2-Clause
"""Sphinx 5.3 to 8.1, and matplotlib: `sphinx-build -W -b html Documentation OUT`."""
import os
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "scripts"))
import pictures  # noqa: E402

project = "Cairn"
author = "The Cairn authors"
copyright = author
release = version = (TOP / "VERSION").read_text().strip()

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = []
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "alabaster"
html_theme_options = {"description": "A small RISC-V S-mode kernel", "page_width": "71em",
                      "font_family": "system-ui, 'DejaVu Sans', sans-serif",
                      "head_font_family": "system-ui, 'DejaVu Sans', sans-serif",
                      "font_size": "16px", "code_font_size": "0.85em",
                      "show_relbar_bottom": True, "show_powered_by": False}
html_static_path = ["_static"]  # the theme takes custom.css by itself
html_copy_source = False
html_last_updated_fmt = None  # the same input gives the same pages
smartquotes = False  # what is quoted here is often code
nitpicky = True


def setup(app):
    """A page asks for a picture as /pictures/NAME.svg; they lie beside the doctrees."""
    made = Path(app.doctreedir, "pictures")

    def point_there(app, name, source):
        there = os.path.relpath(made, Path(app.srcdir, name).parent)
        source[0] = re.sub(r" /pictures/(?=[a-z])", f" {there}/", source[0])
    app.connect("builder-inited", lambda app: pictures.main(made))
    app.connect("source-read", point_there)
