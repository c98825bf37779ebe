# SPDX-License-Identifier: BSD-2-Clause
"""C files in pieces: what each declares, defines and uses. No parser; the tree's own layout."""
import re

from tree import files, read

NOISE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
WORD = re.compile(r"[A-Za-z_]\w*")
EARLY = "__early_"  # as early.o's symbols are called from elsewhere


class Chunk:
    """A declaration, a definition or a directive: its words, and the @names that are its own."""

    def __init__(self, file, line, text, macros=()):
        self.file, self.line = file, line
        self.words = {word.removeprefix(EARLY) for word in WORD.findall(text)}
        self.names, self.kind = [], None
        if text.startswith("#"):
            self.directive(text)
        else:
            self.declaration(text, macros)

    def directive(self, text):
        match = re.match(r"#\s*(define|undef)\s+(\w+)", text)
        if match:
            self.names = [match.group(2)]
            self.kind = "macro" if match.group(1) == "define" else None

    def declaration(self, text, macros):
        head, brace, body = text.partition("{")
        if re.match(r"\s*(typedef\s+)?enum\b[^()]*$", head) and brace:
            self.kind = "enumerator"
            self.names = re.findall(r"(?:^|,)\s*(\w+)", body[:body.rfind("}")])
            return
        if re.match(r"\s*(typedef|struct\s+\w+\s*$|union\s+\w+\s*$)", head):
            return
        match = next((m for m in re.finditer(r"\b(\w+)\s*\(", head)
                      if m.group(1) not in macros and m.group(1) != "__attribute__"), None)
        if match and "=" not in head[:match.start()]:
            self.names = [match.group(1)]
            static = re.search(r"\bstatic\b", head)
            if brace and "=" not in head:
                self.kind = "inline function" if static else "function"
                if static and self.file.endswith(".c"):
                    self.kind = None
            return
        head = re.sub(r"\[[^]]*\]|\([^)]*\)", "", head.split("=")[0])
        parts = [[word for word in WORD.findall(part) if word not in macros]
                 for part in head.split(",")]
        if len(parts[0]) > 1:
            self.names = [part[-1] for part in parts if part]
            if not re.search(r"\b(static|extern)\b", head):
                self.kind = "variable"


def chunks(name, text, macros):
    """The pieces of a C file: directives, and what ends at a ';' or '}' of the top level."""
    text = NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    piece, depth, start = "", 0, 1
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if re.match(r"\s*#", line):
            first = number
            while lines[number].endswith("\\"):
                number += 1
            yield Chunk(name, first + 1, "\n".join(lines[first:number + 1]).lstrip())
        else:
            start = start if piece.strip() else number + 1
            piece += line + "\n"
            depth += line.count("{") - line.count("}")
            if depth == 0 and re.search(r"[;}]\s*$|^\}", line):
                yield Chunk(name, start, piece, macros)
                piece = ""
        number += 1
    if piece.strip():
        yield Chunk(name, start, piece, macros)


def assembly(name, text):
    """All of an assembly file is use, but for what it makes known."""
    text = re.sub(r"/\*.*?\*/|^\s*#(?!\s*(define|include|if|el|end)).*|\s#\s.*", "", text,
                  flags=re.S if name.endswith(".lds.S") else re.M)
    for number, line in enumerate(text.split("\n"), 1):
        chunk = Chunk(name, number, "")
        chunk.words = {word.removeprefix(EARLY) for word in WORD.findall(line)}
        match = re.match(r"\s*(?:SYM_FUNC_START\((\w+)\)|\.globl\s+(\w+))", line)
        if match:
            chunk.names, chunk.kind = [match.group(1) or match.group(2)], "function"
        elif re.match(r"\s*(SYM_FUNC_END|\.size|\.type)", line):
            chunk.words &= {"SYM_FUNC_END"}
        chunk.names += re.findall(r"^(\w+):", line)
        yield chunk


def read_all():
    texts = {name: "\n".join(read(name)) for name in files() if name.endswith((".c", ".h", ".S"))}
    macros = {word for name, text in texts.items() if not name.startswith("tests/")
              for word in re.findall(r"# *define (\w+)", text)}
    kernel, tests = [], []
    for name, text in texts.items():
        (tests if name.startswith("tests/") else kernel).extend(
            assembly(name, text) if name.endswith(".S") else chunks(name, text, macros))
    return kernel, tests
