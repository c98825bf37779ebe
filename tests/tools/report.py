# SPDX-License-Identifier: BSD-2-Clause
"""
What `make matrix` shows: a bar while boots run, then a table, on the terminal and as HTML.
A row is a test that boots; the turns of a repeated cell are one row.
"""
import os
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import artifacts
import jinja2
import machine
from rich import console, progress, table

ROWS_SHOWN = 60  # on the terminal; of more, those that passed are summed up
WIDTH = 160  # where the output is no terminal


@dataclass
class Row:
    name: str
    command: str
    passed: int = 0
    failed: int = 0
    skipped: str = ""  # why
    seconds: list = field(default_factory=list)
    instructions: list = field(default_factory=list)
    logs: list = field(default_factory=list)  # of turns that failed

    @property
    def runs(self):
        return self.passed + self.failed

    @property
    def result(self):
        if not self.runs:
            return "skipped"
        word = "FAILED" if self.failed else "passed"
        return word if self.runs == 1 else f"{word} {self.failed or self.passed} of {self.runs}"

    @property
    def time(self):
        return spread(self.seconds, "{:.1f}")

    @property
    def count(self):
        return spread([n / 1e6 for n in self.instructions], "{:.1f}")


def spread(values, form):
    """One value, or the least, the median and the most."""
    shown = [form.format(f(values)) for f in (min, statistics.median, max)] if values else ["-"]
    return shown[0] if len(set(shown)) == 1 else " ".join(shown)


class Report:
    """@boots: how many there will be"""

    def __init__(self, folder, out, boots):
        self.folder, self.rows = Path(folder), {}
        self.console = console.Console(file=out, width=None if out.isatty() else WIDTH)
        self.bar = progress.Progress(
            progress.TextColumn("boots"), progress.BarColumn(), progress.MofNCompleteColumn(),
            progress.TextColumn("failed={task.fields[failed]}"), progress.TimeElapsedColumn(),
            progress.TextColumn("left"), progress.TimeRemainingColumn(), console=self.console)
        self.task = self.bar.add_task("", total=boots, failed=0)
        self.bar.start()

    def booted(self, _):
        self.bar.advance(self.task)

    def add(self, name, command, outcomes, result, why):
        """
        A test, or a turn of it, has ended.
        @command: that repeats it; @outcomes: of its boots; @why: it was skipped
        """
        row = self.rows.setdefault(name, Row(name, command))
        if result == "skipped":
            row.skipped = why
            return
        row.passed += result == "passed"
        row.failed += result == "failed"
        if outcomes:
            row.seconds.append(sum(o.seconds for o in outcomes))
        if outcomes and all(o.instructions is not None for o in outcomes):
            row.instructions.append(sum(o.instructions for o in outcomes))
        if result == "failed":
            row.logs += [os.path.relpath(machine.log_of(o.boot), self.folder) for o in outcomes]
            self.bar.update(self.task, failed=sum(r.failed for r in self.rows.values()))

    def sorted(self):
        """What failed comes first, then what was skipped."""
        return sorted(self.rows.values(), key=lambda r: (not r.failed, bool(r.runs)))

    def sums(self):
        rows = self.rows.values()
        return {"tests": len(rows), "boots that passed": sum(r.passed for r in rows),
                "failed": sum(r.failed for r in rows), "skipped": sum(not r.runs for r in rows)}

    def finish(self):
        self.bar.stop()
        self.show()
        return self.write()

    def show(self):
        rows = self.sorted()
        if len(rows) > ROWS_SHOWN:
            rows = [r for r in rows if r.failed or not r.runs]
        if rows:
            shown = table.Table("result", "test", "seconds", "million instr.", "repeat with")
            for r in rows:
                shown.add_row(r.result, r.name, r.time, r.count, r.skipped or r.command)
            self.console.print(shown, markup=False, highlight=False)
        self.console.print(", ".join(f"{k}: {v}" for k, v in self.sums().items()), highlight=False)

    def write(self):
        template = Path(__file__).with_name("matrix.html.j2").read_text()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "matrix.html"
        path.write_text(jinja2.Environment(autoescape=True, trim_blocks=True).from_string(
            template).render(rows=self.sorted(), sums=self.sums(), about=about()))
        return path


def about():
    """What ran, and on what."""
    def first_line(*command):
        done = subprocess.run(command, cwd=artifacts.TOP, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, check=False)
        return done.stdout.split("\n")[0]
    return {"tree": first_line("git", "describe", "--always", "--dirty") or "no Git",
            "QEMU": first_line("qemu-system-riscv64", "--version"),
            "cores": len(os.sched_getaffinity(0))}
