# SPDX-License-Identifier: BSD-2-Clause
"""The SD cards of scripts/sdcard.py, read back: the partition table, then what is in each part."""
import struct
import subprocess
import uuid
import zlib

import archives
import boards
import debian
import flows
import pytest
import sdcard
import skips

CARDS = [name for name in boards.names() if "sdcard" in boards.load(name)]
SECTOR = 512
BOOTABLE = 1 << 2  # UEFI 2.10 table 5.8, "legacy BIOS bootable"


def header(card, sector):
    """(number of its sector, of its copy's, of the entries) in a header of a GPT, checked."""
    raw = card[sector * SECTOR:(sector + 1) * SECTOR]
    size, crc = struct.unpack_from("<2I", raw, 12)
    assert raw[:8] == b"EFI PART" and crc == zlib.crc32(raw[:16] + bytes(4) + raw[20:size])
    here, copy = struct.unpack_from("<2Q", raw, 24)
    start, count, size, crc = struct.unpack_from("<Q3I", raw, 72)
    entries = card[start * SECTOR:start * SECTOR + count * size]
    assert crc == zlib.crc32(entries) and here == sector
    pieces = (entries[i:i + size] for i in range(0, len(entries), size))
    return copy, [piece for piece in pieces if any(piece[:16])]


def entry(raw):
    first, last, attributes = struct.unpack_from("<3Q", raw, 32)
    return [raw[56:128].decode("utf-16-le").rstrip("\0"), str(first), str(last),
            str(uuid.UUID(bytes_le=raw[:16])).upper(), bool(attributes & BOOTABLE)]


def file_in(path, first, system, name):
    """A file of the partition that starts at sector @first."""
    place = int(first) * SECTOR
    command = (["/sbin/debugfs", "-R", f"cat {name}", f"{path}?offset={place}"]
               if system == "ext4" else ["mtype", "-i", f"{path}@@{place}", f"::{name}"])
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True, timeout=60).stdout


@pytest.mark.parametrize("name", CARDS)
def test_card(name, tmp_path, monkeypatch):
    card = boards.load(name)["sdcard"]
    if not debian.package(card["package"]):
        skips.skip(f"sdcard:{name}", debian.NO_PACKAGE)
    monkeypatch.setenv("CMDLINE", 'run="ls etc"')
    path, image, initrd = tmp_path / "card", tmp_path / "Image", archives.made_by_cpio()
    image.write_bytes(bytes(range(256)) * 5000)
    sdcard.main(name, path, image, initrd)
    raw = path.read_bytes()
    assert len(raw) == int(card["sectors"]) * SECTOR
    copy, found = header(raw, 1)
    assert copy == len(raw) // SECTOR - 1 and header(raw, copy) == (1, found)
    wanted = sdcard.parts(card)
    assert [entry(e) for e in found] == [[*part, content in ("ext4", "fat")]
                                         for *part, content in wanted]
    for _, first, _, _, content in wanted[:-1]:
        data = content.read_bytes()
        assert raw[int(first) * SECTOR:int(first) * SECTOR + len(data)] == data
    _, first, _, _, system = wanted[-1]
    assert file_in(path, first, system, "/boot/Image") == image.read_bytes()
    assert file_in(path, first, system, "/boot/initrd.cpio") == initrd.read_bytes()
    assert [line.split(None, 1) for line in
            file_in(path, first, system, "/boot/extlinux/extlinux.conf").decode().splitlines()] == [
        ["default", "cairn"], ["timeout", "1"], ["label", "cairn"], ["kernel", "/boot/Image"],
        ["initrd", "/boot/initrd.cpio"], ["append", 'run="ls etc"']]


def test_parts_do_not_meet():
    for name in CARDS:
        parts = sdcard.parts(boards.load(name)["sdcard"])
        ends = [-1, *(int(last) for _, _, last, _, _ in parts)]
        assert all(end < int(first) <= int(last)
                   for end, (_, first, last, _, _) in zip(ends, parts)), name


def test_too_large(tmp_path):
    (tmp_path / "spl").write_bytes(bytes(SECTOR + 1))
    done = subprocess.run([flows.SCRIPT, "card", tmp_path / "card", tmp_path, "8192",
                           f"spl 34 34 5B193300-FC78-40CD-8002-E86C45580B47 {tmp_path}/spl"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "spl is larger than its partition" in done.stderr


def test_wrong_board(tmp_path):
    with pytest.raises(SystemExit) as end:
        sdcard.main("nonsense", tmp_path / "card", "Image")
    assert str(end.value) == f"sdcard: BOARD is one of {' '.join(CARDS)}, not nonsense"
