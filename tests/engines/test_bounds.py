import math

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scheduler.engines import highs
from scheduler.engines.bounds import Bound, bound_from, plain_bound
from scheduler.engines.part import Part
from scheduler.model.draft import Programme
from tests.engines.small import array, made, programmes, solutions, whole

DUALS = st.one_of(st.floats(-20, 20), st.integers(-4, 4).map(float), st.floats(allow_nan=False))


def assert_proven(bound: Bound) -> None:
    """No solution is below the bound, and none of any value uses a column that ``within`` leaves out for it."""
    part = bound.part
    for point, value in solutions(part).items():
        assert bound.value <= value
        assert not np.array(point)[~bound.within(value)].any()
    assert (bound.value - part.constant) % part.step == 0


@settings(max_examples=200, deadline=None)
@given(programmes(), st.data())
def test_any_dual_values_prove_a_bound(programme: Programme, data: st.DataObject) -> None:
    part = whole(programme)
    rows = len(part.lower)
    assert_proven(bound_from(part, np.array(data.draw(st.lists(DUALS, min_size=rows, max_size=rows)), dtype=np.float64)))


def relaxed_optimum(part: Part) -> float | None:
    """By another solver."""
    matrix = part.matrix.toarray()
    below, above = np.isfinite(part.lower), np.isfinite(part.upper)
    rows = np.vstack([matrix[above], -matrix[below]])
    limits = np.concatenate([part.upper[above], -part.lower[below]])
    found = linprog(part.costs, A_ub=rows, b_ub=limits, bounds=[(0, top) for top in part.top])
    return None if found.status == 2 else float(found.fun) + part.constant


@settings(max_examples=80, deadline=None)
@given(programmes())
@example(made([(-math.inf, [2, 2], 3)], [1, 1], {"preferences": [-4, -4]}))
def test_the_dual_values_of_the_relaxation_lose_nothing(programme: Programme) -> None:
    part = whole(programme)
    relaxation, expected = highs.relaxation(part, math.inf), relaxed_optimum(part)
    if expected is None:
        assert relaxation is None
        return
    assert relaxation is not None
    assert math.isclose(relaxation.value, expected, abs_tol=1e-6)
    bound = bound_from(part, relaxation.duals)
    assert bound.value == part.rounded_up(expected - 1e-5)
    assert_proven(bound)


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


def test_limits_and_dual_values_too_large_to_multiply_prove_less_but_nothing_false() -> None:
    part = whole(made([(-math.inf, [9_000_001, 9_000_002], 9_000_002)], [1, 1], {"preferences": [-1, -2]}))
    for dual in (-1e300, -1e6, -999.0, -1e-3, 1e300):
        assert_proven(bound_from(part, np.array([dual])))


def test_a_bound_known_otherwise_says_nothing_of_single_columns() -> None:
    part = whole(made([], [1, 1], {"preferences": [4, 6]}, {"preferences": 1}))
    bound = plain_bound(part, 4)
    assert bound.value == 5
    assert (bound.within(3).tolist(), bound.within(4).tolist()) == ([False, False], [True, True])
    assert plain_bound(part, 5).value == 5
    assert (array(*bound.reduced) == 0).all()
