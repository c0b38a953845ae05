"""Targets, from sample records."""

from __future__ import annotations

import pytest

from benchmarks.comparison import Comparison
from benchmarks.national_pool import National, Planned
from benchmarks.records import Record
from benchmarks.targets import Target, targets
from tests.benchmarks.sample_records import BEST, cut_short, record, searched

SAYS = tuple(target.says for target in targets(Comparison(()), None))


def measured(*records: Record, national: National | None = None) -> dict[str, tuple[str, bool | None]]:
    """Return the figure of each measured target and whether it holds, under a short name."""
    return {
        name: (target.found, target.holds)
        for name, target in zip(NAMES, targets(Comparison(records), national), strict=True)
        if target.holds is not None
    }


NAMES = ("highs", "limit", "timefold", "quarter", "year", "growth", "national")


def test_without_runs_no_target_is_measured() -> None:
    assert targets(Comparison(()), None) == [Target(says, "not measured", None) for says in SAYS]


def test_good_runs_meet_every_target_but_growth() -> None:
    runs = (
        record(size="week", conferences=25, seconds=2.0),
        record(),
        record("lp_limit", seconds=2.5, tiers=(), history=()),
        record("highs", seconds=200.0),
        searched("timefold", (1, 1500), (50, 1010)),
        record(size="quarter", conferences=330, seconds=50.0),
        record(size="year", conferences=1222, seconds=600.0, tiers_proven=5, proven_seconds=None, bounds=(*BEST[:-1], 991)),
    )
    in_pool, alone = (tuple(Planned(one, True) for one in each) for each in ((8.0, 6.5, 6.5), (8.0, 6.0, 6.0)))
    national = National(2, 11.0, in_pool, alone)
    assert measured(*runs, national=national) == {
        "highs": ("20 times", True),
        "limit": ("4 times; at most 4", True),
        "timefold": ("1 of 1 months", True),
        "quarter": ("at most 5 times", True),
        "year": ("0.91% above its bound, 5 tiers proven, 600 s, 0.5 GiB", True),
        "growth": ("1.25 for proven instances; not proven: march", False),
        "national": ("1.10 times; 3 of 3 proven, each 1.05 times", True),
    }


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([record(), record("highs", seconds=190.0)], {"highs": ("19 times", False)}),
        ([record(seconds=3.0), cut_short("highs")], {"highs": ("≥ 20 times", True)}),
        ([cut_short("ours"), record("highs")], {"highs": ("not proven: march", False), "limit": ("not proven: march", False)}),
        ([record(), record("lp_limit", seconds=2.0)], {"limit": ("5 times; at most 5", False)}),
        ([record(), searched("timefold", (9, 1010))], {"timefold": ("0 of 1 months", False)}),
        ([record(), searched("timefold", (9, 1011))], {"timefold": ("1 of 1 months", True)}),
        ([record(), searched("timefold", ending="unavailable")], {}),
        ([record(), searched("timefold", ending="crashed")], {"timefold": ("0 of 0 months; it failed in 1", False)}),
        (
            [record(), searched("timefold"), record(instance="april"), searched("timefold", instance="april", ending="overran")],
            {"timefold": ("1 of 1 months; it failed in 1", False)},
        ),
        ([record(ending="crashed"), searched("timefold")], {"timefold": ("0 of 1 months", False)}),
        (
            [record(), record("highs", seconds=300.0), cut_short("ours", "april"), record("highs", "april", seconds=9.0)],
            {"highs": ("30 times, over 1 of 2 months", False)},
        ),
        (
            [
                record(),
                record("lp_limit", seconds=9.0, tiers=(), history=()),
                record(instance="april", ending="crashed"),
                record("lp_limit", "april", seconds=9.0, tiers=(), history=()),
            ],
            {"limit": ("1.11 times; at most 1.11; no ratio for 1 of 2 months", False)},
        ),
        ([record(), cut_short("ours", "winter", size="quarter")], {"quarter": ("≥ 6 times", False)}),
        ([record(), record(size="quarter", seconds=81.0)], {"quarter": ("at most 8.1 times", False)}),
        (
            [record(size="year", seconds=99.0, tiers_proven=5, proven_seconds=None, bounds=(*BEST[:-1], 980))],
            {"year": ("2.04% above its bound, 5 tiers proven, 99 s, 0.5 GiB", False)},
        ),
        (
            [record(size="year", seconds=99.0, mebibytes=7000)],
            {"year": ("0.00% above its bound, 6 tiers proven, 99 s, 6.8 GiB", False)},
        ),
        (
            [record(size="year", ending="overran", tiers=(), bounds=(), tiers_proven=0, proven_seconds=None, seconds=660.0)],
            {"year": ("no schedule, 0 tiers proven, 660 s, 0.5 GiB", False)},
        ),
        (
            [record(size="week", conferences=25, seconds=1.0), record(conferences=50, seconds=4.0)],
            {"growth": ("2.00", False)},
        ),
        (
            [
                record(size="week", conferences=25, seconds=1.0),
                record(conferences=50, seconds=2.0),
                cut_short("ours", "winter", size="quarter"),
            ],
            {"growth": ("1.00 for proven instances; not proven: winter", False)},
        ),
    ],
)
def test_a_targets_figure_and_whether_it_holds(runs: list[Record], expected: dict[str, tuple[str, bool]]) -> None:
    assert {name: figure for name, figure in measured(*runs).items() if name in expected or name == "timefold"} == expected
