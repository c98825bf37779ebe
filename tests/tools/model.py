# SPDX-License-Identifier: BSD-2-Clause
"""What a boot must say, computed from what it was given."""
import trees

MODES = ("sv39", "sv48", "sv57")
EXTENSIONS = ("svnapot", "svpbmt", "svinval", "svadu", "svade", "svvptc", "sstc")
BITS = {"sv39": 39, "sv48": 48, "sv57": 57}
GIB4 = 1 << 32
TOP = 1 << 64
IMAGE_VA = 0xffffffff80000000


class Expected:
    """The inputs of a boot's decision, and what follows from them."""

    def __init__(self, cell):
        self.settings = cell.settings()
        self.modes = self.settings["modes"]
        self.cmdline = self.settings.get("limit", "none")
        self.boot = cell.boot()
        self.root = trees.parse(self.boot.dtb().read_bytes())
        self.dt = self._dt_limit() or "none"
        limits = [m for m in (self.dt, self.cmdline) if m != "none"]
        self.limit = min(limits, default="sv57")
        self.tried, self.mode = [], None
        for mode in reversed(MODES):
            if mode <= self.limit and not self.mode:
                self.tried.append(mode)
                self.mode = mode if mode in self.modes else None

    def _dt_limit(self):
        # OpenSBI takes a hart without mmu-type for one that cannot run a kernel, and
        # disables it in the tree, so it sets no limit.
        return trees.mmu_limit(self.root)

    def mode_line(self):
        more = "+" if self.mode == self.limit and self.limit != "sv57" else ""
        return f"boot: mode={self.mode} hart={self.mode}{more} dt={self.dt} cmdline={self.cmdline}"

    def mode_notices(self):
        found = []
        if self.dt != "none" and self.dt > self.mode and self.limit > self.mode:
            found.append(f"boot: the device tree promises {self.dt}, this hart keeps {self.mode}")
        if self.cmdline != "none" and self.cmdline > self.mode:
            found.append(f"boot: cmdline asks for {self.cmdline}, which cannot be had:"
                         f" {self.mode} is taken")
        return found

    def extensions_line(self):
        """QEMU's trees say what its harts have: what all harts list is used."""
        listed = trees.extensions(self.root)
        if "svade" in listed:
            listed.discard("svadu")  # the firmware was not asked for it
        return "cpu: uses=" + (",".join(e for e in EXTENSIONS if e in listed) or "none")

    def harts(self):
        """OpenSBI disables harts without mmu-type; the boot hart runs in any case."""
        cpus = [c for c in self.root.child("cpus").named("cpu")
                if c.usable() and c.text("mmu-type")]
        return max(len(cpus), 1)

    def no_paging_line(self):
        return ("boot: error: this hart has no paging mode Cairn can use"
                f" (tried from {self.limit} down)")

    def banks(self):
        return trees.banks(self.root)

    def ram_line(self):
        banks = self.banks()
        return (f"boot: ram banks={len(banks)} bytes={sum(size for _, size in banks)}"
                f" linear={self.linear_start():#x}")

    def region_lines(self):
        return [f"boot: region={name} start={start:#018x} end={end:#018x}"
                for name, (start, end) in regions(self.mode).items()]

    def linear_start(self):
        return linear_start(self.mode, self.banks()[0][0], sum(self.banks()[-1]))


def linear_start(mode, start, end):
    """Address of the lowest RAM: the window's start plus its offset in a useful leaf."""
    leaf = 1 << (30 if mode == "sv39" else 39)
    while leaf > 1 << 21 and end - start // leaf * leaf > 5 << (BITS[mode] - 4):
        leaf >>= 9
    return regions(mode)["linear"][0] + start % leaf


def regions(mode):
    """name: (start, end) by the formula of the eighths; the top 4 GiB are the same in all."""
    half = 1 << (BITS[mode] - 1)

    def at(eighths, shift=0):
        return TOP - half + eighths * half // 8 + shift
    return {
        "linear": (at(0), at(5)),
        "vmalloc": (at(5), at(6)),
        "vmemmap": (at(6), at(7, -GIB4)),
        "kasan": (at(7, -GIB4), at(8, -GIB4)),
        "modules": (TOP - GIB4, 0xffffffff40000000),
        "fixmap": (0xffffffff40000000, 0xffffffff40200000),
        "fdt": (0xffffffff40200000, 0xffffffff41600000),
        "image": (IMAGE_VA, 0xffffffffc0000000),
    }


def image_size(boot):
    """From the Image's header."""
    return int.from_bytes(boot.image.read_bytes()[16:24], "little")


def image_line(boot):
    return f"boot: image pa={boot.load_address:#x} va={IMAGE_VA:#x} size={image_size(boot):#x}"


def check_harts(lines, wanted, some_may_be_lost):
    """
    OpenSBI 1.5's fw_jump can lose a hart: one that draws its lot when the boot hart is done
    overwrites the mark it then waits for. It never comes, and Cairn says so.
    """
    lost = [line for line in lines if line.startswith("smp: ")
            and line.endswith("left out: it was started and does not come")]
    assert f"smp: harts={wanted - len(lost)} of={wanted}" in lines
    assert not lost or some_may_be_lost
