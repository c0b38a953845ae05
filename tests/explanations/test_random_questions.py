"""Random questions about stored instances: each answer is confirmed by changes and removals made by hand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.explaining import Asked, asked_about
from benchmarks.suites import INSTANCES
from scheduler.files import read_problem_file
from scheduler.planner import plan

WEEK = INSTANCES / "week" / "week-of-2026-11-09.json"
MONTHS = [INSTANCES / "month" / f"{name}.json" for name in ("report-2022-11", "one-room-closed", "no-minute-takers")]


def asked(path: Path, number: int) -> list[Asked]:
    """Ask questions about the plan of an instance."""
    problem = read_problem_file(path)
    return list(asked_about(problem, plan(problem), Random(1), number))


def assert_confirmed(answers: list[Asked]) -> None:
    assert [text for one in answers for text in one.contradicted] == []
    assert max(one.sentences for one in answers) <= 3
    assert sum(one.result.verified for one in answers) >= 0.9 * len(answers)


def test_answers_about_a_stored_week_are_confirmed() -> None:
    assert_confirmed(asked(WEEK, 6))


@pytest.mark.slow
@pytest.mark.parametrize("path", MONTHS, ids=lambda path: path.stem)
def test_answers_about_stored_months_are_confirmed(path: Path) -> None:
    assert_confirmed(asked(path, 10))
