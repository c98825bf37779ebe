# SPDX-License-Identifier: BSD-2-Clause
"""The table of flows.yaml: each variant of each row, and the boot it is."""
import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import artifacts
import machine
import test_initrd
import trees
import yaml

VARIANTS = ("plain", "initrd", "tree", "initrd+tree")
FIELDS = ("machine", "cpu", "ram", "firmware")
CACHE = Path(os.environ.get("CAIRN_CACHE", Path.home() / ".cache/cairn"))
NO_PACKAGE = "Debian's riscv64 packages can't be had"
NO_KERNEL = "Debian's riscv64 kernel package can't be had"
APPEND = 'run="fdt /cairn; ls etc; cat etc/motd" ktest=layout,memblock,initrd'
# Only a tree of its own has this node.
NOTE = '/ { cairn { note = "a tree of its own"; }; };'
INITRD_PLACE = 0x88000000  # where a payload finds it
SCRIPT = artifacts.TOP / "scripts/boot-media.sh"


@functools.cache
def table():
    loaded = yaml.load((Path(__file__).parent / "flows.yaml").read_text(), yaml.BaseLoader)
    return {name: {**loaded["defaults"], **row} for name, row in loaded["flows"].items()}


def script(*args, **environment):
    subprocess.run([SCRIPT, *map(str, args)], check=True, stdin=subprocess.DEVNULL,
                   env={**os.environ, **environment}, timeout=60)


@functools.cache
def package(name):
    """Where a riscv64 package of Debian's is unpacked, or None."""
    done = subprocess.run([artifacts.TOP / "scripts/fetch-debs.sh", CACHE / "debs", name],
                          stdin=subprocess.DEVNULL, check=False, timeout=300)
    return None if done.returncode else CACHE / "debs" / name


@functools.cache
def board(name):
    """A board's tree as the host tests have it, or None."""
    out = artifacts.DIR / "boards"
    subprocess.run([artifacts.TOP / "tests/host/gen-dtbs.sh", out], stdin=subprocess.DEVNULL,
                   check=True, timeout=600)
    path = out / f"{name}.dtb"
    return path if path.exists() else None


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
            found.insert(-1, f"setenv bootargs '{APPEND}'")
        return tuple(found)

    def tree(self):
        """The tree of its own, as a file."""
        fields = {**self.fields(), "machine": self.row["machine"].split(",")[0]}
        base = (board(self.row["board"]) if "board" in self.row
                else machine.Boot(name="", **fields).base_tree())
        return trees.edit(base, NOTE)

    def fields(self):
        row = self.row
        return {**{k: row[k] for k in FIELDS}, "smp": int(row["smp"])}

    def missing(self):
        """Why it cannot run here, or None."""
        if "package" in self.row and not package(self.row["package"]):
            return NO_PACKAGE
        if "board" in self.row and not board(self.row["board"]):
            return NO_KERNEL
        return None

    def boot(self):
        """The Boot, or None if something is missing."""
        fields = self.fields()
        if self.missing():
            return None
        if "uboot" in self.row:
            top = package(self.row["package"]) if "package" in self.row else Path("/")
            uboot = top / os.environ.get("UBOOT_DIR", "/usr/lib/u-boot").lstrip("/")
            fields.update(kernel=uboot / self.row["uboot"] / "u-boot.bin", extra=self.media(),
                          typed=self.typed(), stop="\n=> ")
        elif self.row["firmware"] == "payload":
            fields.update(firmware=self.payload, extra=(
                "-dtb", self.payload_tree,
                "-device", lambda: f"loader,file={test_initrd.made_by_cpio()},"
                f"addr={INITRD_PLACE:#x},force-raw=on"))
        else:
            initrd = ("-initrd", test_initrd.made_by_cpio) if self.has("initrd") else ()
            fields.update(append=APPEND, kernel=self.row.get("kernel"), stop=self.row["stop"],
                          extra=(*initrd, "-dtb", self.tree) if self.has("tree") else initrd)
        fields["extra"] = (*self.row["args"], *fields["extra"])
        return machine.Boot(name=f"flow-{self.name}", **fields)

    # --- Files ---

    def image(self):
        return machine.Boot(name="").image

    def payload(self):
        jump = machine.firmware("fw_jump")
        return artifacts.build("payload", "bin", [jump.read_bytes(), self.image().read_bytes()],
                               lambda out: script("payload", out, jump, self.image()))

    def payload_tree(self):
        end = INITRD_PLACE + test_initrd.made_by_cpio().stat().st_size
        quoted = APPEND.replace('"', r'\"')
        return trees.edit(self.tree(), test_initrd.bounds(INITRD_PLACE, end)
                          + f'/ {{ chosen {{ bootargs = "{quoted}"; }}; }};')

    def files(self):
        """A folder with what U-Boot shall find."""
        initrd = test_initrd.made_by_cpio() if self.has("initrd") else ""
        tree = self.tree() if self.has("tree") else ""

        def make(out):
            script("files", out, self.image(), initrd, tree, CMDLINE=APPEND)
            if "edit" in self.row:
                conf = out / "boot/extlinux/extlinux.conf"
                conf.write_text(conf.read_text().replace(*self.row["edit"]))
        return artifacts.build("files", "d", self.inputs(initrd, tree), make)

    def inputs(self, *paths):
        return [SCRIPT.read_text(), APPEND, self.row.get("edit"),
                *(p and Path(p).read_bytes() for p in (self.image(), *paths))]

    def disk(self):
        files = self.files()
        return artifacts.build("disk", "img", [self.row["media"], str(files)],
                               lambda out: script(self.row["media"], out, files))

    def media(self):
        if self.row["media"] == "tftp":
            if self.row["machine"] != "virt":
                return ("-nic", lambda: f"user,restrict=on,tftp={self.files()}")
            return ("-netdev", lambda: f"user,id=net,restrict=on,tftp={self.files()}",
                    "-device", "virtio-net-device,netdev=net")
        return ("-drive", lambda: f"file={self.disk()},format=raw,if=none,id=disk,readonly=on",
                "-device", "virtio-blk-device,drive=disk")


def variants(name):
    return [Flow(name, v) for v in table()[name].get("variants", VARIANTS)]


def chosen(which):
    """The flows of `make test` (cover), all (matrix), or those of these names."""
    found = [flow for name in table() for flow in variants(name)]
    if which == "matrix":
        return found
    if which == "cover":
        return [f for f in found if f.variant in f.row["test"]]
    return [f for f in found if f.name in which.split()]
