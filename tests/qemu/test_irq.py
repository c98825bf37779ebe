# SPDX-License-Identifier: BSD-2-Clause
"""Interrupt controllers and the UART: those there are, those a tree only claims, and typing."""
import re

import entries
import machine
import pexpect
import pytest

AIA = {"plic": "virt", "aplic": "virt,aia=aplic", "aplic+imsic": "virt,aia=aplic-imsic"}
WITH_IRQ = "tty: ns16550a at 0x10000000 irq=10"
POLLED = "tty: ns16550a at 0x10000000 irq=none, polled"


def by_name(value):
    return getattr(value, "name", "")


def said(outcome, *starts):
    return [t for t in outcome.lines if t.startswith(starts)]


@pytest.mark.parametrize("boot, chip", [
    (machine.Boot(name=f"irq-{chip}-{smp}", machine=virt, smp=smp, append="ktest=irq"), chip)
    for chip, virt in AIA.items() for smp in (1, 2, 8)], ids=by_name)
def test_controllers(boot, chip, outcome):
    assert [t.split()[1] for t in said(outcome, "irq: ") if "sources=" in t] == [chip]
    assert said(outcome, "tty: ") == [WITH_IRQ]
    assert not said(outcome, "drivers: ")
    entries.ends_well(outcome)


def soc(text):
    return f"/ {{ soc {{ {text} }}; }};"


def plic(text):
    return soc(f"plic@c000000 {{ {text} }};")


def uart(text):
    return soc(f"serial@10000000 {{ {text} }};")


def useless(name="/soc/serial@10000000"):
    return f"tty: {name} is no UART that Cairn can use: the firmware's console is used"


LEFT_OUT = "drivers: {} left out: {}"
PLIC = "plic@c000000"
UART = "serial@10000000"
# name; device tree; what the drivers say; what the UART says
ODD = [
    ("no-plic", soc("/delete-node/ plic@c000000;"), [], POLLED),
    ("plic-off", plic('status = "disabled";'), [], POLLED),
    ("plic-no-reg", plic("/delete-property/ reg;"), [(PLIC, "no usable reg")], POLLED),
    ("plic-short-reg", plic("reg = <0 0xc000000 0 0x1000>;"), [(PLIC, "reg is too small")],
     POLLED),
    ("plic-few-contexts", plic("reg = <0 0xc000000 0 0x201000>;"),
     [(PLIC, "reg is too small for its contexts")], POLLED),
    ("plic-ndev-0", plic("riscv,ndev = <0>;"), [(PLIC, "riscv,ndev is not 1 to 1023")], POLLED),
    ("plic-ndev-huge", plic("riscv,ndev = <0xffffffff>;"),
     [(PLIC, "riscv,ndev is not 1 to 1023")], POLLED),
    ("plic-no-ndev", plic("/delete-property/ riscv,ndev;"),
     [(PLIC, "riscv,ndev is not 1 to 1023")], POLLED),
    ("plic-no-harts", plic("/delete-property/ interrupts-extended;"),
     [(PLIC, "no context for the boot hart")], POLLED),
    ("plic-unknown-hart", plic("interrupts-extended = <0x99 9>;"),
     [(PLIC, "interrupts-extended is damaged")], POLLED),
    ("plic-itself", plic("phandle = <0x99>; interrupts-extended = <0x99 9>;"),
     [(PLIC, "no context for the boot hart")], POLLED),
    ("plic-nowhere", plic("reg = <0 0x18000000 0 0x600000>;"),
     [(PLIC, "trap 7 at plic_.*, address 0x[0-9a-f]+")], POLLED),
    ("plic-twice", soc('plic@d000000 { compatible = "riscv,plic0"; riscv,ndev = <9>;'
                       " reg = <0 0xd000000 0 0x600000>; };"),
     [("plic@d000000", "there is an interrupt controller already")], WITH_IRQ),
    ("bus-moves", soc("ranges = <0 0 0 0x1000 0 0x80000000>;"),
     [(PLIC, "its bus translates addresses"), (UART, "its bus translates addresses")], useless()),
    ("uart-off", uart('status = "disabled";'), [], useless()),
    ("uart-no-irq", uart("/delete-property/ interrupts;"), [], POLLED),
    ("uart-irq-0", uart("interrupts = <0>;"), [], POLLED),
    ("uart-irq-far", uart("interrupts = <96>;"), [], POLLED),
    ("uart-parent-unknown", uart("interrupt-parent = <0x99>;"), [], POLLED),
    ("uart-parent-itself", uart("phandle = <0x99>; #interrupt-cells = <1>;"
                                " interrupt-parent = <0x99>;"), [], POLLED),
    ("uart-no-reg", uart("/delete-property/ reg;"), [(UART, "no usable reg")], useless()),
    ("uart-nowhere", uart("reg = <0 0x18000000 0 0x100>;"),
     [(UART, "trap 7 at .*, address 0x[0-9a-f]+")], useless()),
    ("uart-not-there", uart("reg = <0 0x30000000 0 0x100>;"), # the configuration of PCI devices
     [(UART, "its registers do not keep what is written")], useless()),
    ("uart-io-width", uart("reg-io-width = <3>;"),
     [(UART, "reg-io-width is not 1 or 4, or more than reg-shift has room for")], useless()),
    ("uart-shift", uart("reg-shift = <99>;"), [(UART, "reg-shift is not 0 to 8")], useless()),
    ("uart-speed", uart("current-speed = <115200>;"), [], WITH_IRQ),
    ("uart-no-speed", uart("current-speed = <0>;"), [], WITH_IRQ),
    ("other-stdout", '/ { chosen { stdout-path = "/soc/rtc@101000"; }; };', [],
     useless("/soc/rtc@101000")),
    ("no-stdout", '/ { chosen { /delete-property/ stdout-path; }; };', [], WITH_IRQ),
    ("bad-stdout", '/ { chosen { stdout-path = "/nothing"; }; };', [], useless("/nothing")),
    ("imsic-claimed", soc(
        'imsics@28000000 { compatible = "riscv,imsics"; reg = <0 0x28000000 0 0x1000>;'
        " riscv,num-ids = <63>; interrupts-extended = <2 9>; };"),
     [("imsics@28000000", "trap 2 at [a-z_]+.*, address 0x[0-9a-f]+")], WITH_IRQ),
]


