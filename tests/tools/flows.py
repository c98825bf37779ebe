# SPDX-License-Identifier: BSD-2-Clause
"""The table of flows.yaml: each variant of each row, and the boot it is."""
import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import archives
import artifacts
import boards
import debian
import machine
import trees
import yaml

sys.path.insert(0, str(artifacts.TOP / "scripts"))
import sdcard  # noqa: E402

VARIANTS = ("plain", "initrd", "tree", "initrd+tree")
FIELDS = ("machine", "cpu", "ram", "firmware", "qemu")
APPEND = 'run="fdt /cairn; ls etc; cat etc/motd" ktest=layout,memblock,initrd'
# Only a tree of its own has this node.
NOTE = '/ { cairn { note = "a tree of its own"; }; };'
INITRD_BEHIND = 126 << 20  # where the image finds it, from its own start, if nobody loads it
SCRIPT = artifacts.TOP / "scripts/boot-media.sh"


@functools.cache
def table():
    loaded = yaml.load((artifacts.TOP / "tests/qemu/flows.yaml").read_text(), yaml.BaseLoader)
    found = {}
    for name, own in loaded["flows"].items():
        row = {**loaded["defaults"], **own}
        board = boards.load(row["board"])
        found[name] = {**board, **row, "says": board["says"] + row.get("says", [])}
    return found


def script(*args, **environment):
    subprocess.run([SCRIPT, *map(str, args)], check=True, stdin=subprocess.DEVNULL,
                   env={**os.environ, **environment}, timeout=60)


