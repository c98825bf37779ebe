# SPDX-License-Identifier: BSD-2-Clause
"""
All boots of a session start as soon as the tests are collected, as many at a time as
there are cores; a test waits for its own. No more than half of those are of several harts
while there are others: harts wait for each other, each time for a time slice where too many
want a core. A test gets its boots by being parametrized with `boot`: a machine.Boot, a list
of them, or something with a method boot().
"""
import contextlib
import dataclasses
import os
import re
import shlex
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import cells
import entries
import flows
import machine
import pytest


def pytest_addoption(parser):
    parser.addoption("--cells", default="cover",
                     help="smoke, cover, matrix, or names of cells (see cells.yaml)")
    parser.addoption("--flows", help="names of flows (see flows.yaml); else as --cells says")
    parser.addoption("--ktest", help="what test_one.py runs")
    parser.addoption("--board", help="what test_board.py talks to (see boards.py)")
    parser.addoption("--port", help="its serial port")
    parser.addoption("--suites", default="*", help="what of the image's tests it runs")
    parser.addoption("--patience", type=float, default=300, help="seconds it may be silent")
    parser.addoption("--echo", action="store_true", help="show the consoles as they come")
    parser.addoption("--repeat", type=int, default=1, help="how often a cell is booted")
    parser.addoption("--matrix", metavar="DIR", help="count instructions, show a table, and write"
                     " it as HTML into this folder")
    parser.addoption("--jobs", type=int,
                     default=os.environ.get("JOBS", len(os.sched_getaffinity(0))))


def pytest_ignore_collect(collection_path, config):
    needs = {"test_one.py": "ktest", "test_board.py": "port"}.get(collection_path.name)
    return True if needs and not config.getoption(needs) else None


def known(choose, names):
    try:
        return choose(names)
    except ValueError as error:
        raise pytest.Collector.CollectError(str(error)) from None


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        found = known(cells.chosen, metafunc.config.getoption("cells"))
        turns = metafunc.config.getoption("repeat")
        found = [dataclasses.replace(c, turn=n) for n in range(turns) for c in found]
        metafunc.parametrize("cell", found, ids=[c.name + c.suffix for c in found])
    if "flow" in metafunc.fixturenames:
        names = metafunc.config.getoption("flows")
        found = (known(flows.named, names.split()) if names else
                 flows.chosen(metafunc.config.getoption("cells")))
        metafunc.parametrize("flow", found, ids=[f.name for f in found])


def pytest_configure(config):
    if config.getoption("cells") == "matrix":
        entries.suites = "*"
    config.report, config.out = None, os.fdopen(os.dup(1), "w")  # pytest takes the other away


def pytest_report_teststatus(report, config):
    """The bar in place of pytest's dots."""
    if config.report and report.when == "call":
        return report.outcome, "", report.outcome.upper()
    return None


def boots(item):
    params = getattr(item, "callspec", None)
    given = [params.params[k] for k in ("boot", "cell", "flow") if params and k in params.params]
    for value in given:
        for one in value if isinstance(value, (list, tuple)) else [value]:
            found = one.boot() if hasattr(one, "boot") else one
            if isinstance(found, machine.Boot):  # pytest has a mark for: nothing to try
                yield found


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    config, started = session.config, {}
    config.queues = one, more = deque(), deque()
    for item in session.items:
        item.outcomes = []
        for boot in boots(item):
            if boot not in started:
                started[boot] = Future()
                (more if boot.smp > 1 else one).append(boot)
            item.outcomes.append(started[boot])
    if config.getoption("matrix"):
        import report  # only here are its modules needed
        config.report = report.Report(config.getoption("matrix"), config.out, len(started))
        for future in started.values():
            future.add_done_callback(config.report.booted)
    jobs = max(2, session.config.getoption("jobs"))
    pool = ThreadPoolExecutor(jobs)
    for n in range(jobs):
        pool.submit(work, config, started, *([more] if n % 2 else [one, more]))


def work(config, started, *queues):
    for queue in queues:
        with contextlib.suppress(IndexError):  # it is empty
            while True:
                boot = queue.popleft()
                try:
                    started[boot].set_result(start(config, boot))
                except BaseException as why:
                    started[boot].set_exception(why)


def echo(chunk):
    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def start(config, boot):
    if config.getoption("echo"):
        print(shlex.join(boot.command()))
        return machine.run(boot, echo)
    return machine.run(boot, count=bool(config.getoption("matrix")))


def pytest_sessionfinish(session):
    for queue in getattr(session.config, "queues", []):
        queue.clear()


@pytest.fixture
def outcomes(request):
    return [future.result() for future in request.node.outcomes]


@pytest.fixture
def outcome(outcomes):
    return outcomes[0]


def row_name(item):
    """The turns of a repeated cell are one row."""
    file, _, test = item.nodeid.partition("::")
    return re.sub(r"#\d+\]$", "]", f"{file.split('/')[-1]}::{test}")


def repeat(item):
    """The command that runs a test again."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if "cell" in params:
        return f"make cell CELL={shlex.quote(params['cell'].name)}"
    if hasattr(params.get("flow"), "name"):
        return f"make flow FLOW={params['flow'].name}"
    if item.path.name == "test_board.py":
        given = {name.upper(): item.config.getoption(name) for name in ("board", "port")}
        return "make test-board " + " ".join(f"{k}={shlex.quote(v)}" for k, v in given.items())
    return f"make test-qemu TEST={shlex.quote(row_name(item))}"


def ended(item):
    """Of the boots that did not fail to start."""
    done = [f for f in getattr(item, "outcomes", []) if f.done() and not f.cancelled()]
    return [f.result() for f in done if not f.exception()]


def note(item, report):
    """A row of the table; what the boots said is not kept."""
    if report.when == "teardown":
        item.outcomes.clear()
    if report.when == "call" or report.outcome != "passed":
        why = report.longrepr[2] if report.skipped else ""
        item.config.report.add(row_name(item), repeat(item), ended(item), report.outcome, why)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        explain(item, report)
    boots_something = {"cell", "flow", "boot"} & set(item.fixturenames)
    if item.config.report and boots_something:
        note(item, report)


def explain(item, report):
    report.sections.append(("repeat with", repeat(item)))
    for o in ended(item):
        report.sections.append((f"ended: {o.end}; QEMU's command", o.command))
        report.sections.append(("end of the log", o.tail()))


def pytest_terminal_summary(terminalreporter):
    """The table, and the count of cells."""
    if terminalreporter.config.report:
        path = terminalreporter.config.report.finish()
        terminalreporter.write_line(f"as HTML: {path}")
    stats = terminalreporter.stats
    ran = [r for key in ("passed", "failed", "error") for r in stats.get(key, [])
           if "test_cells.py::test_cell[" in r.nodeid]
    skipped = [r for r in stats.get("skipped", []) if "test_cells.py::test_cell[" in r.nodeid]
    if ran or skipped:
        total = len(cells.chosen("matrix"))
        terminalreporter.write_line(f"cells: run={len(ran)} of={total} skipped={len(skipped)}")