@pytest.mark.parametrize("boot, drivers, tty", [
    (entries.boot(f"irq-{name}", text=text, bootargs="ktest=irq"), drivers, tty)
    for name, text, drivers, tty in ODD], ids=by_name)
def test_odd_trees(boot, drivers, tty, outcome):
    """One message that names the device, and the boot goes on."""
    lines = said(outcome, "drivers: ")
    assert len(lines) == len(drivers)
    for line, row in zip(lines, drivers):
        assert re.fullmatch(LEFT_OUT.format(*row), line), line
    assert said(outcome, "tty: ") == [tty]
    entries.ends_well(outcome)


APLIC = "interrupt-controller@d000000"
IMSIC = "interrupt-controller@28000000"


def node(name, text):
    return soc(f"{name} {{ {text} }};")


ODD_AIA = [
    ("aplic-no-harts", "aplic", node(APLIC, "/delete-property/ interrupts-extended;"),
     [(APLIC, "neither interrupts-extended nor msi-parent")]),
    ("aplic-sources", "aplic", node(APLIC, "riscv,num-sources = <1024>;"),
     [(APLIC, "riscv,num-sources is not 1 to 1023")]),
    ("aplic-short-reg", "aplic", node(APLIC, "reg = <0 0xd000000 0 0x4000>;"),
     [(APLIC, "reg is too small for its harts")]),
    ("aplic-msi-parent", "aplic", node(APLIC, "msi-parent = <0x99>;"),
     [(APLIC, "there is no node for its msi-parent")]),
    ("imsic-no-harts", "aplic+imsic", node(IMSIC, "/delete-property/ interrupts-extended;"),
     [(IMSIC, "no usable interrupts-extended")]),
    ("imsic-no-ids", "aplic+imsic", node(IMSIC, "riscv,num-ids = <5000>;"),
     [(IMSIC, "riscv,num-ids is not 63 to 2047")]),
    ("imsic-bits", "aplic+imsic", node(IMSIC, "riscv,guest-index-bits = <60>;"),
     [(IMSIC, "the bits of its addresses make no sense")]),
    ("imsic-short-reg", "aplic+imsic", node(IMSIC, "reg = <0 0x28000000 0 0x800>;"),
     [(IMSIC, "no usable reg for each hart")]),
]


@pytest.mark.parametrize("boot, drivers", [
    (entries.boot(f"irq-{name}", machine=AIA[chip], text=text, bootargs="ktest=irq"), drivers)
    for name, chip, text, drivers in ODD_AIA], ids=by_name)
def test_odd_aia(boot, drivers, outcome):
    lines = said(outcome, "drivers: ")
    assert lines == [LEFT_OUT.format(*row) for row in drivers]
    assert said(outcome, "tty: ") == [POLLED]
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot", [
    [machine.Boot(name=f"console-{which}", append=f"ktest=vsprintf,cmdline,fixmap console={which}")
     for which in ("uart", "sbi")]], ids=["consoles"])
def test_same_bytes(boot, outcomes):
    """Through the UART or the firmware: what a terminal sees is the same."""
    # OpenSBI makes "\r\r\n" of the end of a line.
    uart_text, sbi_text = (o.text[o.text.index("KTAP version"):].replace("\r", "")
                           for o in outcomes)
    assert uart_text == sbi_text
    assert WITH_IRQ in outcomes[0].lines
    assert not said(outcomes[1], "tty: ")


