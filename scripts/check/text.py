#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What no file may say:  text.py standalone|references|words"""
import re
import sys

from tree import comments, files, finish, read

# The patterns are written so that they do not match themselves.
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|root|home|Users)/\w")
OUTSIDE = re.compile(r"(?<![\w/-])shared[/]")
ISSUE = re.compile(r"(?<![\w&])#[0-9]{1,5}\b|\b(?:issue|ticket|bug)[ ]#?[0-9]+\b", re.I)
PRINTF = re.compile(r"%[-+ 0-9.*#]+")
URL = re.compile(r"\b(?:https?|ftp|git|ssh)://([^/\s\"'`>)]+)", re.I)
# Hosts of documents that are cited. No host that serves packages belongs here.
DOCUMENT_HOSTS = ("docs.riscv.org", "github.com", "www.kernel.org", "docs.kernel.org",
                  "www.devicetree.org", "testanything.org", "spdx.org", "www.sifive.com")

# A section number means nothing without the edition; sections move.
EDITION = re.compile(r"\b(?:Priv|Unpriv) \d{8}\b|\bSBI v?\d\.\d|"
                     r"\bDevicetree Specification v\d\.\d|\bpsABI v?\d\.\d|\bELF\b.*\d\.\d")
SECTION = "\N{SECTION SIGN}"
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")


def standalone(name, lines):
    for number, line in enumerate(lines, 1):
        plain = PRINTF.sub("", line)
        if MACHINE_PATH.search(line) and not line.startswith("#!"):
            yield name, number, "names a path of one machine"
        if OUTSIDE.search(line):
            yield name, number, "names a folder that is not in the tree"
        if not name.endswith(".patch") and ISSUE.search(plain):
            yield name, number, "names an issue by number: say what it is about"
        for host in URL.findall(line):
            if host not in DOCUMENT_HOSTS:
                yield name, number, f"names the host {host}"


def references(name, lines):
    """The edition stands before the first section number of the same comment."""
    for number, text in comments(name, lines):
        at = text.find(SECTION)
        if at >= 0 and not EDITION.search(" ".join(text[:at].replace("*", " ").split())):
            number += text.count("\n", 0, at)
            yield name, number, "a section number without the edition before it"


def words(name, lines):
    for number, line in enumerate(lines, 1):
        for word in UNFINISHED.findall(line):
            yield name, number, f"{word}: nothing unfinished is committed"


def main():
    check = {"standalone": standalone, "references": references, "words": words}[sys.argv[1]]
    finish([problem for name in files() for problem in check(name, read(name))])


if __name__ == "__main__":
    main()
