import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings

from scheduler.engines import cp_sat
from scheduler.engines.part import Part
from scheduler.grouping import Ints
from scheduler.model.programme import Programme
from tests.engines.small import array, hard, keeps, made, programmes, solutions, whole
from tests.hanging import LONG, within


@pytest.fixture(scope="module", name="hard")
def hard_part() -> Part:
    return hard()


def value(part: Part, point: Ints) -> int:
    return part.constant + int(part.costs @ point)


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_a_search_that_ends_has_the_best_or_there_is_none(programme: Programme) -> None:
    part = whole(programme)
    values = solutions(part)
    found = cp_sat.search(part)
    assert found.finished
    if not values:
        assert (found.point, found.bound) == (None, math.inf)
        return
    assert found.point is not None
    assert values[tuple(found.point.tolist())] == min(values.values()) == found.bound


def test_a_part_that_is_not_possible_has_no_point() -> None:
    part = whole(made([(3, [1, 1], 4)], [1, 1]))
    assert not part.possible
    assert cp_sat.search(part) == cp_sat.Searched(None, math.inf, finished=True)


def test_nothing_to_choose_is_a_solution_too() -> None:
    found = cp_sat.search(whole(made([(-math.inf, [1], 1)], [1], constants={"preferences": 4})).kept(np.array([False])))
    assert found.point is not None
    assert (found.point.tolist(), found.bound, found.finished) == ([], 4, True)


@pytest.mark.parametrize("which", ["stop", "also_stop"])
def test_either_event_ends_a_search(hard: Part, which: str) -> None:
    event, heard = threading.Event(), list[Ints]()

    def hear(point: Ints) -> None:
        heard.append(point)
        event.set()

    found = within(
        LONG,
        lambda: cp_sat.search(
            hard, found=hear, **{which: event, "stop" if which == "also_stop" else "also_stop": threading.Event()}
        ),
    )
    assert not found.finished
    assert found.point is not None
    assert all(keeps(hard, point) for point in (*heard, found.point))
    assert value(hard, found.point) == min(value(hard, point) for point in heard)
    assert found.bound <= value(hard, found.point)


def test_points_are_heard_from_bad_to_good(hard: Part) -> None:
    heard: list[Ints] = []
    found = cp_sat.search(hard, work_limit=0.2, found=heard.append)
    values = [value(hard, point) for point in heard]
    assert values == sorted(set(values), reverse=True)
    assert found.point is not None
    assert values[-1] == value(hard, found.point)


def test_a_search_that_has_had_no_time_for_a_bound_gives_the_columns_own(hard: Part) -> None:
    """CP-SAT itself says 0 then, which would be a false proof."""
    stopped = threading.Event()
    stopped.set()
    for found in (cp_sat.search(hard, work_limit=0.0), cp_sat.search(hard, time_limit=0.0), cp_sat.search(hard, stop=stopped)):
        assert not found.finished
        assert hard.least <= found.bound < -1000


def test_a_hint_is_where_it_starts(hard: Part) -> None:
    good = cp_sat.search(hard, work_limit=0.3).point
    assert good is not None
    heard: list[Ints] = []
    cp_sat.search(hard, work_limit=0.05, hint=good, found=heard.append)
    assert heard[0].tolist() == good.tolist()


def test_the_same_work_and_seed_give_the_same(hard: Part) -> None:
    one, other = (cp_sat.search(hard, work_limit=0.3, seed=3) for _ in range(2))
    assert one.point is not None
    assert other.point is not None
    assert (one.point.tolist(), one.bound, one.finished) == (other.point.tolist(), other.bound, other.finished)
    assert not one.finished


def test_presolve_makes_no_difference_to_the_result() -> None:
    part = whole(made([(2, [1, 1, 1], 2), (-math.inf, [1, -1, 0], 0)], [2, 2, 2], {"preferences": [-5, 1, 3]}))
    one, other = cp_sat.search(part), cp_sat.search(part, presolve=False)
    assert one.point is not None
    assert other.point is not None
    assert one.point.tolist() == other.point.tolist() == array(1, 1, 0).tolist()
    assert one.bound == other.bound == -4


def test_a_bound_told_a_hair_above_a_whole_number_is_that_number() -> None:
    rows: list[tuple[float, list[int], float]] = [(1, [0, 0, 1, 1], math.inf), (-math.inf, [0, 0, 1, 0], 0)]
    part = whole(made(rows, [1, 0, 1, 1], {"preferences": [-6, 0, 1, 5]}))
    found = cp_sat.search(part, work_limit=1.0)
    assert (found.bound, part.rounded_up(found.bound)) == (-1, -1)
