# SPDX-License-Identifier: BSD-2-Clause
"""
Names of tests, as tests/requirements.tsv and tests/mutants.yaml use them:

  host:NAME  host:NAME::CASE   a program of tests/host, a case in it
  ktest:SUITE  ktest:SUITE.CASE  in the image, tests/kernel
  qemu:FILE.py::TEST[ID]       a pytest of tests/qemu; [ID] may be left out, and stands in the file
                               or in the table of its name
  tools:FILE.py::TEST[ID]      one of tests/tools/test
  cell:AXIS=VALUE,...          a cell of tests/qemu/cells.yaml
  flow:NAME                    a flow of tests/qemu/flows.yaml
  check:NAME                   a step of scripts/check/check.sh
  prove:NAME                   a row of tests/prove/proofs.tsv
  source:FILE::TEXT            an assertion the build makes: TEXT stands in FILE
"""
import functools
import re
from functools import partial
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


@functools.cache
def _read(path):
    return path.read_text() if path.is_file() else ""


@functools.cache
def _host_source(program):
    return "".join(_read(path) for path in sorted((TOP / "tests/host").glob(f"{program}*.c")))


def _host(name):
    program, _, case = name.partition("::")
    source = _host_source(program)
    return (TOP / f"tests/host/{program}.mk").is_file() and (not case or f'"{case}"' in source)


@functools.cache
def suites():
    """{suite: [cases]} of tests/kernel."""
    found = {}
    for path in sorted((TOP / "tests/kernel").glob("*.c")):
        text = _read(path)
        for suite, table in re.findall(r"KTEST_SUITE\((\w+), (\w+)\)", text):
            body = re.search(rf"\b{table}\[\] = \{{(.*?)\n\}};", text, re.S)
            found[suite] = re.findall(r'\{ "([^"]+)",', body[1]) if body else []
    return found


def _ktest(name):
    suite, _, case = name.partition(".")
    return suite in suites() and (not case or case in suites()[suite])


def _pytest(folder, name):
    file, _, test = name.partition("::")
    function, _, ident = test.partition("[")
    path = TOP / folder / file
    text = _read(path)
    table = _read(path.with_name(path.stem.removeprefix("test_") + ".yaml"))
    return (re.search(rf"^def {re.escape(function)}\(", text, re.M) is not None
            and (not ident or ident.rstrip("]") in text + table))


def _cell(name):
    import cells  # these need modules that not all who ask have
    try:
        cells.parse_name(name)
    except ValueError:
        return False
    return True


def _flow(name):
    import flows
    return any(flow.name == name for flow in flows.every())


def _check(name):
    return f"[{name}]=" in _read(TOP / "scripts/check/check.sh")


def _prove(name):
    return f"\n{name}\t" in _read(TOP / "tests/prove/proofs.tsv")


def _source(name):
    file, _, text = name.partition("::")
    return bool(text) and text in _read(TOP / file)


KINDS = {"host": _host, "ktest": _ktest, "qemu": partial(_pytest, "tests/qemu"),
         "tools": partial(_pytest, "tests/tools/test"), "cell": _cell, "flow": _flow,
         "check": _check, "prove": _prove, "source": _source}


def exists(name):
    """Whether there is such a test."""
    kind, _, rest = name.partition(":")
    return kind in KINDS and bool(rest) and KINDS[kind](rest)
