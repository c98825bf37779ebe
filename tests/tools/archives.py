# SPDX-License-Identifier: BSD-2-Clause
"""Archives of files for the initrd: made by cpio, or entry by entry."""
import subprocess

import artifacts

TEXT = "This is a file\nof two lines.\n"


def entry(name, data=b"", mode=0o100644, magic=b"070701", size=None, total=None):
    """One entry; @size: of data that is not here."""
    size = len(data) if size is None else size
    fields = [1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name) + 1,
              (sum(data) if total is None else total) if magic == b"070702" else 0]
    head = magic + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
    head += bytes(-len(head) % 4)
    return head + data + bytes(-len(data) % 4)


TRAILER = entry("TRAILER!!!", mode=0)


def made_by_cpio(form="newc"):
    """An archive of a small tree."""
    def make(out):
        top = out.with_suffix(".tree")
        (top / "etc/deep").mkdir(parents=True)
        (top / "etc/motd").write_text(TEXT)
        (top / "etc/motd").chmod(0o640)
        (top / "etc/hard").hardlink_to(top / "etc/motd")
        (top / "etc/deep/no-newline").write_text("end")
        (top / "etc/deep/link").symlink_to("../motd")
        (top / "bytes").write_bytes(bytes(range(256)) + b"more")
        (top / "bytes").chmod(0o755)
        names = subprocess.run(["find", "."], cwd=top, stdout=subprocess.PIPE, check=True).stdout
        names = b"\n".join(sorted(names.split()))
        out.write_bytes(subprocess.run(["cpio", "-o", "-H", form, "--quiet"], cwd=top, input=names,
                                       stdout=subprocess.PIPE, check=True).stdout)
    return artifacts.build("initrd", "cpio", [form, "1"], make)


def bounds(start, end):
    """The edit of a device tree that tells of an archive in RAM."""
    cells = [f"<{x >> 32:#x} {x & 0xffffffff:#x}>" for x in (start, end)]
    return (f"/ {{ chosen {{ linux,initrd-start = {cells[0]}; linux,initrd-end = {cells[1]}; "
            "}; };")
