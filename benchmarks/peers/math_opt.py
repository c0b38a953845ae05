"""Programmes as MathOpt's own messages, for the solvers behind it: much faster than adding rows one by one."""

from __future__ import annotations

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from scheduler.domain.schedule import TierName
from scheduler.model.draft import Programme


def model_of(programme: Programme, tier: TierName, *, whole: bool) -> mathopt.Model:
    """The programme with one tier to minimise, in whole numbers or relaxed; variables in the order of the columns."""
    columns, rows = programme.columns, len(programme.row_lower)
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend(programme.upper.tolist())
    proto.variables.integers.extend([whole] * columns)
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(programme.row_lower.tolist())
    proto.linear_constraints.upper_bounds.extend(programme.row_upper.tolist())
    costs = programme.costs[tier]
    costly = np.flatnonzero(costs)
    proto.objective.offset = float(programme.constants[tier])
    proto.objective.linear_coefficients.ids.extend(costly.tolist())
    proto.objective.linear_coefficients.values.extend(costs[costly].astype(np.float64).tolist())
    matrix = programme.matrix.copy()
    matrix.sort_indices()
    entries = matrix.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(entries.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(entries.col.tolist())
    proto.linear_constraint_matrix.coefficients.extend(entries.data.tolist())
    return mathopt.Model.from_model_proto(proto)
