# SPDX-License-Identifier: BSD-2-Clause
"""
Commands for gdb on a stopped Cairn, loaded by `make gdb`:

  cairn-walk ADDR   the walk the hart makes for an address, level by level
  cairn-ptdump      what is mapped, from satp down
  cairn-memblock    boot memory: what is RAM, what is taken
  cairn-layout      the regions of the address space in the mode that is on
  cairn-log         the log buffer
  cairn-boot        the boot record
  cairn-symbols [PA]  symbols at the load address too, for code before paging

They read memory as QEMU's gdb server gives it, and tables by physical address. While
translation is off, variables are read where the image was loaded: $cairn_load.
"""
import gdb

LINK = 0xffffffff80000000
LOAD = 0x80200000
MODES = {8: ("sv39", 3), 9: ("sv48", 4), 10: ("sv57", 5)}
FLAGS = "RWXUGAD"
LEAVES = ("4K", "2M", "1G", "512G", "256T")
PAGE = 4096


def register(name):
    return int(gdb.parse_and_eval("$" + name)) & (1 << 64) - 1


def load_address():
    value = gdb.convenience_variable("cairn_load")
    return LOAD if value is None else int(value)


def bias():
    """What to add to a link address to read there now."""
    return 0 if register("satp") >> 60 else load_address() - LINK


def variable(name):
    """A variable of the image; the first symbol file is the one at link addresses."""
    objfile = gdb.objfiles()[0]
    symbol = objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name)
    if symbol is None:
        raise gdb.GdbError(f"no variable {name} in {objfile.filename}")
    address = int(symbol.value().address) + bias() & (1 << 64) - 1
    return gdb.Value(address).cast(symbol.type.pointer()).dereference()


def physical(address, size):
    """Bytes by physical address, or None: QEMU's gdb server can be told to."""
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    try:
        return gdb.selected_inferior().read_memory(address, size).tobytes()
    except gdb.MemoryError:
        return None
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def table(address):
    data = physical(address, PAGE)
    return data and [int.from_bytes(data[i:i + 8], "little") for i in range(0, PAGE, 8)]


def live_tables():
    """(mode's name, levels, root) from satp."""
    satp = register("satp")
    if satp >> 60 not in MODES:
        raise gdb.GdbError(f"translation is off: satp=0x{satp:016x}")
    return *MODES[satp >> 60], (satp & (1 << 44) - 1) << 12


def flags(pte):
    names = "".join(f if pte >> i & 1 else "-" for i, f in enumerate(FLAGS, 1))
    return names + ("N" if pte >> 63 else "-") + (" ", " nc", " io", " ?")[pte >> 61 & 3]


def pte_pa(pte):
    return (pte >> 10 & (1 << 44) - 1) << 12


def kind(pte):
    return "nothing" if not pte & 1 else "leaf" if pte & 0xe else "table"


class Command(gdb.Command):
    """A command that is named in its class and takes what cairn-walk takes: one value."""
    name = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        self.run(argument)

    def run(self, argument):
        raise NotImplementedError


class Walk(Command):
    """cairn-walk ADDR: the walk the hart makes for an address, level by level"""
    name = "cairn-walk"

    def run(self, argument):
        if not argument:
            raise gdb.GdbError("cairn-walk ADDR")
        va = int(gdb.parse_and_eval(f"(unsigned long)({argument})"))
        mode, levels, pa = live_tables()
        print(f"walk: {mode} va=0x{va:016x} satp=0x{register('satp'):016x}")
        top = va >> (12 + 9 * levels - 1)
        if top not in (0, (1 << 64 - (12 + 9 * levels - 1)) - 1):
            print("not canonical: the bits above the mode's must all be equal")
            return
        for level in reversed(range(levels)):
            index = va >> (12 + 9 * level) & 511
            entries = table(pa)
            if not entries:
                print(f"  table at PA 0x{pa:x} cannot be read")
                return
            pte = entries[index]
            print(f"  level {level} [{index:3}] of table 0x{pa:012x}: 0x{pte:016x} "
                  f"{flags(pte)} -> {kind(pte)} 0x{pte_pa(pte):x}")
            pa = pte_pa(pte)
            if kind(pte) != "table":
                break
        if kind(pte) == "leaf":
            print(f"pa=0x{pa | va & (1 << 12 + 9 * level) - 1:x}")
        else:
            print("not mapped")


