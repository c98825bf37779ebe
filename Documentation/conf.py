# SPDX-License-Identifier: BSD-2-Clause
"""Sphinx: `sphinx-build -W -b html Documentation OUT`. Runs on Sphinx 5.3 and 8.1."""
from pathlib import Path

project = "Cairn"
author = "The Cairn authors"
copyright = author
release = version = (Path(__file__).parent.parent / "VERSION").read_text().strip()

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = []
myst_heading_anchors = 3

html_theme = "alabaster"
html_theme_options = {"description": "A small RISC-V S-mode kernel", "page_width": "60em"}
html_copy_source = False
html_last_updated_fmt = None  # the same input gives the same pages
smartquotes = False  # what is quoted here is often code
nitpicky = True
