#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Break the code on purpose, and demand that the tests notice:  mutants.py [NAME...]

Each tests/mutants/NAME.patch begins with "Test: " and the name of a test (see
testnames.py, and "boot": the default cell of each mode), then says what it breaks.
The tree is copied, patched and built, and that test must turn red; on the tree as it
is, it must be green. Called by `make mutants`, which builds what is copied along.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import testnames

TOP = testnames.TOP
OUT = (TOP / os.environ.get("O", "build")).resolve()
PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q"]
TIME_LIMIT = 300
BOOT = "plain cpu=sv48 cpu=sv39"


def header(path):
    """The test a patch names."""
    first = path.read_text().split("\n", 1)[0]
    return first.removeprefix("Test: ").strip() if first.startswith("Test: ") else ""


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


def one(patch, name):
    """What became of a patch (None: the tree as it is): a word, and the output."""
    with tempfile.TemporaryDirectory(prefix="cairn-mutant-") as folder:
        tree = Path(folder)
        copy(tree, name)
        if patch:
            status, text = call(["git", "apply", str(patch)], tree, GIT_CEILING_DIRECTORIES=folder)
            if status:
                return "does not apply", text
        built, status, text = build_and_test(tree, name)
        if not built:
            return "does not build", text
        return ("red" if status else "green"), text


def main(names):
    patches = sorted((TOP / "tests/mutants").glob("*.patch"))
    patches = [p for p in patches if not names or p.stem in names]
    tests = sorted({header(p) for p in patches})
    unknown = [t for t in tests if t != "boot" and not testnames.exists(t)]
    if unknown:
        sys.exit(f"mutants: no such test: {unknown}")
    missing = set(names) - {p.stem for p in patches}
    if missing:
        sys.exit(f"mutants: tests/mutants has no {' '.join(sorted(missing))}")
    killed = survived = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        clean = dict(zip(tests, pool.map(lambda t: one(None, t), tests)))
        for test, (state, text) in clean.items():
            if state != "green":
                print(f"{test} is {state} without any mutant:\n{text[-2000:]}")
        for patch, (state, text) in zip(patches, pool.map(lambda p: one(p, header(p)), patches)):
            good = state == "red" and clean[header(patch)][0] == "green"
            killed, survived = killed + good, survived + (not good)
            print(f"{'killed' if good else state.upper():15} {patch.stem:30} {header(patch)}",
                  flush=True)
            if not good:
                print(re.sub("^", "    ", text[-1500:], flags=re.M))
    print(f"mutants: killed={killed} survived={survived}")
    return survived != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
