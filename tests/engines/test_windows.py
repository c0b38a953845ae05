from functools import cache

import numpy as np
import pytest

from scheduler.domain.problem import Problem
from scheduler.engines import portfolio, windows
from scheduler.engines.aim import Aim
from scheduler.engines.bounds import bound_from
from scheduler.engines.climbing import Climb
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import part_of
from scheduler.engines.relaxed import Relaxed
from scheduler.engines.standing import Standing
from scheduler.engines.windows import mend, number_of_windows, window_by_window
from scheduler.grouping import Ints
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import keeps, no_limit
from tests.engines.small_problems import Case, case_of, cases
from tests.engines.test_plan_exhaustive import assert_best, problems
from tests.exhaustive import Optimum


def aim_at(highs: Highs, one: Case) -> Aim | None:
    """The optimum of the first five tiers, among all columns; None where nothing is left to relax."""
    programme, columns = one.programme, np.arange(one.programme.columns)
    caps = one.caps_before("preferences")
    part = part_of(programme, columns, programme.costs["preferences"], programme.constants["preferences"], caps)
    relaxation = highs.relaxation(part, no_limit(), interior=True)
    if relaxation is None:
        return None
    bound = bound_from(part, relaxation.duals)
    return Aim(one.optimum[:-1], columns, caps, Relaxed(relaxation, Climb(bound, bound.value)))


def keeps_upper_limits(one: Case, point: Ints) -> bool:
    within = (one.programme.matrix @ point <= one.programme.row_upper).all()
    return bool(within and (point >= 0).all() and (point <= one.programme.upper).all())


def four_weeks(monkeypatch: pytest.MonkeyPatch, published: tuple[str, ...] = ()) -> Case:
    """One conference due in each of four weeks, each week a window; any of them may be published and locked."""
    monkeypatch.setattr(windows, "DAYS", 5)
    due = {"A": "2027-03-05", "B": "2027-03-12", "C": "2027-03-19", "D": "2027-03-25"}
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-01", "last": "2027-03-25"},
            conferences=[
                conference(name, due=day, kind="review", earliest=first)
                for (name, day), first in zip(due.items(), ("2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22"), strict=True)
            ],
            rooms=[room(starts=["10:00"])],
            chairs=[chair()],
            published=[
                {"conference": name, "start": f"{due[name]}T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
                for name in published
            ],
        )
    )
    assert one is not None
    assert number_of_windows(one.candidates) == 4
    return one


@cache
def small_problems() -> tuple[tuple[object, Problem, Optimum | None], ...]:
    return tuple(problems(range(16)))


@pytest.mark.parametrize(("last", "days", "number"), [("2027-03-25", 16, 1), ("2027-03-25", 5, 4), ("2027-03-01", 5, 1)])
def test_windows_are_about_so_many_days(monkeypatch: pytest.MonkeyPatch, last: str, days: int, number: int) -> None:
    monkeypatch.setattr(windows, "DAYS", days)
    one = case_of(tiny_problem(horizon={"first": "2027-03-01", "last": last}))
    assert one is not None
    assert number_of_windows(one.candidates) == number


def test_plan_with_windows_finds_what_trying_everything_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of a day or two, which have their turn because the search before them is given no work."""
    monkeypatch.setattr(windows, "DAYS", 2)
    monkeypatch.setattr(portfolio, "WORK_OF_AN_AIM", 0.0)
    for which, problem, best in small_problems():
        assert_best(which, problem, best)


def test_window_by_window_no_upper_limit_is_broken(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "DAYS", 1)
    seen_some = 0
    for one in cases(30):
        aim = aim_at(highs, one)
        if aim is not None:
            point = window_by_window(highs, one.candidates, one.programme, aim, no_limit(), 1)
            assert keeps_upper_limits(one, point)
            seen_some += bool(point.any() and number_of_windows(one.candidates) > 1)
    assert seen_some >= 10


def test_windows_that_do_not_touch_give_the_optimum(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    one = four_weeks(monkeypatch)
    aim = aim_at(highs, one)
    assert aim is not None
    point = window_by_window(highs, one.candidates, one.programme, aim, no_limit(), 1)
    assert keeps(one.programme, point)
    assert Standing(one.programme, point, no_limit(), None).values == one.optimum


def test_locks_of_later_windows_do_not_keep_the_earlier_ones_empty(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    one = four_weeks(monkeypatch, published=("B", "D"))
    aim = aim_at(highs, one)
    assert aim is not None
    point = window_by_window(highs, one.candidates, one.programme, aim, no_limit(), 1)
    assert Standing(one.programme, point, no_limit(), None).values == one.optimum


def test_without_time_nothing_is_booked(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    one, budget = four_weeks(monkeypatch), no_limit()
    aim = aim_at(highs, one)
    assert aim is not None
    budget.stop.set()
    assert not window_by_window(highs, one.candidates, one.programme, aim, budget, 1).any()


def test_mending_never_makes_it_worse(highs: Highs) -> None:
    bettered = 0
    for one in cases(20):
        aim = aim_at(highs, one)
        start = one.start()
        if aim is None or not keeps(one.programme, start):
            continue
        standing = Standing(one.programme, start, no_limit(), None)
        before = standing.values
        mend(one.candidates, one.programme, standing, aim, no_limit(), 1)
        assert before >= standing.values >= one.optimum
        assert keeps(one.programme, standing.point)
        bettered += standing.values < before
    assert bettered