@dataclass(frozen=True)
class Flow:
    row_name: str
    variant: str

    @property
    def name(self):
        return self.row_name + ("" if self.variant == "plain" else "+" + self.variant)

    @property
    def row(self):
        return table()[self.row_name]

    @property
    def append(self):
        return f"paging={self.row['limit']} {APPEND}" if "limit" in self.row else APPEND

    def has(self, part):
        return part in self.variant.split("+")

    def typed(self):
        """What is typed at U-Boot's prompt."""
        found = []
        for line in self.row.get("typed", ()):
            if ("initrd.cpio" in line and not self.has("initrd")
                    or "board.dtb" in line and not self.has("tree")):
                continue
            for part in ("initrd", "tree"):
                line = line.replace(f"%{part}", self.row[part][self.has(part)])
            found.append(line)
        if found and "pxe boot" not in found and not self.row["fails"]:
            found.insert(-1, f"setenv bootargs '{self.append}'")
        return tuple(found)

    def base_tree(self):
        row = self.row
        if "dtb" in row:
            return debian.tree(row["dtb"])
        boot = machine.Boot(name="", **self.fields())
        return trees.dump([*boot.machine_args(), *row["args"]], boot.program)

    def tree(self):
        """The tree of its own, as a file."""
        return trees.edit(self.base_tree(), self.row.get("edit_tree", "") + NOTE)

    def fields(self):
        row = self.row
        return {**{k: row[k] for k in FIELDS if k in row}, "smp": int(row["smp"])}

    def card(self):
        """What is known of the card of the board that `media` names, or None."""
        media = self.row.get("media")
        return boards.load(media)["sdcard"] if media in boards.names() else None

    def missing(self):
        """Why it cannot run here, or None."""
        row, card = self.row, self.card()
        if "qemu" in row and not debian.qemu():
            return debian.NO_QEMU
        for name in (row.get("package"), card and card["package"]):
            if name and not debian.package(name):
                return debian.NO_PACKAGE
        if "dtb" in row and not debian.tree(row["dtb"]):
            return debian.NO_KERNEL
        return None

    def boot(self):
        """The Boot, or None if something is missing."""
        if self.missing():
            return None
        row, fields = self.row, {**self.fields(), "stop": self.row["stop"]}
        if "uboot" in row:
            top = debian.package(row["package"]) if "package" in row else Path("/")
            uboot = top / os.environ.get("UBOOT_DIR", "/usr/lib/u-boot").lstrip("/")
            fields.update(kernel=uboot / row["uboot"] / "u-boot.bin", extra=self.media(),
                          typed=self.typed(), stop="\n=> ")
        elif self.card():
            fields.update(kernel=False, extra=self.media(),
                          firmware=lambda: sdcard.firmware(self.card()))
        elif row["firmware"] == "payload" or "base" in row:
            fields.update(self.by_itself())
        else:
            initrd = ("-initrd", archives.made_by_cpio) if self.has("initrd") else ()
            fields.update(append=self.append, kernel=row.get("kernel"),
                          extra=(*initrd, "-dtb", self.tree) if self.has("tree") else initrd)
        fields["extra"] = (*row["args"], *fields["extra"])
        return machine.Boot(name=f"flow-{self.name}", **fields)

    def by_itself(self):
        """QEMU is not told what is firmware and what is image, so the tree says the rest."""
        extra = ("-dtb", self.told_tree)
        if self.has("initrd"):
            extra += ("-device", lambda: f"loader,file={archives.made_by_cpio()},"
                      f"addr={self.initrd_place():#x},force-raw=on")
        if "base" in self.row:
            return {"base": int(self.row["base"], 0), "extra": extra}
        return {"kernel": False, "firmware": self.payload, "extra": extra}

    # --- Files ---

    def image(self):
        return machine.Boot(name="").image

    def payload(self):
        jump = machine.firmware("fw_jump")
        return artifacts.build("payload", "bin", [jump.read_bytes(), self.image().read_bytes()],
                               lambda out: script("payload", out, jump, self.image()))

    def initrd_place(self):
        return int(self.row["image"], 0) + INITRD_BEHIND

    def told_tree(self):
        quoted = self.append.replace('"', r'\"')
        text = f'/ {{ chosen {{ bootargs = "{quoted}"; }}; }};'
        if self.has("initrd"):
            start = self.initrd_place()
            text += archives.bounds(start, start + archives.made_by_cpio().stat().st_size)
        return trees.edit(self.tree(), text)

    def files(self):
        """A folder with what U-Boot shall find."""
        initrd = archives.made_by_cpio() if self.has("initrd") else ""
        tree = self.tree() if self.has("tree") else ""

        def make(out):
            script("files", out, self.image(), initrd, tree, CMDLINE=self.append)
            if "edit" in self.row:
                conf = out / "boot/extlinux/extlinux.conf"
                conf.write_text(conf.read_text().replace(*self.row["edit"]))
        return artifacts.build("files", "d", self.inputs(initrd, tree), make)

    def inputs(self, *paths):
        return [SCRIPT.read_text(), self.append, self.row.get("edit"),
                *(p and Path(p).read_bytes() for p in (self.image(), *paths))]

    def disk(self):
        files = self.files()
        return artifacts.build("disk", "img", [self.row["media"], str(files)],
                               lambda out: script(self.row["media"], out, files))

    def card_image(self):
        files = self.files()
        return artifacts.build("disk", "img", [self.row["media"], self.card(), str(files)],
                               lambda out: sdcard.make(self.card(), out, files))

    def media(self):
        if self.card():
            return ("-drive", lambda: f"file={self.card_image()},format=raw,if=sd,snapshot=on")
        if self.row["media"] == "tftp":
            if self.row["board"] != "virt":
                return ("-nic", lambda: f"user,restrict=on,tftp={self.files()}")
            return ("-netdev", lambda: f"user,id=net,restrict=on,tftp={self.files()}",
                    "-device", "virtio-net-device,netdev=net")
        return ("-drive", lambda: f"file={self.disk()},format=raw,if=none,id=disk,readonly=on",
                "-device", "virtio-blk-device,drive=disk")


def variants(name):
    return [Flow(name, v) for v in table()[name].get("variants", VARIANTS)]


def every():
    return [flow for name in table() for flow in variants(name)]


def named(names):
    known = {flow.name: flow for flow in every()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"flows.yaml has no {' '.join(unknown)}; it has {' '.join(known)}")
    return [known[name] for name in names]


def chosen(which):
    """All flows (matrix), those of `make test` (cover), or none: other words name cells."""
    if which == "matrix":
        return every()
    return [f for f in every() if which == "cover" and f.variant in f.row["test"]]
