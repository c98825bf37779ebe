#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
What makefiles name is there: files, patterns that match some, objects that are built.

A wildcard that matches nothing says nothing, and neither do flags for an object that is not
built: after a file has moved it would silently be compiled as all others are.
"""
import fnmatch
import os
import re
import subprocess

from tree import files, finish, read

# A file's name or a pattern of some, in a folder of a variable or of the makefile's.
NAME = re.compile(r"(?<![\w./$(%*-])((?:\$\((?:O|B|TOP|@D)\)/)?[\w.*%/-]*[\w*%]"
                  r"\.(?:[cChSo]|py|sh|awk|mk|lds|yaml|tsv|txt|json))(?![\w.*%/-])")
FUNCTION = re.compile(r"\$\((wildcard|filter|filter-out) ((?:\$\([^()]*\)|[^(),])*)")
PREFIXED = re.compile(r"\$\(addprefix ([^,()]*),([^()]*)\)")


def code(lines):
    """(number, text): no comments, a continued line as one; addprefix is written out."""
    text, first = "", 1
    for number, line in enumerate(lines, 1):
        line = re.sub(r"(^|(?<=\s))#.*|\s##?:? .*", "", line)
        first = first if text else number
        text += line
        if text.endswith("\\"):
            text = text[:-1] + " "
            continue
        yield first, PREFIXED.sub(lambda m: " ".join(m.group(1) + word
                                                     for word in m.group(2).split()), text)
        text = ""


class Tree:
    """The tree's files, and the objects of an image that has all of Kconfig's options."""

    def __init__(self):
        self.files = files()
        options = re.findall(r"^config (\w+)", "\n".join(read("Kconfig")), re.M)
        words = [f"CONFIG_{option}=y" for option in options]
        ask = "$(info objects: $(objs) $(early-objs))\n"
        command = ["make", "-s", "-f", "Makefile", "-f", "-", *words, "O=build", "help"]
        done = subprocess.run(command, input=ask, text=True, capture_output=True, check=True,
                              env={"PATH": os.environ["PATH"]})
        line = re.search(r"^objects: (.*)", done.stdout, re.M).group(1)
        self.objects = {re.sub(r"^build/(early/)?", "", word) for word in line.split()}

    def matching(self, pattern, folder):
        """Files and folders that fit, by their name from @folder or from the top."""
        pattern = pattern.replace("%", "*").removeprefix("$(TOP)/")
        names = self.files + sorted({os.path.dirname(name) for name in self.files})
        return [name for name in names
                if fnmatch.fnmatchcase(name, pattern)
                or folder and fnmatch.fnmatchcase(name, os.path.normpath(f"{folder}/{pattern}"))]

    def built(self, obj):
        return fnmatch.filter(self.objects, obj.replace("%", "*"))

    def patterns(self, line, folder):
        """What the functions of make would look for in vain."""
        for function, words in FUNCTION.findall(line):
            for word in words.split():
                names_files = "/" in word or function == "wildcard"
                known = "$" not in word.removeprefix("$(TOP)")
                if names_files and known and not self.matching(word, folder):
                    yield f"{word} matches no file"

    def names(self, line, name):
        folder, flags = os.path.dirname(name), re.match(r"[^=]*:\s*[\w-]+ [+:?]?=", line)
        for word in NAME.findall(line):
            if re.match(r"\$\((B|@D)\)|/?%\.|_", word):
                continue
            if word.startswith("$(O)/"):
                obj = re.sub(r"^\$\(O\)/(early/)?", "", word)
                if flags and obj.endswith(".o") and not self.built(obj):
                    yield f"{word} is not built in any configuration"
            elif line.startswith(word + ":"):
                continue
            elif not self.matching("*" + word if word.startswith("/") else word, folder):
                yield f"{word} matches no file"
            elif folder == "kasan" and word.endswith(".c") and not any(
                    self.built(match[:-2] + ".o") for match in self.matching(word, "")):
                yield f"{word} is not built in any configuration"

    def check(self, name):
        for number, line in code(read(name)):
            for problem in (*self.patterns(line, os.path.dirname(name)), *self.names(line, name)):
                yield name, number, problem


def main():
    tree = Tree()
    finish(sorted({problem for name in tree.files
                   if name.endswith(".mk") or os.path.basename(name) == "Makefile"
                   for problem in tree.check(name)}))


if __name__ == "__main__":
    main()
