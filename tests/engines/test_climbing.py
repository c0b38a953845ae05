import itertools
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.engines import climbing, highs
from scheduler.engines.bounds import Bound, bound_from, plain_bound
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb
from scheduler.engines.part import Part
from scheduler.grouping import Ints
from tests.engines.small import hard, made, needle, no_limit, programmes, solutions, whole
from tests.hanging import LONG, within

EXAMPLES = settings(max_examples=100, deadline=None)
FAR = 1 << 61
DUALS = st.one_of(st.floats(-9, 9), st.integers(-4, 4).map(float))


@st.composite
def bounds(draw: st.DrawFn) -> Bound:
    """Any bound of a small programme: by its relaxation, by any dual values, or by its columns alone."""
    part = whole(draw(programmes()))
    kind = draw(st.sampled_from(["relaxation", "any", "columns"]))
    relaxation = highs.relaxation(part, math.inf) if kind == "relaxation" else None
    if relaxation is not None:
        return bound_from(part, relaxation.duals)
    if kind == "any":
        rows = len(part.lower)
        return bound_from(part, np.array(draw(st.lists(DUALS, min_size=rows, max_size=rows)), dtype=np.float64))
    return plain_bound(part, part.least)


def best_of(bound: Bound) -> float:
    """The optimum; infinite where there is none."""
    return min(solutions(bound.part).values(), default=math.inf)


