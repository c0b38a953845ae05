import math

import numpy as np
from hypothesis import given, settings
from scipy import sparse

from scheduler.engines import highs
from scheduler.engines.part import Part
from scheduler.model.draft import Programme
from tests.engines.small import array, keeps, made, programmes, solutions, whole


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_a_search_that_ends_has_the_best_or_there_is_none(programme: Programme) -> None:
    part = whole(programme)
    values = solutions(part)
    found = highs.search(part, math.inf, seed=1)
    assert found.finished
    if not values:
        assert (found.point, found.bound) == (None, math.inf)
        return
    assert found.point is not None
    assert values[tuple(found.point.tolist())] == min(values.values()) == part.rounded_up(found.bound)


def test_a_search_that_has_had_no_time_for_a_bound_gives_the_columns_own() -> None:
    random = np.random.default_rng(1)
    columns, rows = 3000, 1500
    matrix = sparse.csr_array((random.random((rows, columns)) < 0.01).astype(np.float64))
    limits = np.full(rows, -np.inf), np.full(rows, 2.0)
    costs = -random.integers(1, 50, columns)
    part = Part(np.arange(columns), matrix, *limits, np.ones(columns), costs, 7, True, np.arange(rows))
    found = highs.search(part, 0.0, seed=1)
    assert not found.finished
    assert part.rounded_up(found.bound) >= part.least
    assert found.point is None or keeps(part, found.point)


def test_no_column_at_all() -> None:
    none = np.array([False])
    possible = whole(made([(-math.inf, [1], 0)], [1], {"preferences": [3]}, {"preferences": 4})).kept(none)
    relaxation, found = highs.relaxation(possible, math.inf), highs.search(possible, math.inf, 1)
    assert relaxation is not None
    assert (relaxation.value, relaxation.point.tolist(), relaxation.duals.tolist()) == (4, [], [])
    assert found.point is not None
    assert (found.point.tolist(), possible.rounded_up(found.bound), found.finished) == ([], 4, True)
    assert highs.relaxation(whole(made([(1, [1], 1)], [1])).kept(none), math.inf) is None


def test_a_relaxation_gives_halves_and_prices() -> None:
    part = whole(
        made([(1, [1, 1, 0], math.inf), (1, [0, 1, 1], math.inf), (1, [1, 0, 1], math.inf)], [1] * 3, {"preferences": [2] * 3})
    )
    relaxation = highs.relaxation(part, math.inf)
    assert relaxation is not None
    assert (relaxation.value, relaxation.point.tolist(), relaxation.duals.tolist()) == (3.0, [0.5] * 3, [1.0] * 3)
    assert (array(1, 1, 0) @ part.costs, highs.search(part, math.inf, 1).bound > 3) == (4, True)