# What console= and earlycon= ask for, and what is said.
CHOICES = [
    ("console=uart", [WITH_IRQ]),
    ("console=/soc/serial@10000000", [WITH_IRQ]),
    ("console=serial0", [WITH_IRQ]),
    ("earlycon=sbi console=ttyS0,115200n8", [WITH_IRQ]),
    ("console=sbi", []),
    ("console=hvc0", []),
    ("console=nonsense", [useless("nonsense")]),
    ("console=ttyS1", [useless("ttyS1")]),
    ("console=/cpus", [useless("/cpus")]),
    ("console=ttyS000000000000000000000000", [useless("ttyS000000000000000000000000")]),
    ("earlycon=nonsense", ["cmdline: earlycon=nonsense: unknown value: the firmware's console is"
                           " used", WITH_IRQ]),
]


@pytest.mark.parametrize("boot, lines", [
    (machine.Boot(name=f"console-choice-{n}", ram="64M", append=f"ktest=vsprintf {text}"), lines)
    for n, (text, lines) in enumerate(CHOICES)], ids=by_name)
def test_choice(boot, lines, outcome):
    assert said(outcome, "tty: ", "cmdline: ") == lines
    entries.ends_well(outcome)


# --- Typing ---

END = "\r+\n"  # a terminal between QEMU and us adds its own

class Terminal:
    def __init__(self, virt="virt", smp=1, append="", **fields):
        self.child = pexpect.spawn("qemu-system-riscv64", machine.Boot(
            name="", machine=virt, smp=smp, append=append or "quiet", **fields).command()[1:],
            timeout=machine.TIME_LIMIT / 3, encoding="latin-1", echo=False, dimensions=(50, 1000))
        self.child.delaybeforesend = None
        self.child.expect(r"on hart (\d+)\. Type help")
        self.boot_hart = "hart" + self.child.match[1]  # firmware draws lots for it
        self.child.expect_exact("cairn> ")

    def command(self, text):
        self.child.send(text + "\r")
        self.child.expect(re.escape(text) + END)
        self.child.expect_exact("cairn> ")
        return self.child.before.splitlines()

    def counts(self):
        """{name: count} on the boot hart."""
        rows = [line.split() for line in self.command("interrupts")]
        return {row[-3]: int(row[-1]) for row in rows if row[-2:-1] == [self.boot_hart]}

    def close(self):
        self.child.close(force=True)


@pytest.fixture
def terminal(request):
    opened = Terminal(*request.param)
    yield opened
    opened.close()


@pytest.mark.parametrize("terminal", [(virt, 2) for virt in AIA.values()], indirect=True,
                         ids=list(AIA))
def test_pasted(terminal):
    """500 characters at once, none lost: each line comes back as it was sent."""
    lines = [f"symbol start_kernel+{n:02d}" + "x" * 20 for n in range(12)]
    terminal.child.send("\r".join(lines) + "\r")
    for line in lines:
        terminal.child.expect(re.escape(line) + END)
    terminal.child.expect_exact("cairn> ")
    assert sum(map(len, lines)) >= 500
    assert not [t for t in terminal.command("log") if "lost" in t]


@pytest.mark.parametrize("terminal", [(virt, 2) for virt in AIA.values()], indirect=True,
                         ids=list(AIA))
def test_idle_sleeps(terminal):
    """While nobody types the boot hart's timer rests, but for the watchdog's few."""
    before = terminal.counts()
    with pytest.raises(pexpect.TIMEOUT):
        terminal.child.expect_exact("anything", timeout=2)
    after = terminal.counts()
    assert 0 < after["ns16550a"] - before["ns16550a"] < 50
    assert after["timer"] - before["timer"] <= 5


@pytest.mark.parametrize("terminal", [("virt", 1, "quiet console=sbi")], indirect=True,
                         ids=["sbi"])
def test_polled(terminal):
    """The firmware's console is asked a hundred times a second, and works too."""
    before = terminal.counts()
    assert "ns16550a" not in before
    with pytest.raises(pexpect.TIMEOUT):
        terminal.child.expect_exact("anything", timeout=1)
    assert terminal.counts()["timer"] - before["timer"] > 20


@pytest.mark.parametrize("terminal", [("virt", 1, "loglevel=7")], indirect=True,
                         ids=["flood"])
def test_flood(terminal):
    """More than the ring holds while a command runs: what is lost is counted, and said."""
    terminal.child.send("test smp_timer,irq\r" + "z" * 3000 + "\r")
    terminal.child.expect_exact("ktest: passed=")
    terminal.child.expect(r"tty: [0-9]+ characters lost: they came faster than they were read")


@pytest.mark.parametrize("append", ["quiet", "quiet console=sbi"])
def test_typed_on_sifive(append):
    terminal = Terminal("sifive_u", 2, append, cpu="", ram="256M")
    try:
        assert [t for t in terminal.command("cmdline") if append in t]
        by_irq = [t for t in terminal.command("interrupts") if "sifive-uart" in t]
        assert bool(by_irq) == (append == "quiet")
        assert not by_irq or int(by_irq[0].split()[-1]) > 0
    finally:
        terminal.close()
