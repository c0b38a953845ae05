"""An LP relaxation that rows are added to: HiGHS's dual simplex starts from the basis that it had.

MathOpt can't solve an LP by HiGHS again from its basis, so this is HiGHS's own binding. It must not be loaded beside OR-Tools,
which brings another release of HiGHS: only the child process of ``server`` imports it.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from scheduler.engines.cuts.rows import UNLIMITED, Rows
from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats

INFINITE = highspy.kHighsInf
OPTIONS: tuple[tuple[str, bool | int | str], ...] = (
    ("output_flag", False),
    ("threads", 1),
    ("solver", "simplex"),
    ("simplex_strategy", 1),  # the dual simplex, in one thread
)


@dataclass(frozen=True)
class Vertex:
    """An optimal vertex and its duals; or, if there is no solution, no point and a dual ray. One dual for each row."""

    point: Floats | None
    duals: Floats


class WarmLp:
    """A part's relaxation with cuts after its own rows."""

    def __init__(self, part: Part) -> None:
        self._own = part.matrix.shape[0]
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave the constructor untyped
        for name, value in OPTIONS:
            self._solver.setOptionValue(name, value)
        matrix = sparse.csc_array(part.matrix)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = part.costs.astype(np.float64), np.zeros(len(part.columns)), part.top
        lp.row_lower_ = np.where(part.lower <= -UNLIMITED, -INFINITE, part.lower)
        lp.row_upper_ = np.where(part.upper >= UNLIMITED, INFINITE, part.upper)
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data.astype(np.float64)
        self._solver.passModel(lp)

    @property
    def iterations(self) -> int:
        """Return the iterations of the last solve."""
        return max(0, int(self._solver.getInfo().simplex_iteration_count))

    def solve(self, seconds: float) -> Vertex | None:
        """Return the optimum, or a ray that shows there is no solution; None if neither comes in time."""
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds if np.isfinite(seconds) else INFINITE)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            solution = self._solver.getSolution()
            return Vertex(np.array(solution.col_value), np.array(solution.row_dual))
        if status == highspy.HighsModelStatus.kInfeasible:
            _, has_ray, ray = self._solver.getDualRay()  # type: ignore[attr-defined]  # its stubs leave it out
            return Vertex(None, np.array(ray)) if has_ray else None
        return None

    def add(self, cuts: Rows) -> None:
        """Add cuts after all other rows."""
        matrix = cuts.matrix
        self._solver.addRows(
            len(cuts),
            np.full(len(cuts), -INFINITE),
            cuts.most.astype(np.float64),
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
        )

    def drop(self, cuts: Ints) -> None:
        """Remove cuts, by their positions among the cuts."""
        self._solver.deleteRows(len(cuts), (cuts + self._own).astype(np.int32))

    def fix(self, columns: Mask) -> None:
        """Keep columns at 0."""
        fixed = np.flatnonzero(columns).astype(np.int32)
        self._solver.changeColsBounds(len(fixed), fixed, np.zeros(len(fixed)), np.zeros(len(fixed)))
