"""HiGHS, through OR-Tools' MathOpt: linear relaxations with their duals, and whole-number programmes."""

from __future__ import annotations

import datetime as dt

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation, Searched
from scheduler.grouping import Ints

TOLERANCE = 1e-4
EXACT = {"relative_gap_tolerance": 0.0, "absolute_gap_tolerance": 0.999}


def relaxation(part: Part, time_limit: float) -> Relaxation | None:
    """Solve the part without whole numbers; None where it has no solution or the seconds ran out."""
    if not len(part.columns):
        return Relaxation(float(part.constant), np.zeros(0), np.zeros(len(part.lower))) if part.possible else None
    if not len(part.columns):  # HiGHS gives no dual values of nothing
        return Relaxation(float(part.constant), np.zeros(0), np.zeros(len(part.lower)))
    model = mathopt.Model.from_model_proto(_proto(part, whole=False))
    parameters = mathopt.SolveParameters(time_limit=_limit(time_limit), lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    values, duals = result.variable_values(), result.dual_values()
    point = np.array([values[variable] for variable in model.variables()])
    prices = np.array([duals[row] for row in model.linear_constraints()])
    return Relaxation(result.objective_value() + part.constant, point, prices)


def search(part: Part, time_limit: float, seed: int, hint: Ints | None = None) -> Searched:
    """Solve the part in whole numbers, for at most some seconds (infinite for no limit); it can't be stopped before.

    ``hint`` gives values of the columns to start from.
    """
    if not part.possible:
        return Searched(None, np.inf, finished=True)
    model = mathopt.Model.from_model_proto(_proto(part, whole=True))
    start = mathopt.ModelSolveParameters()
    if hint is not None:
        values = {variable: float(value) for variable, value in zip(model.variables(), hint.tolist(), strict=True)}
        start.solution_hints.append(mathopt.SolutionHint(variable_values=values))
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        model_params=start,
        params=mathopt.SolveParameters(time_limit=_limit(time_limit), random_seed=seed, **EXACT),
    )
    reason = result.termination.reason
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return Searched(None, np.inf, finished=True)
    point = None
    if result.solutions:
        found = result.variable_values()
        point = np.round([found[variable] for variable in model.variables()]).astype(np.int64)
    finished = reason == mathopt.TerminationReason.OPTIMAL
    bound = max(part.least, result.termination.objective_bounds.dual_bound + part.constant - TOLERANCE)
    return Searched(point, bound, finished)


def _limit(seconds: float) -> dt.timedelta | None:
    return None if np.isinf(seconds) else dt.timedelta(seconds=max(seconds, 0.01))


def _proto(part: Part, *, whole: bool) -> model_pb2.ModelProto:
    """The part as MathOpt's own message: much faster than adding rows one by one."""
    proto = model_pb2.ModelProto()
    columns, rows = len(part.columns), len(part.lower)
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend(part.top.tolist())
    proto.variables.integers.extend([whole] * columns)
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(part.lower.tolist())
    proto.linear_constraints.upper_bounds.extend(part.upper.tolist())
    costly = np.flatnonzero(part.costs)
    proto.objective.linear_coefficients.ids.extend(costly.tolist())
    proto.objective.linear_coefficients.values.extend(part.costs[costly].astype(np.float64).tolist())
    matrix = part.matrix.copy()
    matrix.sort_indices()
    entries = matrix.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(entries.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(entries.col.tolist())
    proto.linear_constraint_matrix.coefficients.extend(entries.data.tolist())
    return proto
