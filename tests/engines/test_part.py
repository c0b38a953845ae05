import math
from functools import reduce

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.schedule import TIERS
from scheduler.engines.part import Cap, Part, part_of
from scheduler.model.programme import Programme
from tests.engines.small import array, keeps, made, points, programmes, solutions, whole

EXAMPLES = settings(max_examples=120, deadline=None)


@EXAMPLES
@given(programmes(), st.data())
def test_a_part_has_the_solutions_that_the_fixed_columns_and_the_caps_leave(programme: Programme, data: st.DataObject) -> None:
    width, costs = programme.columns, programme.costs["preferences"]
    free = np.array(data.draw(st.lists(st.booleans(), min_size=width, max_size=width)))
    fixed = array(*(data.draw(st.integers(0, int(top))) for top in programme.upper)) if data.draw(st.booleans()) else None
    caps = [
        Cap(array(*data.draw(st.lists(st.integers(-2, 4), min_size=width, max_size=width))), data.draw(st.integers(-3, 9)))
        for _ in range(data.draw(st.integers(0, 2)))
    ]
    part = part_of(programme, np.flatnonzero(free), costs, 7, caps, fixed)
    everywhere = points(np.where(free, programme.upper, 0)) + (0 if fixed is None else np.where(free, 0, fixed))
    kept = everywhere[
        keeps(programme, everywhere) & np.array([(everywhere @ cap.costs <= cap.limit) for cap in caps]).all(axis=0)
    ]
    expected = dict(zip(map(tuple, kept[:, free].tolist()), (7 + kept @ costs).tolist(), strict=True))
    assert solutions(part) == expected
    assert part.possible or not expected
    assert part.possible == bool(expected) or free.any()


@EXAMPLES
@given(programmes(), st.data())
def test_dropped_columns_are_0(programme: Programme, data: st.DataObject) -> None:
    part = whole(programme)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=programme.columns, max_size=programme.columns)))
    smaller = part.kept(keep)
    expected = {tuple(np.array(x)[keep]): value for x, value in solutions(part).items() if not np.array(x)[~keep].any()}
    assert smaller.columns.tolist() == np.flatnonzero(keep).tolist()
    assert solutions(smaller) == expected
    assert smaller.possible or not expected


@EXAMPLES
@given(programmes(), st.integers(-40, 40))
def test_below_leaves_the_solutions_of_at_most_a_value(programme: Programme, value: int) -> None:
    part = whole(programme)
    expected = {point: cost for point, cost in solutions(part).items() if cost <= value}
    assert solutions(part.below(value)) == expected
    assert part.below(value).possible or not expected


@EXAMPLES
@given(programmes())
def test_rows_says_which_rows_are_left(programme: Programme) -> None:
    part = whole(programme)
    assert part.matrix.toarray().tolist() == programme.matrix.toarray()[part.rows].tolist()
    assert part.lower.tolist() == programme.row_lower[part.rows].tolist()
    assert part.upper.tolist() == programme.row_upper[part.rows].tolist()
    left_out = np.setdiff1d(np.arange(len(programme.row_lower)), part.rows)
    activity = points(programme.upper) @ programme.matrix.toarray().T
    assert ((programme.row_lower <= activity) & (activity <= programme.row_upper))[:, left_out].all()


@EXAMPLES
@given(programmes(), st.integers(-480, 480).map(lambda n: n / 8))
def test_the_step_and_the_least_value_are_those_of_all_points(programme: Programme, bound: float) -> None:
    part = whole(programme)
    values = part.constant + points(programme.upper) @ part.costs
    assert reduce(math.gcd, part.costs.tolist(), 0) in {0, part.step}
    assert ((values - part.constant) % part.step == 0).all()
    assert part.least == values.min()
    up = part.rounded_up(bound)
    assert up - part.step < bound <= up
    assert (up - part.constant) % part.step == 0


def test_a_row_that_has_lost_its_columns_makes_a_part_impossible() -> None:
    programme = made([(2, [1, 1, 0], np.inf), (-np.inf, [0, 1, 1], 1)], [1, 1, 1])
    costs = programme.costs["preferences"]
    assert whole(programme).possible
    assert not part_of(programme, array(1, 2), costs, 0).possible
    assert part_of(programme, array(1, 2), costs, 0, fixed=array(1, 0, 0)).possible
    assert not part_of(programme, array(0), costs, 0, fixed=array(0, 1, 1)).possible
    assert not whole(programme).kept(np.array([True, False, False])).possible


def test_no_column_at_all() -> None:
    programme = made([(-np.inf, [1], 0)], [1], {"preferences": [3]}, {"preferences": 4})
    nothing = np.arange(0)
    for fixed, possible, value in ((array(0), True, 4), (array(1), False, 7)):
        part = part_of(programme, nothing, programme.costs["preferences"], 4, fixed=fixed)
        assert (part.possible, part.constant, part.step, part.matrix.shape[1]) == (possible, value, 1, 0)


def test_caps_are_rows_after_those_of_the_programme() -> None:
    programme = made([(0, [1, -1], 0)], [2, 2], {tier: [1, 2] for tier in TIERS})
    part: Part = part_of(programme, array(0, 1), array(1, 2), 5, [Cap(array(4, 0), 4), Cap(array(0, 1), 9)])
    assert part.rows.tolist() == [0, 1]
    assert solutions(part) == {(0, 0): 5, (1, 1): 8}
