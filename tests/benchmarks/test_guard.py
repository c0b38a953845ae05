"""What the guard says of made-up figures, and that its baseline is of the months that are stored and guarded."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.guard import MONTHS, REMEDY, Effort, effort, failures, stored
from benchmarks.suites import Task
from scheduler.domain.schedule import TIERS
from scheduler.files import read_problem_file

WEEK = Task("week", ("week-of-2027-01-18",), limits=())
BEST = dict(zip(TIERS, (0, 10, 0, 2, 5, 1000), strict=True))
BASELINE = Effort(columns=8000, rows=1000, entries=40000, work=0.4, tiers=BEST)


def test_a_quarter_more_is_fine() -> None:
    assert failures("march", replace(BASELINE, columns=10000, rows=1250, entries=50000, work=0.5), BASELINE) == []


def test_less_is_fine() -> None:
    assert failures("march", replace(BASELINE, columns=1, rows=1, entries=1, work=0.0), BASELINE) == []


def test_more_than_a_quarter_more_of_everything() -> None:
    found = replace(BASELINE, columns=10001, rows=1251, entries=50001, work=0.501)
    assert failures("march", found, BASELINE) == [
        f"march: found 10,001 columns; the baseline is 8,000, and at most 1.25 times that is allowed. {REMEDY}",
        f"march: found 1,251 rows; the baseline is 1,000, and at most 1.25 times that is allowed. {REMEDY}",
        f"march: found 50,001 entries in the matrix; the baseline is 40,000, and at most 1.25 times that is allowed. {REMEDY}",
        f"march: found 0.501 units of work; the baseline is 0.4, and at most 1.25 times that is allowed. {REMEDY}",
    ]


def test_unproven() -> None:
    found = replace(BASELINE, tiers={**BEST, "preferences": 1003}, unproven=("caseload", "preferences"))
    assert failures("march", found, BASELINE) == [
        f"march: caseload is no longer proven, found 5; in the baseline it is proven at 5. {REMEDY}",
        f"march: preferences is no longer proven, found 1003; in the baseline it is proven at 1000. {REMEDY}",
    ]


def test_another_optimum() -> None:
    assert failures("march", replace(BASELINE, tiers={**BEST, "late": 9}), BASELINE) == [
        f"march: late is proven at 9; in the baseline at 10, and there is only one optimum. {REMEDY}"
    ]


def test_no_baseline() -> None:
    assert failures("march", BASELINE, None) == [f"march: it has no baseline. {REMEDY}"]


def test_the_baseline_is_of_the_guarded_months_all_stored_and_all_proven() -> None:
    baseline = stored()
    assert list(baseline) == [path.stem for path in MONTHS.paths()]
    assert all(tuple(found.tiers) == TIERS and not found.unproven and found.work > 0 for found in baseline.values())


def test_the_effort_of_a_week_is_the_same_each_time_and_counts_the_searches() -> None:
    problem = read_problem_file(next(WEEK.paths()))
    first = effort(problem)
    assert (first, first.unproven, first.work > 0) == (effort(problem), (), True)
