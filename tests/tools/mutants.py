#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Break the code on purpose, and demand that the tests notice:  mutants.py [NAME...]

A mutant is a row of tests/mutants.yaml, or tests/mutants/NAME.patch, which begins with
"Test: " and the name of the test, and then says why. The tree is copied, changed and
built, and that test must turn red; on the tree as it is, it must be green. Called by
`make mutants`, which builds what is copied along.
"""
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

import testnames

TOP = testnames.TOP
OUT = (TOP / os.environ.get("O", "build")).resolve()
PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q"]
TIME_LIMIT = 300
BOOT = "plain cpu=sv48 cpu=sv39"


@functools.cache
def every():
    """All mutants: the rows of the table, and the patches as {name, test, why, patch}."""
    rows = yaml.load((TOP / "tests/mutants.yaml").read_text(), yaml.BaseLoader)
    for path in sorted((TOP / "tests/mutants").glob("*.patch")):
        first, _, text = path.read_text().partition("\n")
        rows.append({"name": path.stem, "test": first.removeprefix("Test: "),
                     "why": text.partition("diff --git ")[0].strip(), "patch": path})
    return rows


def call(command, cwd, **environment):
    """(exit status, output); 124 when the time is over."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    try:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=TIME_LIMIT, env={**env, **environment})
    except subprocess.TimeoutExpired:
        return 124, f"time limit of {TIME_LIMIT} s: {command}"
    return done.returncode, done.stdout


def apply(mutant, tree, check=False):
    """Change a tree, or only see whether that can be done; what is wrong if it cannot."""
    if "patch" in mutant:
        status, text = call(["git", "apply", *["--check"] * check, mutant["patch"]], tree,
                            GIT_CEILING_DIRECTORIES=str(tree.parent))
        return text if status else ""
    path, spot = tree / mutant["file"], re.escape(mutant["old"])
    if not mutant["new"]:
        spot = rf"^[\t ]*{spot}\n|{spot}"
    text, times = re.subn(spot, lambda _: mutant["new"],
                          path.read_text() if path.is_file() else "", flags=re.M)
    if times == 1 and not check:
        path.write_text(text)
    return "" if times == 1 else f"the old text is {times} times in {mutant['file']}"


def copy(tree, name):
    """The sources, and of what is built only what is older than they are."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], cwd=TOP, stdout=subprocess.PIPE, check=True)
    for file in filter(None, listed.stdout.decode().split("\0")):
        if (TOP / file).is_file():
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / file, tree / file)
    kept = ["host"] if name.startswith("host:") else ["configs", "tests/tree", "tests/stub"]
    for part in kept:
        if (OUT / part).is_dir():
            shutil.copytree(OUT / part, tree / "build" / part)
    for path in (tree / "build/host").rglob("*.d"):  # they name what they are for by full path
        path.write_text(path.read_text().replace(f"{OUT}/", f"{tree}/build/"))


def build_and_test(tree, name):
    """(built, exit status of the test, output)"""
    kind, _, rest = name.partition(":")
    if kind == "host":
        program = tree / "build/host" / f"{rest.split('::')[0]}_test"
        status, text = call(["make", "-s", "-C", "tests/host", f"B={tree}/build/host",
                             str(program)], tree)
        return (status == 0, *(call([program], tree) if not status else (status, text)))
    if kind == "check":
        return (True, *call(["make", "check", f"CHECKS={rest}", "O=build"], tree))
    if kind == "tools":
        return (True, *call([*PYTEST, f"tests/tools/test/{rest}"], tree, O=str(tree / "build")))
    if kind == "prove":
        status, text = call(["scripts/prove.sh", rest], tree, O=str(OUT))
        return status != 2, status, text
    images = ["make", "-s", "test-images", "O=build"]
    if kind == "ktest":  # as test_one.py
        images.append(f"test-configs={'kasan' if rest.startswith('kasan') else 'debug'}_defconfig")
    status, text = call(images, tree)
    if status:
        return False, status, text
    tests = {
        "boot": ["tests/qemu/test_cells.py", f"--cells={BOOT}"],
        "cell": ["tests/qemu/test_cells.py", f"--cells={rest}"],
        "flow": ["tests/qemu/test_flows.py", f"--flows={rest}"],
        "ktest": ["tests/qemu/test_one.py", f"--ktest={rest}"],
        "qemu": [f"tests/qemu/{rest}"],
    }[kind]
    return (True, *call(PYTEST + tests, tree, O=str(tree / "build"), QEMU_TIME_LIMIT="30",
                        JOBS="1"))


def one(mutant, test):
    """What became of a mutant (None: the tree as it is): a word, and the output."""
    with tempfile.TemporaryDirectory(prefix="cairn-mutant-") as folder:
        tree = Path(folder)
        copy(tree, test)
        wrong = apply(mutant, tree) if mutant else ""
        if wrong:
            return "does not apply", wrong
        built, status, text = build_and_test(tree, test)
        if not built:
            return "does not build", text
        return ("red" if status else "green"), text


def main(names):
    mutants = [m for m in every() if not names or m["name"] in names]
    tests = sorted({m["test"] for m in mutants})
    unknown = [t for t in tests if t != "boot" and not testnames.exists(t)]
    if unknown:
        sys.exit(f"mutants: no such test: {unknown}")
    missing = set(names) - {m["name"] for m in mutants}
    if missing:
        sys.exit(f"mutants: there is no {' '.join(sorted(missing))}")
    killed = survived = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        clean = dict(zip(tests, pool.map(lambda t: one(None, t), tests)))
        for test, (state, text) in clean.items():
            if state != "green":
                print(f"{test} is {state} without any mutant:\n{text[-2000:]}")
        results = pool.map(lambda m: one(m, m["test"]), mutants)
        for mutant, (state, text) in zip(mutants, results):
            good = state == "red" and clean[mutant["test"]][0] == "green"
            killed, survived = killed + good, survived + (not good)
            print(f"{'killed' if good else state.upper():15} {mutant['name']:30} {mutant['test']}",
                  flush=True)
            if not good:
                print(re.sub("^", "    ", text[-1500:], flags=re.M))
    print(f"mutants: killed={killed} survived={survived}")
    return survived != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
