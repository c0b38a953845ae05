"""LP relaxations with their duals, by HiGHS and (large ones) PDLP, through OR-Tools' MathOpt."""

from __future__ import annotations

import datetime as dt

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from scipy import sparse

from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation
from scheduler.grouping import Ints
from scheduler.model.programme import Floats, Matrix

LARGE = 60_000
"""Columns above which PDLP takes over from HiGHS's interior-point method, if there is a time limit."""
SECONDS_TO_PRESOLVE = 5.0
"""Time for HiGHS before PDLP takes over. HiGHS's presolve detects infeasibility at once, PDLP only after a long time."""
NEAR_ENOUGH = 1e-5
"""PDLP's relative and absolute optimality tolerance."""
THREADS = 2
"""PDLP's threads."""
CONCLUSIVE = (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
"""Results that need no second method."""


def relaxation(part: Part, time_limit: float, interior: bool = False) -> Relaxation | None:
    """Return the LP relaxation of the part; None if it is infeasible or the time limit is reached.

    ``interior`` asks for a point in the interior of the optimal face, whose reduced costs fix the most columns, instead of a
    vertex. A large part goes to PDLP only if there is a time limit: without one, figures must not depend on the machine.
    """
    if not len(part.columns):  # HiGHS returns no duals for an empty model
        return Relaxation(float(part.constant), np.zeros(0), np.zeros(len(part.lower))) if part.possible else None
    model = mathopt.Model.from_model_proto(message(part.matrix, part.lower, part.upper, part.top, part.costs))
    is_large = interior and len(part.columns) > LARGE and np.isfinite(time_limit)
    result = _by_interior_point(model, min(time_limit, SECONDS_TO_PRESOLVE) if is_large else time_limit) if interior else None
    if result is None or result.termination.reason not in CONCLUSIVE:
        result = _first_order(model, time_limit - SECONDS_TO_PRESOLVE) if is_large else _by_simplex(model, time_limit)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    values, duals = result.variable_values(), result.dual_values()
    point = np.array([values[variable] for variable in model.variables()])
    prices = np.array([duals[row] for row in model.linear_constraints()])
    return Relaxation(result.objective_value() + part.constant, point, prices)


def _by_simplex(model: mathopt.Model, time_limit: float) -> mathopt.SolveResult:
    parameters = mathopt.SolveParameters(time_limit=_limit(time_limit), lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX)
    return mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)


def _by_interior_point(model: mathopt.Model, time_limit: float) -> mathopt.SolveResult | None:
    """Return the interior-point relaxation without crossover; None if HiGHS can't classify its result."""
    parameters = mathopt.SolveParameters(time_limit=_limit(time_limit))
    parameters.highs.string_options.update(solver="ipx", run_crossover="off")
    try:
        return mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    except Exception:  # MathOpt has no specific error for HiGHS's status "unknown"
        return None


def _first_order(model: mathopt.Model, time_limit: float) -> mathopt.SolveResult:
    """Return the relaxation by PDLP, which needs no factorisation. Its approximate duals are good enough for a dual bound."""
    parameters = mathopt.SolveParameters(time_limit=_limit(time_limit))
    criteria = parameters.pdlp.termination_criteria.simple_optimality_criteria
    criteria.eps_optimal_relative = criteria.eps_optimal_absolute = NEAR_ENOUGH
    parameters.pdlp.num_threads = THREADS
    return mathopt.solve(model, mathopt.SolverType.PDLP, params=parameters)


def _limit(seconds: float) -> dt.timedelta | None:
    return None if np.isinf(seconds) else dt.timedelta(seconds=max(seconds, 0.01))


def message(
    matrix: Matrix, lower: Floats, upper: Floats, top: Floats, costs: Ints, *, whole: bool = False
) -> model_pb2.ModelProto:
    """Return the MathOpt message that minimises ``costs @ x`` with ``lower <= matrix @ x <= upper`` and ``0 <= x <= top``.

    Filling the message is much faster than adding rows to a model one by one.
    """
    proto = model_pb2.ModelProto()
    rows, columns = matrix.shape
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend(top.tolist())
    proto.variables.integers.extend([whole] * columns)
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(lower.tolist())
    proto.linear_constraints.upper_bounds.extend(upper.tolist())
    costly = np.flatnonzero(costs)
    proto.objective.linear_coefficients.ids.extend(costly.tolist())
    proto.objective.linear_coefficients.values.extend(costs[costly].astype(np.float64).tolist())
    in_order = sparse.csr_array(matrix, copy=True)
    in_order.sort_indices()
    entries = in_order.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(entries.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(entries.col.tolist())
    proto.linear_constraint_matrix.coefficients.extend(entries.data.tolist())
    return proto
