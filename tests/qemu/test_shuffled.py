# SPDX-License-Identifier: BSD-2-Clause
"""All suites in other orders: `make test` takes one for some builds, `make matrix` many for all."""
import itertools

import machine
import skips

BUILDS = ["defconfig", "debug_defconfig", "kasan_defconfig", "kasan_outline_defconfig"]


def shuffled(build, smp, seed):
    return machine.Boot(name=f"shuffled-{build}-{smp}-{seed}", build=build, smp=smp,
                        time_limit=600, append=f"quiet ktest_shuffle={seed} ktest=*")


BOOTS = [shuffled("defconfig", 3, 1), shuffled("kasan_defconfig", 2, 2)]
ALL_BOOTS = [shuffled(*row) for row in itertools.product(BUILDS, [1, 2, 4], range(1, 5))]


def pytest_generate_tests(metafunc):
    more = ALL_BOOTS if metafunc.config.getoption("cells") == "matrix" else []
    metafunc.parametrize("boot", list(dict.fromkeys(BOOTS + more)), ids=lambda b: b.name)


def test_shuffled(boot, outcome):
    skips.check_ktap(outcome.text, {"order": "shuffled"})
    assert outcome.end == "exit 0"
