"""Small whole-number programmes, all their solutions, and what the engines' tests share."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from scheduler.domain.schedule import TIERS, TierName
from scheduler.engines.budget import Budget
from scheduler.engines.part import Part, part_of
from scheduler.grouping import Ints
from scheduler.model.programme import Programme


def array(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64)


def no_limit() -> Budget:
    return Budget(time.monotonic, time.monotonic(), None)


def made(
    rows: list[tuple[float, list[int], float]],
    top: list[int],
    costs: Mapping[TierName, list[int]] | None = None,
    constants: Mapping[TierName, int] | None = None,
) -> Programme:
    """A programme of rows (lower limit, coefficients, upper limit)."""
    width = len(top)
    given = dict(costs or {})
    return Programme(
        matrix=sparse.csr_array(np.array([row[1] for row in rows], dtype=np.float64).reshape(len(rows), width)),
        row_lower=np.array([row[0] for row in rows], dtype=np.float64),
        row_upper=np.array([row[2] for row in rows], dtype=np.float64),
        upper=np.array(top, dtype=np.float64),
        costs={tier: np.array(given.get(tier, [0] * width), dtype=np.int64) for tier in TIERS},
        constants=dict.fromkeys(TIERS, 0) | dict(constants or {}),
    )


def whole(programme: Programme, tier: TierName = "preferences") -> Part:
    """All of a programme as a part."""
    return part_of(programme, np.arange(programme.columns), programme.costs[tier], programme.constants[tier])


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Up to five columns from 0 to at most 3, up to five rows of every kind, and costs of the preferences, often with a step."""
    width = draw(st.integers(1, 5))
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        coefficients = draw(st.lists(st.integers(-3, 3), min_size=width, max_size=width))
        one, other = sorted(draw(st.tuples(st.integers(-4, 6), st.integers(-4, 6))))
        limits = draw(st.sampled_from([(-math.inf, other), (one, math.inf), (one, other), (one, one), (-math.inf, math.inf)]))
        rows.append((limits[0], coefficients, limits[1]))
    step = draw(st.sampled_from([1, 1, 2, 5]))
    costs = draw(st.lists(st.integers(-9, 9).map(lambda n: n * step), min_size=width, max_size=width))
    top = draw(st.lists(st.integers(0, 3), min_size=width, max_size=width))
    return made(rows, top, {"preferences": costs}, {"preferences": draw(st.integers(-20, 20))})


def points(top: Any) -> Ints:
    """Every point of whole numbers from 0 to ``top``."""
    found = list(itertools.product(*(range(int(most) + 1) for most in top)))
    return np.array(found, dtype=np.int64).reshape(len(found), len(top))


def keeps(programme: Programme | Part, point: Ints) -> Any:
    """Whether a point, or each of many, keeps every row and the columns' limits."""
    lower, upper, top = (
        (programme.lower, programme.upper, programme.top)
        if isinstance(programme, Part)
        else (programme.row_lower, programme.row_upper, programme.upper)
    )
    activity = point @ programme.matrix.toarray().T
    in_rows = ((lower <= activity) & (activity <= upper)).all(axis=-1)
    return in_rows & ((point >= 0) & (point <= top)).all(axis=-1)


def solutions(part: Part) -> dict[tuple[int, ...], int]:
    """Every solution of a part with its value."""
    found = points(part.top)
    found = found[keeps(part, found)]
    values = part.constant + found @ part.costs
    return {tuple(point): value for point, value in zip(found.tolist(), values.tolist(), strict=True)}


def hard() -> Part:
    """What takes far longer than a test: 400 columns that all earn, 300 rows."""
    random = np.random.default_rng(1)
    columns, rows = 400, 300
    matrix = sparse.csr_array((random.random((rows, columns)) < 0.05).astype(np.float64))
    limits = np.full(rows, -np.inf), np.full(rows, 2.0)
    costs = -random.integers(10, 50, columns)
    return Part(np.arange(columns), matrix, *limits, np.ones(columns), costs, 7, True, np.arange(rows))


def needle(columns: int = 40, rows: int = 5) -> tuple[list[tuple[float, list[int], float]], Ints]:
    """Rows over columns of 0 or 1 with hardly a solution but the one given: no search finds it, or shows there is none, soon."""
    random = np.random.default_rng(2)
    coefficients, solution = random.integers(1, 100, (rows, columns)), random.integers(0, 2, columns)
    sums = (coefficients @ solution).tolist()
    return [(float(total), row, float(total)) for row, total in zip(coefficients.tolist(), sums, strict=True)], solution


def widened(part: Part, smaller: Part) -> dict[tuple[int, ...], int]:
    """Every solution of a part with fewer of the columns, the others being 0, with its value."""
    place = np.searchsorted(part.columns, smaller.columns)
    found: dict[tuple[int, ...], int] = {}
    for point, value in solutions(smaller).items():
        wide = np.zeros(len(part.columns), dtype=np.int64)
        wide[place] = point
        found[tuple(wide.tolist())] = value
    return found


def best_tiers(programme: Programme) -> tuple[int, ...]:
    """The lexicographic optimum of a programme that has a solution, by a solver of its own for each tier."""
    matrix, upper = programme.matrix.toarray(), programme.row_upper
    lower = programme.row_lower
    tiers: list[int] = []
    for tier in TIERS:
        cost = programme.costs[tier]
        rows = LinearConstraint(matrix, lower, upper) if len(lower) else ()
        found = milp(cost, integrality=np.ones_like(cost), bounds=Bounds(0, programme.upper), constraints=rows)
        best = round(found.fun)
        tiers.append(programme.constants[tier] + best)
        matrix = np.vstack([matrix, cost])
        lower, upper = np.append(lower, -np.inf), np.append(upper, best)
    return tuple(tiers)
