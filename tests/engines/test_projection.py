import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.schedule import TierName
from scheduler.engines.projection import projected_bound
from scheduler.model.programme import Programme
from tests.engines.small import array, made, programmes, solutions, whole
from tests.engines.small_problems import cases

EXAMPLES = settings(max_examples=150, deadline=None)
INFINITE = math.inf


@st.composite
def bookings(draw: st.DrawFn, *, only_own: bool) -> tuple[Programme, int]:
    """Up to three conferences with up to three places each, and costs of what exceeds a chair's limit, or falls below it.

    With ``only_own`` every conference is to be placed, and nothing else stands in the way. Else some may be left out,
    and there are rows of other things too.
    """
    conferences, chairs = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    conference, chair = [], []
    for one in range(conferences):
        for _ in range(draw(st.integers(1, 3))):
            conference.append(one)
            chair.append(draw(st.integers(0, chairs - 1)))
    number = len(conference)
    children = draw(st.lists(st.integers(1, 3), min_size=conferences, max_size=conferences))
    is_placed = [True if only_own else draw(st.booleans()) for _ in range(conferences)]
    rows: list[tuple[float, list[int], float]] = []
    for one in range(conferences):
        rows.append((float(is_placed[one]), [int(own == one) for own in conference] + [0] * chairs, 1.0))
    for one in range(chairs):
        counted = [children[own] if leader == one else 0 for own, leader in zip(conference, chair, strict=True)]
        own_limit = float(draw(st.integers(0, 4)))
        if draw(st.booleans()):
            rows.append((-INFINITE, counted + [-int(n == one) for n in range(chairs)], own_limit))
        else:
            rows.append((own_limit, counted + [int(n == one) for n in range(chairs)], INFINITE))
    for _ in range(0 if only_own else draw(st.integers(0, 2))):
        others = draw(st.lists(st.integers(0, 1), min_size=number, max_size=number))
        rows.append((-INFINITE, others + [0] * chairs, 1.0))
    costs = [0] * number + draw(st.lists(st.integers(0, 3), min_size=chairs, max_size=chairs))
    return made(rows, [1] * number + [9] * chairs, {"preferences": costs}, {"preferences": draw(st.integers(-3, 3))}), conferences


@EXAMPLES
@given(bookings(only_own=True))
def test_where_nothing_else_stands_in_the_way_it_is_the_best(one: tuple[Programme, int]) -> None:
    programme, conferences = one
    part = whole(programme)
    assert projected_bound(part, conferences, seed=1) == min(solutions(part).values())


@EXAMPLES
@given(bookings(only_own=False))
def test_it_is_never_above_the_best(one: tuple[Programme, int]) -> None:
    programme, conferences = one
    part = whole(programme)
    assert projected_bound(part, conferences, seed=1) <= min(solutions(part).values(), default=INFINITE)


@EXAMPLES
@given(programmes())
def test_it_is_never_above_the_best_of_any_programme_that_places_no_conference(programme: Programme) -> None:
    part = whole(programme)
    bound = projected_bound(part, 0, seed=1)
    assert part.least <= bound
    assert bound <= min(solutions(part).values(), default=INFINITE)


def test_it_knows_of_whole_conferences_where_halves_would_do() -> None:
    """Two conferences of three children, two chairs with room for four and one: halves exceed it by one, whole ones by two."""
    above = [[3, 0, 3, 0, -1, 0], [0, 3, 0, 3, 0, -1]]
    one_each: list[tuple[float, list[int], float]] = [(1, [1, 1, 0, 0, 0, 0], 1), (1, [0, 0, 1, 1, 0, 0], 1)]
    rows: list[tuple[float, list[int], float]] = [*one_each, (-INFINITE, above[0], 4), (-INFINITE, above[1], 1)]
    part = whole(made(rows, [1, 1, 1, 1, 6, 6], {"preferences": [0, 0, 0, 0, 1, 1]}, {"preferences": 7}))
    assert projected_bound(part, 2, seed=1) == min(solutions(part).values()) == 9


def test_columns_that_are_left_out_are_of_no_use_to_it() -> None:
    rows: list[tuple[float, list[int], float]] = [(1, [1, 1, 0], 1), (-INFINITE, [2, 0, -1], 0)]
    part = whole(made(rows, [1, 1, 2], {"preferences": [0, 0, 1]}))
    assert projected_bound(part, 1, seed=1) == 0
    assert projected_bound(part.kept(np.array([True, False, True])), 1, seed=1) == 2


def test_of_what_costs_nothing_there_is_nothing_to_say() -> None:
    part = whole(made([(1, [1, 1], 1)], [1, 1], constants={"preferences": 3}))
    assert projected_bound(part, 1, seed=1) == 3
    assert array(*part.costs).any() == 0


def test_no_tier_of_a_problem_is_ever_better() -> None:
    """Each tier as the earlier ones leave it can't be better than alone; caseload is what it is there for."""
    tiers: tuple[TierName, ...] = ("caseload", "late", "stability", "continuity")
    for one in cases(30):
        conferences = len(one.candidates.problem.conferences)
        for tier, best in zip(tiers, (one.optimum[4], *one.optimum[1:4]), strict=True):
            part = whole(one.programme, tier)
            assert part.constant + min(0, int(part.costs.min(initial=0))) <= projected_bound(part, conferences, seed=1) <= best
