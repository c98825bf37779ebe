# SPDX-License-Identifier: BSD-2-Clause
"""Sphinx: `make docs`."""
with open("../VERSION", encoding="utf-8") as f:
    release = f.read().strip()
project = "Cairn"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "A small RISC-V S-mode kernel", "page_width": "70em"}
html_copy_source = False
html_show_copyright = False
