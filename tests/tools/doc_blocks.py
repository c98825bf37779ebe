# SPDX-License-Identifier: BSD-2-Clause
"""The marked blocks of the pages (Documentation/howto/docs.md), and how lines are compared."""
import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
KINDS = {"run", "output", "file", "boot", "monitor", "compile", "flow"}
MARK = re.compile(r"^<!-- (\w+)((?: \S+)*) -->$")
PROMPT = "cairn> "


@dataclass
class Block:
    """@args: the words behind the mark; @line: of the mark, for messages."""
    kind: str
    args: list
    text: str
    page: str
    line: int

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def settings(self):
        return dict(arg.split("=", 1) for arg in self.args)

    def __str__(self):
        return f"{self.page}:{self.line}"


def pages():
    return [TOP / "README.md", TOP / "CONTRIBUTING.md",
            *sorted((TOP / "Documentation").rglob("*.md"))]


def blocks(path):
    """The marked blocks of a page; raises ValueError where a mark has no block."""
    page, found, mark = str(path.relative_to(TOP)), [], None
    lines = iter(enumerate(path.read_text().splitlines(), 1))
    for number, line in lines:
        fence = re.match(r"^( *)(```+)", line)
        if fence:
            text = []
            for _, inner in lines:
                if inner.strip() == fence[2]:
                    break
                text.append(inner.removeprefix(fence[1]))
            else:
                raise ValueError(f"{page}:{number}: the block has no end")
            if mark:
                found.append(Block(mark[1], mark[2].split(), "\n".join(text) + "\n", page,
                                   number - 1))
        elif mark:
            raise ValueError(f"{page}:{number}: the mark above is not directly above a block")
        mark = None if fence else MARK.match(line)
        if mark and mark[1] not in KINDS:
            raise ValueError(f"{page}:{number}: unknown mark {mark[1]}")
    return found


def tables(path):
    """{heading: [rows]} of a page; a row is a list of cells, the header row first."""
    found, heading = {}, ""
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not line.startswith("|---"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            found.setdefault(heading, []).append([c.strip().replace(r"\|", "|") for c in cells])
    return found


def pattern(line):
    """A shown line as a regular expression: blanks count as one, "..." is any text."""
    return re.compile("^" + ".*".join(map(re.escape, line.split("..."))) + "$")


def squeeze(line):
    return " ".join(line.split())


def missing(shown, printed):
    """
    The first shown line that is not among the printed ones, in their order; None: all
    are. Shown lines of nothing but "..." stand for any number of lines, also none.
    """
    printed = iter(squeeze(line) for line in printed)
    for line in shown:
        if line.strip() in ("...", ""):
            continue
        wanted = pattern(squeeze(line))
        if not any(wanted.match(p) for p in printed):
            return line
    return None


def dialogue(block):
    """[(command, lines of the answer)] of a monitor block."""
    found = []
    for line in block.lines:
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        else:
            found[-1][1].append(line)
    return found
