"""The loop runs in its own process, so it is tested through it."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.engines.bounds import Bound, plain_bound
from scheduler.engines.cuts.parameters import CutLoop
from scheduler.engines.cuts.presence import MANY
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.model.programme import Programme
from tests.engines.small import hard, made, no_limit, programmes, solutions, whole

TRIANGLE = whole(
    made([(-np.inf, [1, 1, 0], 1), (-np.inf, [0, 1, 1], 1), (-np.inf, [1, 0, 1], 1)], [1] * 3, {"preferences": [-10] * 3})
)
"""Of three columns one at most: the relaxation takes a half of each."""


def cut(highs: Highs, part: Part, top: int, how: CutLoop | None = None) -> Bound:
    no_request = np.full(len(part.columns), MANY, dtype=np.int64)
    found = highs.cut_down(plain_bound(part, part.least), no_request, top, no_limit(), seed=1, how=how or CutLoop())
    assert found is not None
    return found.bound


def test_a_cut_lifts_the_bound_to_the_optimum(highs: Highs) -> None:
    assert [cut(highs, TRIANGLE, 0, CutLoop(most_rounds=rounds)).value for rounds in (1, 9)] == [-10, -10]
    bounds = [cut(highs, TRIANGLE, 0, CutLoop(most_rounds=rounds)).scaled for rounds in (1, 9)]
    assert bounds[0] < bounds[1]


def test_the_bound_is_above_a_top_that_nothing_reaches(highs: Highs) -> None:
    assert cut(highs, TRIANGLE, -20).value > -20


def test_a_part_without_a_solution_is_shown_to_have_none(highs: Highs) -> None:
    impossible = whole(made([(1, [1, 1], 1), (1, [1, -1], np.inf), (1, [-1, 1], np.inf)], [2, 2]))
    assert cut(highs, impossible, 100).value > 100


def test_an_event_ends_it(highs: Highs) -> None:
    event = threading.Event()
    event.set()
    part = hard()
    no_request = np.full(len(part.columns), MANY, dtype=np.int64)
    known = plain_bound(part, part.least)
    assert highs.cut_down(known, no_request, 0, no_limit(), seed=1, how=CutLoop(), also_stop=event) is None


def assert_nothing_is_lost(highs: Highs, programme: Programme, above: int) -> None:
    part = whole(programme)
    if not part.possible:
        return
    values = solutions(part)
    top = (min(values.values()) if values else 0) + above
    bound = cut(highs, part, top)
    for point, value in values.items():
        if value <= top:
            assert bound.value <= value
            assert set(part.columns[np.array(point) > 0].tolist()) <= set(bound.part.columns.tolist())
            assert (bound.reduced[np.array(point)[bound.part.columns] > 0] <= bound.room(value)).all()


@given(programmes(), st.integers(-3, 12))
def test_no_solution_of_at_most_the_top_is_lost(highs: Highs, programme: Programme, above: int) -> None:
    assert_nothing_is_lost(highs, programme, above)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(programmes(), st.integers(-3, 12))
def test_no_solution_of_at_most_the_top_is_lost_in_many_programmes(highs: Highs, programme: Programme, above: int) -> None:
    assert_nothing_is_lost(highs, programme, above)
