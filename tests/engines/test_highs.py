import math

import numpy as np
import pytest

from scheduler.engines import highs
from scheduler.engines.bounds import bound_from
from tests.engines.small import hard, made, whole


@pytest.mark.parametrize("interior", [False, True])
def test_no_column_at_all(interior: bool) -> None:
    none = np.array([False])
    possible = whole(made([(-math.inf, [1], 0)], [1], {"preferences": [3]}, {"preferences": 4})).kept(none)
    relaxation = highs.relaxation(possible, math.inf, interior)
    assert relaxation is not None
    assert (relaxation.value, relaxation.point.tolist(), relaxation.duals.tolist()) == (4, [], [])
    assert highs.relaxation(whole(made([(1, [1], 1)], [1])).kept(none), math.inf, interior) is None


def test_a_relaxation_gives_halves_and_prices() -> None:
    part = whole(
        made([(1, [1, 1, 0], math.inf), (1, [0, 1, 1], math.inf), (1, [1, 0, 1], math.inf)], [1] * 3, {"preferences": [2] * 3})
    )
    relaxation, interior = highs.relaxation(part, math.inf), highs.relaxation(part, math.inf, interior=True)
    assert relaxation is not None
    assert interior is not None
    assert (relaxation.value, relaxation.point.tolist(), relaxation.duals.tolist()) == (3.0, [0.5] * 3, [1.0] * 3)
    assert interior.value == pytest.approx(3)
    assert (interior.point, interior.duals) == (pytest.approx([0.5] * 3), pytest.approx([1.0] * 3))


def test_where_all_is_the_same_a_corner_has_whole_numbers_and_the_interior_none() -> None:
    """Three things for three places, every one as good as the others."""
    pairs = np.arange(9)
    things = [(1.0, (pairs // 3 == n).astype(int).tolist(), math.inf) for n in range(3)]
    places = [(-math.inf, (pairs % 3 == n).astype(int).tolist(), 1.0) for n in range(3)]
    part = whole(made([*things, *places], [1] * 9, {"preferences": [2] * 9}))
    corner, interior = highs.relaxation(part, math.inf), highs.relaxation(part, math.inf, interior=True)
    assert corner is not None
    assert interior is not None
    assert corner.value == pytest.approx(6)
    assert interior.value == pytest.approx(6)
    assert sorted(corner.point.tolist()) == [0] * 6 + [1] * 3
    assert ((interior.point > 0.01) & (interior.point < 0.99)).all()


def test_a_relaxation_that_the_interior_point_method_alone_does_not_finish_is_given_all_the_same() -> None:
    """HiGHS says of this one that it knows nothing, unless it may go on to a corner."""
    rows = [(2.0, [1, 1, 1, 0], 2.0), (-math.inf, [0, 1, 1, 2], 2.0)]
    part = whole(made(rows, [1] * 4, {"preferences": [9, 4, 5, -3]}))
    relaxation = highs.relaxation(part, math.inf, interior=True)
    assert relaxation is not None
    assert relaxation.value == pytest.approx(9)
    assert (part.matrix @ relaxation.point <= part.upper + 1e-6).all()
    assert (part.matrix @ relaxation.point >= part.lower - 1e-6).all()


def test_what_is_too_large_for_the_interior_point_method_has_duals_that_prove_nearly_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes and seconds that make a small part a large one."""
    part = hard()
    expected = highs.relaxation(part, math.inf)
    monkeypatch.setattr(highs, "LARGE", 100)
    monkeypatch.setattr(highs, "SECONDS_TO_PRESOLVE", 0.0)
    found = highs.relaxation(part, 600.0, interior=True)
    assert expected is not None
    assert found is not None
    assert found.value == pytest.approx(expected.value, rel=1e-3)
    proven = bound_from(part, found.duals).value
    assert proven <= part.rounded_up(expected.value)
    assert proven == pytest.approx(expected.value, rel=1e-3)
    assert (part.matrix @ found.point <= part.upper + 0.01).all()


def test_without_a_time_limit_no_clock_decides_who_solves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    part = hard()
    expected = highs.relaxation(part, math.inf, interior=True)
    monkeypatch.setattr(highs, "LARGE", 100)
    monkeypatch.setattr(highs, "SECONDS_TO_PRESOLVE", 0.0)
    found = highs.relaxation(part, math.inf, interior=True)
    assert expected is not None
    assert found is not None
    assert found.duals.tolist() == expected.duals.tolist()


def test_a_part_that_is_too_large_and_has_no_solution_has_no_relaxation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highs, "LARGE", 1)
    none = whole(made([(1, [1, 1], 1), (1, [1, -1], math.inf), (1, [-1, 1], math.inf)], [2, 2]))
    for seconds in (600.0, math.inf):
        assert highs.relaxation(none, seconds, interior=True) is None