def climbed(climb: Climb, ceiling: Callable[[], int], work_limit: float | None = None) -> tuple[Part, Ints] | None:
    """What a climb gives, which says at any time what is true."""
    best, heard = best_of(climb.bound), [climb.proven]
    reached = climb.search(ceiling, no_limit(), seed=1, work_limit=work_limit, lifted=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == climb.proven <= best
    return reached


def value_of(bound: Bound, reached: tuple[Part, Ints]) -> int:
    """The value of what a climb gives, which is a solution of the part it began with."""
    part, values = reached
    point = np.zeros(len(bound.part.columns), dtype=np.int64)
    point[np.searchsorted(bound.part.columns, part.columns)] = values
    return solutions(bound.part)[tuple(point.tolist())]


@EXAMPLES
@given(bounds(), st.integers(-3, 40))
def test_a_climb_ends_with_the_best_or_there_is_none_below_the_ceiling(bound: Bound, steps: int) -> None:
    best, ceiling = best_of(bound), bound.value + steps * bound.part.step
    climb = Climb(bound, bound.value)
    reached = climbed(climb, lambda: ceiling)
    if best < ceiling:
        assert reached is not None
        assert value_of(bound, reached) == climb.proven == best
    else:
        assert reached is None
        assert climb.proven == max(bound.value, ceiling)


@EXAMPLES
@given(bounds(), st.integers(-3, 80))
def test_the_ceiling_may_be_a_value_that_no_solution_can_have(bound: Bound, more: int) -> None:
    best, ceiling = best_of(bound), bound.value + more
    climb = Climb(bound, bound.value)
    reached = climbed(climb, lambda: ceiling)
    assert (reached is not None) == (best < ceiling)
    assert reached is None or value_of(bound, reached) == climb.proven == best
    assert reached is not None or climb.proven >= ceiling


@EXAMPLES
@given(bounds())
def test_without_a_ceiling_a_climb_ends_too(bound: Bound) -> None:
    best, climb = best_of(bound), Climb(bound, bound.value)
    reached = climbed(climb, lambda: FAR)
    assert (reached is not None) == (best < FAR)
    assert reached is None or value_of(bound, reached) == climb.proven == best


@EXAMPLES
@given(bounds(), st.lists(st.integers(0, 12), max_size=8), st.integers(0, 4))
def test_the_ceiling_may_fall_on_the_way(bound: Bound, falls: list[int], above: int) -> None:
    """As it does when another thread finds something better; what is left is never below the best."""
    step, best = bound.part.step, best_of(bound)
    last = (bound.value + 9 * step if best == math.inf else int(best)) + above * step
    ceilings = itertools.chain([last + sum(falls[n:]) * step for n in range(len(falls))], itertools.repeat(last))
    climb = Climb(bound, bound.value)
    reached = climbed(climb, lambda: next(ceilings))
    if reached is None:
        assert last <= climb.proven <= best
    else:
        assert value_of(bound, reached) == climb.proven == best


@EXAMPLES
@given(bounds(), st.integers(0, 6))
def test_what_is_proven_already_is_not_searched_again(bound: Bound, steps: int) -> None:
    best = best_of(bound)
    proven = int(min(best, bound.value + steps))
    climb = Climb(bound, proven)
    ceiling = bound.value + 40 * bound.part.step
    reached = climbed(climb, lambda: ceiling)
    assert climb.proven >= proven
    assert (reached is not None) == (best < ceiling)


@EXAMPLES
@given(bounds(), st.sampled_from([0.0, 1e-9, 1e-5, 1e-4, 1e-3]))
def test_a_work_limit_ends_a_climb_with_a_true_bound_and_the_next_goes_on_from_there(bound: Bound, limit: float) -> None:
    best, ceiling = best_of(bound), bound.value + 40 * bound.part.step
    climb = Climb(bound, bound.value)
    reached = climbed(climb, lambda: ceiling, limit)
    before = climb.proven
    if reached is not None:
        assert value_of(bound, reached) >= best
        return
    reached = climbed(climb, lambda: ceiling)
    assert before <= climb.proven
    assert (reached is not None) == (best < ceiling)


def test_a_work_limit_holds_for_all_steps_together_and_for_each_call_anew() -> None:
    part = hard()
    climbs = [Climb(plain_bound(part, part.least), part.least) for _ in range(2)]
    for limit in (0.2, 0.4):
        for climb in climbs:
            before = climb.proven, climb.work
            climb.search(lambda: 0, no_limit(), seed=1, work_limit=limit)
            assert before[0] <= climb.proven < 0
            assert climb.work <= before[1] + limit + 0.1
        assert (climbs[0].proven, climbs[0].work) == (climbs[1].proven, climbs[1].work)


def test_a_climb_from_a_value_that_there_can_not_be_passes_none_that_there_is() -> None:
    """Values are 75, 85, 95 and so on; what is known at first is that none is below 0."""
    part = whole(made([(7, [1] * 9, math.inf)], [1] * 9, {"preferences": [10] * 9}, {"preferences": 75}))
    climb = Climb(plain_bound(part, 0), 0)
    reached = climb.search(lambda: 165, no_limit(), seed=1)
    assert reached is not None
    assert (value_of(climb.bound, reached), climb.proven) == (145, 145)


def test_a_search_that_failed_is_not_made_again_but_with_another_seed() -> None:
    part, limit = hard(), 0.2
    failed = Climb(plain_bound(part, part.least), part.least)
    failed.search(lambda: 0, no_limit(), seed=1, work_limit=limit)
    anew = Climb(failed.bound, failed.proven, failed.work)
    failed.search(lambda: 0, no_limit(), seed=1, work_limit=limit)
    anew.search(lambda: 0, no_limit(), seed=2, work_limit=limit)
    assert failed == replace(anew, failed=2)


def endless() -> tuple[Climb, int]:
    """A climb that no engine comes to the end of, and a value that there is."""
    rows, solution = needle()
    costs = np.arange(len(solution)) + 1
    part = whole(made(rows, [1] * len(solution), {"preferences": costs.tolist()}))
    return Climb(plain_bound(part, part.least), part.least), int(costs @ solution)


@pytest.mark.parametrize("which", ["budget", "also_stop"])
@pytest.mark.parametrize("seconds", [0.0, 0.4])
def test_either_event_ends_a_climb(which: str, seconds: float) -> None:
    climb, value = endless()
    budget, also = no_limit(), threading.Event()
    before = climb.proven
    threading.Timer(seconds, {"budget": budget.stop, "also_stop": also}[which].set).start()
    assert within(LONG, lambda: climb.search(lambda: value + 1, budget, seed=1, also_stop=also)) is None
    assert before <= climb.proven <= value


def test_a_deadline_ends_a_climb() -> None:
    climb, value = endless()
    now = time.monotonic()
    assert within(LONG, lambda: climb.search(lambda: value + 1, Budget(time.monotonic, now, now + 0.4), seed=1)) is None
    assert climb.proven <= value


def test_a_budget_that_is_over_leaves_a_climb_as_it_is() -> None:
    climb, value = endless()
    before, over = climb.proven, no_limit()
    over.stop.set()
    assert climb.search(lambda: value + 1, over, seed=1) is None
    assert (climb.proven, climb.work) == (before, 0)


def test_what_is_too_large_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two columns alone can't do it; with the third there are too many."""
    part = whole(made([(3, [1, 1, 1], math.inf)], [1, 1, 1], {"preferences": [1, 1, 5]}))
    bound = bound_from(part, np.array([1.0]))
    monkeypatch.setattr(climbing, "MOST_COLUMNS", 2)
    climb = Climb(bound, bound.value)
    assert climbed(climb, lambda: 20) is None
    assert bound.value < climb.proven <= 7
