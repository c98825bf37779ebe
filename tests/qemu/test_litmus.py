# SPDX-License-Identifier: BSD-2-Clause
"""Store buffering: seen without a barrier where harts run at the same time, never with one."""
import ktap
import machine
import pytest

MULTI = ("-accel", "tcg,thread=multi")
ONE = ("-accel", "tcg,thread=single")


def boot(name, extra, work):
    return machine.Boot(name=f"litmus-{name}", smp=2, extra=extra,
                        append=f"quiet ktest_work={work} ktest=smp_litmus")


def counts(outcome):
    """{test: weak outcomes} of those that ran."""
    return {words[1].rstrip(":"): int(words[2].removeprefix("weak="))
            for words in map(str.split, outcome.lines)
            if words[:1] == ["#"] and len(words) > 2 and words[2].startswith("weak=")}


@pytest.mark.parametrize("boot", [boot("multi", MULTI, 50)], ids=["multi"])
def test_store_buffering(boot, outcome):
    """Fifty times the usual rounds: a million for the one that ends when it is seen."""
    found = counts(outcome)
    assert ktap.parse(outcome.text).failed == 0
    assert len(found) == 9 and found.pop("SB") > 0
    assert set(found.values()) == {0}


@pytest.mark.parametrize("boot", [boot("single", ONE, 5)], ids=["single"])
def test_one_at_a_time(boot, outcome):
    """Harts that take turns pass too; that SB was not seen is said, and fails nothing."""
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
