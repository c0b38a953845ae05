from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from scheduler.engines.cuts.parameters import ZeroHalf
from scheduler.engines.cuts.rows import Rows
from scheduler.engines.cuts.zero_half import rebuilt, zero_half_cuts
from scheduler.grouping import Ints


def rows(matrix: list[list[int]], most: list[int]) -> Rows:
    return Rows(sparse.csr_array(np.array(matrix, dtype=np.int64)), np.array(most, dtype=np.int64))


def points(top: Ints) -> Ints:
    """All whole points between 0 and ``top``."""
    return np.array(list(product(*(range(one + 1) for one in top))), dtype=np.int64)


def kept(of: Rows, top: Ints) -> Ints:
    """The whole points that keep the rows."""
    every = points(top)
    return every[(of.matrix @ every.T <= of.most[:, None]).all(axis=0)]


def test_a_triangle_is_cut() -> None:
    triangle = rows([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [1, 1, 1])
    cuts = zero_half_cuts(triangle, np.full(3, 0.5), np.ones(3, dtype=np.int64), ZeroHalf(), np.random.default_rng(0))
    assert (cuts.matrix.toarray().tolist(), cuts.most.tolist()) == ([[1, 1, 1]], [1])


def test_the_limit_of_a_column_makes_its_coefficient_even() -> None:
    """2x + y <= 3 with y near its limit 1 gives x + y <= 2, and with y near 0 it gives x <= 1."""
    one, top = rows([[2, 1]], [3]), np.array([2, 1])
    above = rebuilt(one, np.array([[True]]), np.array([False, True]), top)
    below = rebuilt(one, np.array([[True]]), np.array([False, False]), top)
    assert (above.matrix.toarray().tolist(), above.most.tolist()) == ([[1, 1]], [2])
    assert (below.matrix.toarray().tolist(), below.most.tolist()) == ([[1, 0]], [1])


def test_a_whole_point_has_no_cut() -> None:
    triangle = rows([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [1, 1, 1])
    point = np.array([1.0, 0.0, 0.0])
    assert len(zero_half_cuts(triangle, point, np.ones(3, dtype=np.int64), ZeroHalf(), np.random.default_rng(0))) == 0


@st.composite
def rows_and_points(draw: st.DrawFn) -> tuple[Rows, Ints, np.ndarray]:  # type: ignore[type-arg]  # any array of fractions
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    matrix = draw(arrays(np.int64, (height, width), elements=st.integers(-3, 3)))
    most = draw(arrays(np.int64, height, elements=st.integers(-2, 6)))
    top = draw(arrays(np.int64, width, elements=st.integers(0, 3)))
    share = draw(arrays(np.float64, width, elements=st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 0.75, 1.0])))
    return Rows(sparse.csr_array(matrix), most), top, share * top


@given(rows_and_points())
def test_no_cut_removes_a_whole_point_that_keeps_the_rows(drawn: tuple[Rows, Ints, np.ndarray]) -> None:  # type: ignore[type-arg]
    of, top, point = drawn
    cuts = zero_half_cuts(of, point, top, ZeroHalf(), np.random.default_rng(0))
    assert (cuts.excess(point) > 0).all()
    assert (cuts.matrix @ kept(of, top).T <= cuts.most[:, None]).all()


@given(rows_and_points(), st.data())
def test_no_combination_of_rows_at_all_gives_a_false_cut(drawn: tuple[Rows, Ints, np.ndarray], data: st.DataObject) -> None:  # type: ignore[type-arg]
    of, top, _ = drawn
    chosen = data.draw(arrays(np.bool_, (3, len(of))))
    is_high = data.draw(arrays(np.bool_, len(top)))
    cuts = rebuilt(of, chosen, is_high, top)
    assert (cuts.matrix @ kept(of, top).T <= cuts.most[:, None]).all()
