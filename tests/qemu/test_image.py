# SPDX-License-Identifier: BSD-2-Clause
"""The Image as a boot loader reads it, held against the ELF file it was made from."""
import json
import struct
import subprocess

import artifacts
import image_parts
import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

BUILDS = ("defconfig", "small_defconfig")
# What U-Boot's booti and EDK2 read: offset, format
FIELDS = {"code0": (0, "I"), "code1": (4, "I"), "text_offset": (8, "Q"), "image_size": (16, "Q"),
          "flags": (24, "Q"), "version": (32, "I"), "magic": (48, "8s"), "magic2": (56, "4s")}
LINK_ADDRESS = 0xffffffff80000000


# With these there is an object of each source.
ALL_SOURCES = ("debug_defconfig", "kasan_outline_defconfig", "ubsan_defconfig")


@pytest.fixture(params=BUILDS)
def build(request):
    return artifacts.config(request.param)


@pytest.fixture
def image(build):
    return (build / "Image").read_bytes()


@pytest.fixture
def elf(build):
    with (build / "cairn.elf").open("rb") as f:
        yield ELFFile(f)


def field(image, name):
    offset, form = FIELDS[name]
    return struct.unpack_from("<" + form, image, offset)[0]


def symbol(elf, name):
    return elf.get_section_by_name(".symtab").get_symbol_by_name(name)[0]["st_value"]


def test_header(image, elf):
    assert field(image, "text_offset") == 0x200000
    assert field(image, "image_size") == symbol(elf, "_end") - symbol(elf, "_start")
    assert field(image, "image_size") >= len(image)
    assert field(image, "flags") == 0  # little-endian; the other bits are reserved
    assert field(image, "version") == 2  # 0.2: major in the upper half
    assert field(image, "magic") == b"RISCV\0\0\0"
    assert field(image, "magic2") == b"RSC\x05"


def test_first_instruction(image):
    """4 bytes, so that what follows stays where it is: jal x0 forward, out of the header."""
    code0 = field(image, "code0")
    assert code0 & 0xfff == 0x6f, "jal x0"
    offset = (code0 >> 31 << 20 | (code0 >> 12 & 0xff) << 12 | (code0 >> 20 & 1) << 11
              | (code0 >> 21 & 0x3ff) << 1)
    assert 64 <= offset < len(image)
    assert field(image, "code1") == 0


def test_image_is_the_elf(image, elf):
    """Each loaded byte at its place, and zeros between."""
    assert elf.header.e_entry == symbol(elf, "_start") == LINK_ADDRESS
    expected = bytearray(len(image))
    for segment in elf.iter_segments("PT_LOAD"):
        start = segment["p_vaddr"] - LINK_ADDRESS
        expected[start:start + segment["p_filesz"]] = segment.data()
    assert len(expected) == len(image)
    assert bytes(expected) == image


def test_segments_write_xor_execute(elf):
    segments = list(elf.iter_segments("PT_LOAD"))
    allowed = {P_FLAGS.PF_R, P_FLAGS.PF_R | P_FLAGS.PF_X, P_FLAGS.PF_R | P_FLAGS.PF_W}
    assert {s["p_flags"] for s in segments} <= allowed
    pages = [set(range(s["p_vaddr"] >> 12, (s["p_vaddr"] + s["p_memsz"] + 4095) >> 12))
             for s in segments]
    assert sum(map(len, pages)) == len(set().union(*pages)), "two segments share a page"
    assert not [s for s in elf.iter_segments() if s["p_type"] in ("PT_DYNAMIC", "PT_INTERP")]


def test_no_relocations_left(elf):
    """Code before paging runs where it was loaded: nothing may wait for a loader."""
    left = [s.name for s in elf.iter_sections() if s["sh_type"] in ("SHT_REL", "SHT_RELA")
            and s["sh_flags"] & 2]
    assert left == []
    got = elf.get_section_by_name(".got")
    assert not got or got["sh_size"] == 0


def test_sections_follow_segments(elf):
    """Code in R-X, constants in R--: by the symbols the kernel maps by."""
    def flags(name):
        address = symbol(elf, name)
        return next(s["p_flags"] for s in elf.iter_segments("PT_LOAD")
                    if s["p_vaddr"] <= address < s["p_vaddr"] + s["p_memsz"])
    assert flags("_text") == P_FLAGS.PF_R | P_FLAGS.PF_X
    assert flags("_rodata") == P_FLAGS.PF_R
    assert flags("_data") == P_FLAGS.PF_R | P_FLAGS.PF_W
    assert flags("__bss_start") == P_FLAGS.PF_R | P_FLAGS.PF_W


def test_image_below_error_pointers(elf):
    """The last 4 KiB of the address space stay unmapped."""
    assert symbol(elf, "_end") <= (1 << 64) - 4096
    assert symbol(elf, "_end") - LINK_ADDRESS <= 1 << 30


@pytest.mark.parametrize("config", image_parts.CONFIGS)
def test_image_parts(config):
    """Compilers differ, and sources change a little: a tenth, or two pages."""
    shown, built = json.loads(image_parts.FILE.read_text())[config], image_parts.parts(config)
    off = {part: (shown[part], size) for part, size in built.items()
           if abs(shown[part] - size) > max(size / 10, 8192)}
    assert off == {}, "make bench-update writes them anew"


def test_floors_of_all_objects():
    """`make check` sees the objects of one configuration only."""
    done = subprocess.run(["scripts/check/stairs.py", *map(artifacts.config, ALL_SOURCES)],
                          cwd=artifacts.TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
