# SPDX-License-Identifier: BSD-2-Clause
"""
All boots of a session start as soon as the tests are collected, as many at a time as
there are cores; a test waits for its own. No more than half of those are of several harts:
harts wait for each other, each time for a time slice where too many want a core. A test
gets its boots by being parametrized with `boot`: a machine.Boot, a list of them, or
something with a method boot().
"""
import os
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor

import cells
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
    parser.addoption("--jobs", type=int, default=len(os.sched_getaffinity(0)))


def pytest_ignore_collect(collection_path, config):
    needs = {"test_one.py": "ktest", "test_board.py": "port"}.get(collection_path.name)
    return True if needs and not config.getoption(needs) else None


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        found = cells.chosen(metafunc.config.getoption("cells"))
        metafunc.parametrize("cell", found, ids=[c.name for c in found])
    if "flow" in metafunc.fixturenames:
        found = flows.chosen(metafunc.config.getoption("flows") or
                             metafunc.config.getoption("cells"))
        metafunc.parametrize("flow", found, ids=[f.name for f in found])


def boots(item):
    params = getattr(item, "callspec", None)
    given = [params.params[k] for k in ("boot", "cell", "flow") if params and k in params.params]
    for value in given:
        for one in value if isinstance(value, (list, tuple)) else [value]:
            found = one.boot() if hasattr(one, "boot") else one
            if found:
                yield found


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    jobs = session.config.getoption("jobs")
    session.config.pools = pools = [ThreadPoolExecutor(max(1, n))
                                    for n in (jobs - jobs // 2, jobs // 2)]
    session.config.started = started = {}
    for item in session.items:
        item.outcomes = []
        for boot in boots(item):
            if boot not in started:
                started[boot] = pools[boot.smp > 1].submit(start, session.config, boot)
            item.outcomes.append(started[boot])


def echo(chunk):
    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def start(config, boot):
    if config.getoption("echo"):
        print(shlex.join(boot.command()))
        return machine.run(boot, echo)
    return machine.run(boot)


def pytest_sessionfinish(session):
    for pool in getattr(session.config, "pools", []):
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def outcomes(request):
    return [future.result() for future in request.node.outcomes]


@pytest.fixture
def outcome(outcomes):
    return outcomes[0]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not report.failed:
        return
    for future in getattr(item, "outcomes", []):
        if future.done() and not future.cancelled() and not future.exception():
            o = future.result()
            if "cell" in getattr(getattr(item, "callspec", None), "params", {}):
                report.sections.append(("repeat with", f"make cell CELL='{o.boot.name}'"))
            if hasattr(item, "callspec") and "flow" in item.callspec.params:
                name = item.callspec.params["flow"].name
                report.sections.append(("repeat with", f"make flow FLOW={name}"))
            report.sections.append((f"ended: {o.end}; QEMU's command", o.command))
            report.sections.append(("end of the log", o.tail()))


def pytest_terminal_summary(terminalreporter):
    """The count of cells, for `make test` and `make matrix`."""
    stats = terminalreporter.stats
    ran = [r for key in ("passed", "failed", "error") for r in stats.get(key, [])
           if "test_cells.py::test_cell[" in r.nodeid]
    skipped = [r for r in stats.get("skipped", []) if "test_cells.py::test_cell[" in r.nodeid]
    if ran or skipped:
        total = len(cells.chosen("matrix"))
        terminalreporter.write_line(f"cells: run={len(ran)} of={total} skipped={len(skipped)}")
