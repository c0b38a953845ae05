"""A tier's bound from its own rows alone: what would be its best if nothing else stood in the way.

Columns that look the same in these rows are one; what is left is so small that CP-SAT solves it at once.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from scheduler.engines import cp_sat
from scheduler.engines.part import Part

WORK = 1.0


def projected_bound(part: Part, conferences: int, seed: int) -> int:
    """The least that the objective can be, by the rows of its costly columns and those that place the conferences.

    The programme's first rows, ``conferences`` of them, are those that place one conference each.
    """
    touched = part.matrix[:, np.flatnonzero(part.costs)].tocoo().row
    of_objective = np.setdiff1d(touched, np.flatnonzero(part.rows < conferences))
    placing = np.flatnonzero((part.rows < conferences) & (part.lower == 1))
    rows = np.concatenate([of_objective, placing])
    matrix = sparse.csc_array(part.matrix[rows])
    placed = np.full(len(part.columns), -1)
    entries = matrix[len(of_objective) :].tocoo()
    placed[entries.col] = entries.row
    look = np.column_stack([placed, part.costs, matrix[: len(of_objective)].T.toarray()])
    _, first, kind = np.unique(look, axis=0, return_index=True, return_inverse=True)
    few = sparse.csr_array(matrix[:, first])
    small = Part(
        part.columns[first],
        few,
        part.lower[rows],
        part.upper[rows],
        np.bincount(kind.ravel(), weights=part.top, minlength=len(first)).astype(np.float64),
        part.costs[first],
        part.constant,
        part.possible,
        part.rows[rows],
    )
    result = cp_sat.search(small, work_limit=WORK, seed=seed)
    return small.rounded_up(result.bound) if np.isfinite(result.bound) else small.least
