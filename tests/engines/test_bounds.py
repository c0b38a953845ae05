import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scheduler.engines import highs
from scheduler.engines.bounds import Bound, bound_from, plain_bound
from scheduler.engines.part import Part
from scheduler.model.programme import Programme
from tests.engines.small import array, made, programmes, solutions, whole, widened

DUALS = st.one_of(st.floats(-20, 20), st.integers(-4, 4).map(float), st.floats(allow_nan=False))


def assert_proven(bound: Bound) -> None:
    """No solution is below the bound, and none of any value uses a column that ``within`` leaves out for it."""
    part = bound.part
    for point, value in solutions(part).items():
        assert bound.value <= value
        assert not np.array(point)[~bound.within(value)].any()
    assert (bound.value - part.constant) % part.step == 0


def assert_faces(bound: Bound, value: int) -> None:
    """The face of a value has the solutions of at most that value, and no other."""
    part, face = bound.part, bound.face(value)
    expected = {point: cost for point, cost in solutions(part).items() if cost <= value}
    assert widened(part, face) == expected
    assert face.possible or not expected
    assert (face.lower[np.isfinite(face.lower)] % 1 == 0).all()
    assert (face.upper[np.isfinite(face.upper)] % 1 == 0).all()


@settings(max_examples=200, deadline=None)
@given(programmes(), st.data())
def test_any_dual_values_prove_a_bound(programme: Programme, data: st.DataObject) -> None:
    part = whole(programme)
    rows = len(part.lower)
    bound = bound_from(part, np.array(data.draw(st.lists(DUALS, min_size=rows, max_size=rows)), dtype=np.float64))
    assert_proven(bound)
    assert_faces(bound, bound.value + data.draw(st.integers(-20, 60)))


def relaxed_optimum(part: Part) -> float | None:
    """By another solver."""
    matrix = part.matrix.toarray()
    below, above = np.isfinite(part.lower), np.isfinite(part.upper)
    rows = np.vstack([matrix[above], -matrix[below]])
    limits = np.concatenate([part.upper[above], -part.lower[below]])
    found = linprog(part.costs, A_ub=rows, b_ub=limits, bounds=[(0, top) for top in part.top])
    return None if found.status == 2 else float(found.fun) + part.constant


@pytest.mark.parametrize("interior", [False, True])
@settings(max_examples=80, deadline=None)
@given(programme=programmes(), more=st.integers(0, 30))
@example(programme=made([(-math.inf, [2, 2], 3)], [1, 1], {"preferences": [-4, -4]}), more=0)
def test_the_dual_values_of_the_relaxation_lose_nothing(programme: Programme, more: int, interior: bool) -> None:
    part = whole(programme)
    relaxation, expected = highs.relaxation(part, math.inf, interior), relaxed_optimum(part)
    if expected is None:
        assert relaxation is None
        return
    assert relaxation is not None
    assert math.isclose(relaxation.value, expected, abs_tol=1e-6)
    bound = bound_from(part, relaxation.duals)
    assert bound.value == part.rounded_up(expected - 1e-5)
    assert_proven(bound)
    assert_faces(bound, bound.value + more)


def test_the_value_is_rounded_up_to_the_step() -> None:
    part = whole(made([(3, [2, 2], math.inf)], [3, 3], {"preferences": [10, 10]}, {"preferences": 1}))
    assert bound_from(part, np.array([5.0])).value == 21  # 16 before rounding
    assert bound_from(part, np.array([0.0])).value == 1
    assert bound_from(part, np.array([-5.0])).value == 1  # there is no upper limit to weigh


def test_columns_that_cost_too_much_are_left_out() -> None:
    part = whole(made([(1, [1, 1, 1], math.inf)], [1, 1, 1], {"preferences": [2, 3, 9]}))
    bound = bound_from(part, np.array([2.0]))
    assert bound.value == 2
    assert [bound.within(value).tolist() for value in (2, 3, 9)] == [[True, False, False], [True, True, False], [True] * 3]


def test_a_face_has_rows_as_near_their_limits_as_they_must_be() -> None:
    """A unit above the lower limit of the first row costs 2 more than the bound, one below the second row's upper limit 1."""
    rows = [(2, [1, 1, 0], math.inf), (-math.inf, [0, 0, 1], 3), (-math.inf, [1, 0, 1], 5)]
    part = whole(made(rows, [3, 3, 4], {"preferences": [2, 6, -1]}))
    bound = bound_from(part, np.array([2.0, -1.0, 0.0]))
    assert bound.value == 1
    faces = [bound.face(value) for value in (0, 1, 2, 3, 5)]
    assert [face.possible for face in faces] == [False, True, True, True, True]
    assert [face.columns.tolist() for face in faces[1:]] == [[0, 2], [0, 2], [0, 2], [0, 1, 2]]
    limits = [{row: (face.lower[n], face.upper[n]) for n, row in enumerate(face.rows.tolist())} for face in faces[1:]]
    assert [each[0] for each in limits] == [(2, 2), (2, 2), (2, 3), (2, 4)]
    assert [each[1] for each in limits] == [(3, 3), (2, 3), (1, 3), (-1, 3)]
    assert [solutions(face) for face in faces[1:3]] == [{(2, 3): 1}, {(2, 2): 2, (2, 3): 1}]


def test_a_face_of_any_value_beyond_all_is_the_whole_part() -> None:
    part = whole(made([(1, [1, 1], math.inf), (-math.inf, [1, -1], 1)], [2, 2], {"preferences": [3, 4]}))
    for bound in (bound_from(part, np.array([3.0, -0.5])), plain_bound(part, 3)):
        for exponent in (20, 40, 42, 43, 44, 61):
            assert widened(part, bound.face(1 << exponent)) == solutions(part)


def test_limits_and_dual_values_too_large_to_multiply_prove_less_but_nothing_false() -> None:
    part = whole(made([(-math.inf, [9_000_001, 9_000_002], 9_000_002)], [1, 1], {"preferences": [-1, -2]}))
    for dual in (-1e300, -1e6, -999.0, -1e-3, 1e300, math.nan):
        bound = bound_from(part, np.array([dual]))
        assert_proven(bound)
        for value in range(-4, 2):
            assert_faces(bound, value)


def test_a_bound_known_otherwise_says_nothing_of_single_columns() -> None:
    part = whole(made([], [1, 1], {"preferences": [4, 6]}, {"preferences": 1}))
    bound = plain_bound(part, 4)
    assert bound.value == 5
    assert (bound.within(3).tolist(), bound.within(4).tolist()) == ([False, False], [True, True])
    assert plain_bound(part, 5).value == 5
    for value in range(12):
        assert_faces(bound, value)
    assert (array(*bound.reduced) == 0).all()
