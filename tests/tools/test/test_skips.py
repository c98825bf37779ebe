# SPDX-License-Identifier: BSD-2-Clause
"""The list of allowed skips is well formed and read strictly."""
import pytest
import skips

TABLE = [("cpu=sv39,smp=1", "pgtable.*", "no big leaves"), ("*", "boot.rtc", "no clock")]


@pytest.mark.parametrize("test, reason, environment, want", [
    ("pgtable.split", "no big leaves", {"cpu": "sv39", "smp": "1", "ram": "1G"}, True),
    ("pgtable.split", "no big leaves", {"cpu": "sv48", "smp": "1"}, False),
    ("pgtable.split", "no big leaves", {"cpu": "sv39"}, False),
    ("pgtable.split", "another reason", {"cpu": "sv39", "smp": "1"}, False),
    ("vm.split", "no big leaves", {"cpu": "sv39", "smp": "1"}, False),
    ("boot.rtc", "no clock", {}, True),
    ("boot.rtcs", "no clock", {}, False),
])
def test_allowed(test, reason, environment, want):
    assert skips.allowed(test, reason, environment, TABLE) == want


def test_committed_list():
    skips.rows(skips.FILE.read_text())


@pytest.mark.parametrize("text", ["*\tx", "*\tx\t", "* x y", "*\tx\ty\tz"])
def test_malformed(text):
    with pytest.raises(ValueError):
        skips.rows(text)
