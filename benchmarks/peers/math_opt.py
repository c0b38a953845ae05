"""Programmes as MathOpt models."""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from scheduler.domain.schedule import TierName
from scheduler.engines.highs import message
from scheduler.model.programme import Programme


def model_of(programme: Programme, tier: TierName, *, whole: bool) -> mathopt.Model:
    """Return a model that minimises one tier, with integer or continuous variables in the order of the columns."""
    limits = programme.row_lower, programme.row_upper, programme.upper
    proto = message(programme.matrix, *limits, programme.costs[tier], whole=whole)
    proto.objective.offset = float(programme.constants[tier])
    return mathopt.Model.from_model_proto(proto)
