"""The guard's failures for sample efforts, and its stored baseline."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.guard import MONTHS, REMEDY, Effort, effort, failures, stored
from benchmarks.suites import Task
from scheduler.domain.schedule import TIERS
from scheduler.files import read_problem_file

WEEK = Task("week", ("week-of-2027-01-18",), limits=())
BEST = dict(zip(TIERS, (0, 10, 0, 2, 5, 1000), strict=True))
BASELINE = Effort(columns=8000, rows=1000, entries=40000, work=0.4, tiers=BEST)


def test_25_per_cent_more_effort_passes() -> None:
    assert failures("march", replace(BASELINE, columns=10000, rows=1250, entries=50000, work=0.5), BASELINE) == []


def test_less_effort_passes() -> None:
    assert failures("march", replace(BASELINE, columns=1, rows=1, entries=1, work=0.0), BASELINE) == []


def test_more_than_25_per_cent_more_effort_fails() -> None:
    measured = replace(BASELINE, columns=10001, rows=1251, entries=50001, work=0.501)
    assert failures("march", measured, BASELINE) == [
        f"march: 10,001 columns exceed the baseline of 8,000 by more than the allowed factor of 1.25. {REMEDY}",
        f"march: 1,251 rows exceed the baseline of 1,000 by more than the allowed factor of 1.25. {REMEDY}",
        f"march: 50,001 entries in the matrix exceed the baseline of 40,000 by more than the allowed factor of 1.25. {REMEDY}",
        f"march: 0.501 units of work exceed the baseline of 0.4 by more than the allowed factor of 1.25. {REMEDY}",
    ]


def test_an_unproven_tier_fails() -> None:
    measured = replace(BASELINE, tiers={**BEST, "preferences": 1003}, unproven=("caseload", "preferences"))
    assert failures("march", measured, BASELINE) == [
        f"march: caseload is no longer proven, at 5; the baseline proves 5. {REMEDY}",
        f"march: preferences is no longer proven, at 1003; the baseline proves 1000. {REMEDY}",
    ]


def test_a_different_optimum_fails() -> None:
    assert failures("march", replace(BASELINE, tiers={**BEST, "late": 9}), BASELINE) == [
        f"march: late is proven at 9, but the baseline proves 10; only one can be the optimum. {REMEDY}"
    ]


def test_a_month_without_a_baseline_fails() -> None:
    assert failures("march", BASELINE, None) == [f"march: it has no baseline. {REMEDY}"]


def test_the_stored_baseline_has_every_guarded_month_proven() -> None:
    baseline = stored()
    assert list(baseline) == [path.stem for path in MONTHS.paths()]
    assert all(tuple(month.tiers) == TIERS and not month.unproven and month.work > 0 for month in baseline.values())


def test_the_effort_of_a_week_is_reproducible_and_includes_work() -> None:
    problem = read_problem_file(next(WEEK.paths()))
    first = effort(problem)
    assert (first, first.unproven, first.work > 0) == (effort(problem), (), True)
