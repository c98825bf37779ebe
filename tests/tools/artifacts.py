# SPDX-License-Identifier: BSD-2-Clause
"""Files the tests make, kept by the hash of what they are made from."""
import hashlib
import os
import shutil
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O", "build"))
OUT = OUT if OUT.is_absolute() else TOP / OUT
DIR = OUT / "tests"
_lock = threading.Lock()
_locks = {}


def build(kind, suffix, inputs, make):
    """The file made by make(path), or an earlier one made from equal inputs."""
    key = hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
    path = DIR / kind / f"{key}.{suffix}"
    with _lock:
        mine = _locks.setdefault(path, threading.Lock())
    with mine:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{key}.{os.getpid()}.{suffix}")
            make(part)
            part.rename(path)
    return path


def store(kind, suffix, data):
    """A file with these bytes."""
    return build(kind, suffix, [data], lambda path: path.write_bytes(data))


def config(name):
    """Where the image of configs/NAME is built."""
    return OUT / "configs" / name


def has(name, option):
    """Whether configs/NAME has a configuration option."""
    return f"{option}=y" in (config(name) / ".config").read_text().splitlines()


def copy_built(name, tree, folder="build"):
    """What is built of configs/NAME, into a copy of the tree as if it had been built there."""
    shutil.copytree(config(name), tree / folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("instrumented"))
    for path in (tree / folder).rglob("*.d"):  # what make reads of dependencies
        path.write_text(path.read_text().replace(
            f"{os.environ.get('O', 'build')}/configs/{name}/", f"{folder}/"))