class Ptdump(Command):
    """cairn-ptdump: what is mapped, from satp down; neighbours that go on are one line"""
    name = "cairn-ptdump"

    def leaves(self, pa, level, base):
        """(address, level, entry) of each leaf below a table, ascending."""
        for index, pte in enumerate(table(pa) or []):
            va = base | index << (12 + 9 * level)
            if kind(pte) == "leaf":
                yield va, level, pte
            elif kind(pte) == "table" and level:
                yield from self.leaves(pte_pa(pte), level - 1, va)

    def run(self, argument):
        mode, levels, root = live_tables()
        sign = 1 << (12 + 9 * levels - 1)
        print(f"ptdump: {mode} root=0x{root:x}")
        start = size = first = level = None
        for va, lvl, pte in self.leaves(root, levels - 1, 0):
            va = (va ^ sign) - sign & (1 << 64) - 1
            goes_on = (size and lvl == level and va == start + size and
                       pte == first + (size >> 2))
            if size and not goes_on:
                self.line(start, size, level, first)
            if not goes_on:
                start, size, first, level = va, 0, pte, lvl
            size += 1 << 12 + 9 * lvl
        if size:
            self.line(start, size, level, first)

    def line(self, start, size, level, pte):
        count = size >> 12 + 9 * level
        print(f"{start:016x}-{start + size - 1:016x} {pte_pa(pte):013x} "
              f"{LEAVES[level]:>4} x {count:<6} {flags(pte)}")


class Memblock(Command):
    """cairn-memblock: boot memory, what is RAM and what is taken"""
    name = "cairn-memblock"

    def run(self, argument):
        memblock = variable("memblock")
        for name in ("memory", "reserved"):
            regions = memblock[name]
            print(f"{name}: {int(regions['cnt'])} regions, {int(regions['total_size'])} bytes")
            for i in range(int(regions["cnt"])):
                region = regions["regions"][i]
                base, size = int(region["base"]), int(region["size"])
                nomap = " nomap" if int(region["flags"]) & 1 else ""
                print(f"  0x{base:012x}-0x{base + size:012x} {region['owner'].string()}{nomap}")


class Layout(Command):
    """cairn-layout: the regions of the address space in the mode that is on"""
    name = "cairn-layout"

    def run(self, argument):
        mode, levels, _ = live_tables()
        half = 1 << (12 + 9 * levels - 1)
        rows = variable("layout_rows")

        def edge(eighths, offset):
            return -half + int(eighths) * (half // 8) + int(offset) & (1 << 64) - 1

        print(f"layout: {mode}")
        for i in range(rows.type.range()[1] + 1):
            row = rows[i]
            start = edge(row["start_eighth"], row["start_offset"])
            last = edge(row["end_eighth"], row["end_offset"]) - 1 & (1 << 64) - 1
            print(f"{start:016x}-{last:016x} {row['name'].string():8} {row['use'].string()}")


class Log(Command):
    """cairn-log: the log buffer, each line with its level"""
    name = "cairn-log"

    def run(self, argument):
        buf = variable("log_buf")
        size = buf.type.sizeof
        data = gdb.selected_inferior().read_memory(int(buf.address), size).tobytes()
        first, end = int(variable("log_first")), int(variable("log_end"))
        text = bytes(data[pos % size] for pos in range(first, end))
        print(text.decode("utf-8", "replace"), end="")


class Boot(Command):
    """cairn-boot: the boot record"""
    name = "cairn-boot"

    def run(self, argument):
        # By physical address: the hart may have taken a mode, and be unable to walk the tables.
        record = variable("boot_record")
        start = (int(record.address) - bias() - LINK + load_address()) & (1 << 64) - 1
        data = physical(start, record.type.sizeof)
        if data is None:
            raise gdb.GdbError(f"no memory at 0x{start:x}: tell cairn-symbols where the image is")
        self.show(gdb.Value(data, record.type), "")

    def show(self, record, prefix):
        for field in record.type.fields():
            value, name = record[field.name], prefix + field.name
            code = value.type.strip_typedefs().code
            if code == gdb.TYPE_CODE_STRUCT:
                self.show(value, name + ".")
                continue
            if code == gdb.TYPE_CODE_ARRAY:
                low, high = value.type.range()
                text = " ".join(hex(int(value[i])) for i in range(low, high + 1))
            else:
                text = hex(int(value)) if value.type.sizeof == 8 else str(int(value))
            print(f"{name:18} {text}")


class Symbols(Command):
    """cairn-symbols [PA]: symbols at the load address too, for code before paging"""
    name = "cairn-symbols"

    def run(self, argument):
        pa = int(gdb.parse_and_eval(argument)) if argument else load_address()
        gdb.set_convenience_variable("cairn_load", pa)
        offset = pa - LINK & (1 << 64) - 1
        gdb.execute(f"add-symbol-file {gdb.objfiles()[0].filename} -o {offset:#x}",
                    to_string=True)


for command in (Walk, Ptdump, Memblock, Layout, Log, Boot, Symbols):
    command()
