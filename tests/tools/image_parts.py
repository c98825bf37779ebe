# SPDX-License-Identifier: BSD-2-Clause
"""What the images are made of, for the documentation:  image_parts.py   writes the file anew"""
import json

import artifacts
from elftools.elf.elffile import ELFFile

FILE = artifacts.TOP / "tests/bench/images.json"
CONFIGS = ("small_defconfig", "defconfig", "kasan_outline_defconfig", "kasan_defconfig")
# Part: the symbols it lies between, as in the linker script.
PARTS = {"text": ("_text", "__init_begin"), "boot": ("__init_begin", "__init_end"),
         "constants": ("__init_end", "_erodata"), "data": ("_data", "__bss_start"),
         "zeroed": ("__bss_start", "_end")}


def parts(config):
    """{part: bytes}"""
    with open(artifacts.config(config) / "cairn.elf", "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        at = {name: table.get_symbol_by_name(name)[0]["st_value"]
              for name in {name for pair in PARTS.values() for name in pair}}
    return {part: at[end] - at[start] for part, (start, end) in PARTS.items()}


if __name__ == "__main__":
    FILE.write_text(json.dumps({c: parts(c) for c in CONFIGS}, indent=1) + "\n")
