# SPDX-License-Identifier: BSD-2-Clause
"""Device trees: QEMU's own, edited through dtc, damaged on purpose, and read back."""
import struct
import subprocess
from dataclasses import dataclass, field

import artifacts

# What OpenSBI keeps for itself; it says so in the tree it hands over, a stub must.
FIRMWARE = """
/ { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
      firmware@80000000 { reg = <0 0x80000000 0 0x200000>; no-map; }; }; };
"""


def dump(machine_args, qemu="qemu-system-riscv64"):
    """The tree QEMU makes for a machine, as a file."""
    machine, *rest = machine_args
    return artifacts.build("tree", "dtb", [machine_args, qemu], lambda out: subprocess.run(
        [qemu, "-nographic", "-bios", "none", "-M", f"{machine},dumpdtb={out}", *rest],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=60))


def dtc(path, *options):
    return subprocess.run(["dtc", "-q", *options, path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=True, timeout=60).stdout


def edit(base, text):
    """A tree with device tree source merged into it (dtc merges nodes of one name)."""
    def make(out):
        source = out.with_suffix(".dts")
        source.write_bytes(dtc(base, "-I", "dtb", "-O", "dts") + text.encode())
        out.write_bytes(dtc(source, "-I", "dts", "-O", "dtb"))
    return artifacts.build("tree", "dtb", [base.read_bytes(), text], make)


@dataclass
class Node:
    name: str
    props: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def child(self, name):
        """The first child called NAME or NAME@anything, or an empty node."""
        return next(self.named(name), Node(name))

    def named(self, name):
        return (c for c in self.children if c.name.split("@")[0] == name)

    def text(self, prop):
        return self.props.get(prop, b"").split(b"\0")[0].decode()

    def cells(self, prop):
        raw = self.props.get(prop, b"")
        return struct.unpack(f">{len(raw) // 4}I", raw)

    def usable(self):
        return self.text("status") in ("", "okay", "ok")


def parse(blob):
    """A reader of its own, so that the kernel's is not measured with itself."""
    offset, strings = struct.unpack_from(">II", blob, 8)
    stack = [Node("")]
    while True:
        token, = struct.unpack_from(">I", blob, offset)
        offset += 4
        if token == 1:
            end = blob.index(b"\0", offset)
            node = Node(blob[offset:end].decode())
            stack[-1].children.append(node)
            stack.append(node)
            offset = (end + 4) & ~3
        elif token == 2:
            stack.pop()
        elif token == 3:
            size, name = struct.unpack_from(">II", blob, offset)
            name = blob[strings + name:blob.index(b"\0", strings + name)].decode()
            stack[-1].props[name] = blob[offset + 8:offset + 8 + size]
            offset = (offset + 8 + size + 3) & ~3
        elif token == 9:
            return stack[0].children[0]


def banks(root):
    """[(start, size)] of RAM, touching ones joined."""
    found = []
    for node in root.children:
        if node.text("device_type") == "memory" and node.usable():
            cells = node.cells("reg")
            for i in range(0, len(cells), 4):
                found.append((cells[i] << 32 | cells[i + 1], cells[i + 2] << 32 | cells[i + 3]))
    joined = []
    for start, size in sorted(found):
        if joined and sum(joined[-1]) == start:
            joined[-1] = (joined[-1][0], joined[-1][1] + size)
        else:
            joined.append((start, size))
    return joined


def mmu_limit(root):
    """The least mmu-type of the usable harts, or None."""
    types = [cpu.text("mmu-type").removeprefix("riscv,")
             for cpu in root.child("cpus").named("cpu") if cpu.usable()]
    return min((t for t in types if t in ("sv39", "sv48", "sv57")), default=None)


def extensions(root):
    """What all usable harts list."""
    lists = [set(cpu.props["riscv,isa-extensions"].decode().split("\0"))
             if "riscv,isa-extensions" in cpu.props else set(cpu.text("riscv,isa").split("_"))
             for cpu in root.child("cpus").named("cpu") if cpu.usable()]
    return set.intersection(*lists) if lists else set()


def handed(machine_args, bootargs="", text="", change=None):
    """
    A tree for a stub to hand over: QEMU's, with what firmware would add, merged with
    @text, then changed byte by byte by @change.
    """
    source = FIRMWARE + f'/ {{ chosen {{ bootargs = "{bootargs}"; }}; }};' + text
    path = edit(dump(machine_args), source)
    return artifacts.store("tree", "dtb", change(path.read_bytes())) if change else path


HEADER = ("magic", "totalsize", "struct_off", "strings_off", "rsvmap_off", "version",
          "last_compatible", "boot_cpu", "strings_size", "struct_size")


def header(blob):
    return dict(zip(HEADER, struct.unpack_from(">10I", blob)))


def with_header(blob, **changed):
    """The blob with other numbers in its header."""
    return struct.pack(">10I", *{**header(blob), **changed}.values()) + blob[40:]


def with_word(blob, offset, word):
    return blob[:offset] + struct.pack(">I", word) + blob[offset + 4:]


def tokens(blob):
    """[(offset, token)] of the structure block."""
    offset, found = header(blob)["struct_off"], []
    while not found or found[-1][1] != 9:
        token, = struct.unpack_from(">I", blob, offset)
        found.append((offset, token))
        offset += 4
        if token == 1:
            offset = (blob.index(b"\0", offset) + 4) & ~3
        elif token == 3:
            offset = (offset + 8 + struct.unpack_from(">I", blob, offset)[0] + 3) & ~3
    return found


def _grown(blob, at, tokens, strings=b""):
    """Tokens put into the structure block at an offset in the blob, strings added at the end."""
    h = header(blob)
    blob = blob[:at] + tokens + blob[at:h["strings_off"] + h["strings_size"]] + strings
    return with_header(blob, totalsize=len(blob), strings_off=h["strings_off"] + len(tokens),
                       struct_size=h["struct_size"] + len(tokens),
                       strings_size=h["strings_size"] + len(strings))


def with_memreserve(blob, start, size):
    """The reservation block moved to the end, with one entry more."""
    at = header(blob)["rsvmap_off"]
    end = at
    while blob[end:end + 16] != bytes(16):
        end += 16
    blob += bytes(-len(blob) % 8)
    moved = blob + blob[at:end] + struct.pack(">2Q", start, size) + bytes(16)
    return with_header(moved, totalsize=len(moved), rsvmap_off=len(blob))


def padded_by_property(blob, total):
    """As large as @total through one huge property of the root."""
    size = total - len(_grown(blob, header(blob)["struct_off"] + 8, bytes(12), b"pad\0"))
    size &= ~3
    prop = struct.pack(">3I", 3, size, header(blob)["strings_size"]) + bytes(size)
    blob = _grown(blob, header(blob)["struct_off"] + 8, prop, b"pad\0")
    return with_header(blob, totalsize=total) + bytes(total - len(blob))


def padded_by_nops(blob, total):
    """As large as @total through FDT_NOP tokens before the first property."""
    count = (total - len(_grown(blob, header(blob)["struct_off"] + 8, b""))) // 4
    blob = _grown(blob, header(blob)["struct_off"] + 8, struct.pack(">I", 4) * count)
    return with_header(blob, totalsize=total) + bytes(total - len(blob))


def padded_behind(blob, total):
    """As large as @total by what the header says; nothing is there."""
    return with_header(blob, totalsize=total) + bytes(total - len(blob))
