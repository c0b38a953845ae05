import threading
from collections.abc import Callable

import numpy as np

from scheduler.engines.bounds import plain_bound
from scheduler.engines.part import part_of
from scheduler.engines.polishing import Polish
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import array, keeps, no_limit
from tests.engines.small_problems import Case, case_of, cases

ALL_TIERS = (("late", 10_000), ("continuity", 1_000), ("caseload", 100), ("preferences", 1), ("unplaced", 1_000_000))


def polish_of(one: Case, standing: Standing, over: Callable[[], bool], amiss: Callable[[], Ints] | None = None) -> Polish:
    """A polish in all tiers by weight, which any column may better."""
    programme = one.programme
    costs: Ints = np.sum([weight * programme.costs[tier] for tier, weight in ALL_TIERS], axis=0)
    part = part_of(programme, np.arange(programme.columns), costs, 0)
    gap = max(1, part.most - part.least)
    return Polish(
        one.candidates,
        programme,
        standing,
        plain_bound(part, part.least),
        costs,
        caps=(),
        gap=lambda: gap,
        over=over,
        amiss=amiss,
    )


def two_weeks() -> Case:
    """Three conferences of one chair in one room, with two starts a day, in time until Tuesday of the second week."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-01", "last": "2027-03-12"},
            rooms=[room()],
            chairs=[chair()],
            conferences=[conference(name, due="2027-03-09", mode="in_person") for name in "ABC"],
            policy={"weights": {"friday": 7, "wait": 3}},
        )
    )
    assert one is not None
    return one


def at_the_end(one: Case) -> Standing:
    """Everything on the last two days, and so late."""
    candidates, point = one.candidates, np.zeros(one.programme.columns, dtype=np.int64)
    last = int(candidates.start.max())
    for request, (day, latest) in enumerate(((9, True), (9, False), (8, True))):
        own = candidates.of_request(request)
        own = own[candidates.day[own] == day]
        point[own[np.argsort(candidates.start[own])[-1 if latest else 0]]] = 1
    assert candidates.start[point[: len(candidates)] > 0].max() == last
    assert keeps(one.programme, point)
    return Standing(one.programme, point, no_limit(), None)


def test_what_is_freed_together_is_solved_to_its_optimum() -> None:
    one = two_weeks()
    standing = at_the_end(one)
    assert standing.values > one.optimum
    polish_of(one, standing, lambda: standing.values == one.optimum).run(10**9, no_limit(), 1)
    assert standing.values == one.optimum
    assert keeps(one.programme, standing.point)


def test_polishing_never_makes_it_worse() -> None:
    bettered = 0
    for one in cases(12):
        start = one.start()
        if keeps(one.programme, start):
            standing = Standing(one.programme, start, no_limit(), None)
            before = standing.values
            polish_of(one, standing, lambda: False).run(10**9, no_limit(), 1)
            assert before >= standing.values >= one.optimum
            assert keeps(one.programme, standing.point)
            bettered += standing.values < before
    assert bettered


def test_it_begins_around_what_is_amiss() -> None:
    """Around the last day is all that is booked, so that one turn is enough."""
    one = two_weeks()
    standing = at_the_end(one)
    seen: list[bool] = []

    def over() -> bool:
        seen.append(standing.values == one.optimum)
        return seen[-1]

    polish_of(one, standing, over, lambda: array(9)).run(10**9, no_limit(), 1)
    assert seen == [False, True]


def rounds_with(work_limit: float | None) -> int:
    """How many rounds a polish of two weeks takes; it asks before each, and before it ends, whether it is over."""
    one, asked = two_weeks(), list[bool]()

    def over() -> bool:
        asked.append(True)
        return False

    polish_of(one, at_the_end(one), over).run(10**9, no_limit(), 1, work_limit=work_limit)
    return len(asked) - 1


def test_a_round_that_takes_all_the_work_that_is_left_is_the_last() -> None:
    assert [rounds_with(0.0), rounds_with(1e-9)] == [0, 1]
    assert rounds_with(1e9) == rounds_with(None) > 1


def test_nothing_changes_without_time_or_where_it_is_over() -> None:
    one = two_weeks()
    standing, stopped = at_the_end(one), no_limit()
    before = standing.values
    stopped.stop.set()
    polish_of(one, standing, lambda: False).run(10**9, stopped, 1)
    polish_of(one, standing, lambda: True).run(10**9, no_limit(), 1, threading.Event())
    assert standing.values == before
