"""The plain model of the contract, and the plain method: tier by tier, each starting from the previous tier's schedule.

There is a column for each conference, start, room and chair, and columns for minute takers. The rows come from the project's
own rules, so that the model certainly follows the contract. Two rules use the formulation that comes to mind first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from benchmarks.peers.protocol import Improvement, Run
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, Tier, TierName
from scheduler.grouping import Ints, Mask
from scheduler.measure import measure
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.places import single_places
from scheduler.model.programme import Programme, ProgrammeBuilder
from scheduler.rules import RULES
from scheduler.rules.base import Rule
from scheduler.rules.minute_takers import MinuteTakersRule
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.rules.unplaced import UnplacedRule

TOLERANCE = 1e-4


class PlainMinuteTakers(MinuteTakersRule):
    """R5 modelled with columns on every day."""

    def days_by_union(self, candidates: CandidatesProtocol) -> Mask:
        """Return no days, so that every day gets columns."""
        return np.zeros(len(candidates.days), dtype=np.bool_)


class PlainUnplaced(UnplacedRule):
    """T1 modelled with a column for each conference that is 1 if it has no booking."""

    def post(self, builder: BuilderProtocol) -> None:
        """Require the column or a candidate of each conference to be 1."""
        requests = np.arange(len(builder.problem.conferences))
        unplaced = builder.count_columns(len(requests))
        own = np.flatnonzero(~builder.candidates.is_hold)
        row = np.concatenate([builder.candidates.request[own], requests])
        builder.limit(row, np.concatenate([own, unplaced]), at_least=1)
        builder.pay("unplaced", unplaced, 1)


PLAIN_RULES: Mapping[type[Rule], Rule] = {MinuteTakersRule: PlainMinuteTakers(), UnplacedRule: PlainUnplaced()}


@dataclass(frozen=True)
class Point:
    """Values of a programme's columns, and the time (``time.monotonic``) of finding them."""

    when: float
    values: Ints


@dataclass(frozen=True)
class SearchResult:
    """The result of a search: its improving points in order, a lower bound, and whether the last point is proven optimal."""

    points: tuple[Point, ...]
    bound: float
    finished: bool


Search = Callable[[Programme, TierName, float, Ints | None], SearchResult]
"""``(programme, tier, seconds, hint)``: minimise one tier of the programme."""


def plain_builder(problem: Problem) -> ProgrammeBuilder:
    """Return the plain model: each room is a place of its own, and minute takers and unplaced conferences have columns."""
    return build_programme(problem, single_places(problem), [PLAIN_RULES.get(type(rule), rule) for rule in RULES])


def capped(programme: Programme, tier: TierName, value: int) -> Programme:
    """Return the programme with a row that limits a tier to its value, or unchanged if no point could exceed it."""
    costs, limit = programme.costs[tier], value - programme.constants[tier]
    if np.maximum(costs, 0) @ programme.upper <= limit:
        return programme
    row = sparse.csr_array(costs.reshape(1, -1).astype(np.float64))
    return replace(
        programme,
        matrix=sparse.csr_array(sparse.vstack([programme.matrix, row])),
        row_lower=np.append(programme.row_lower, -np.inf),
        row_upper=np.append(programme.row_upper, float(limit)),
    )


def tier_by_tier(problem: Problem, seconds: float, search: Search) -> Run:
    """Solve the whole plain model for each tier, with the earlier tiers limited to their values, until the time is up."""
    started = time.monotonic()
    builder = plain_builder(problem)
    programme = builder.programme()
    figures = {
        "columns": float(programme.columns),
        "rows": float(programme.matrix.shape[0]),
        "build_seconds": time.monotonic() - started,
    }
    points: list[Point] = []
    tiers: list[Tier] = []
    proven_seconds = None
    for tier in TIERS:
        before = time.monotonic()
        result = search(programme, tier, seconds - (before - started), points[-1].values if points else None)
        figures[f"{tier}_seconds"] = time.monotonic() - before
        points += result.points
        if not result.points:
            break
        value = programme.constants[tier] + int(programme.costs[tier] @ points[-1].values)
        bound = value if result.finished else min(value, math.ceil(max(0.0, result.bound - TOLERANCE)))
        tiers.append(Tier(name=tier, value=value, bound=bound, proven=bound == value))
        if bound < value:
            break
        programme = capped(programme, tier, value)
    if len(tiers) == len(TIERS) and tiers[-1].proven:
        proven_seconds = time.monotonic() - started
    schedules = ((point.when - started, _schedule(builder, point.values, tiers)) for point in points)
    history, schedule = improving(problem, schedules)
    return Run(schedule, history, proven_seconds, sum(tier.proven for tier in tiers), figures)


def improving(problem: Problem, schedules: Iterable[tuple[float, Schedule]]) -> tuple[tuple[Improvement, ...], Schedule | None]:
    """Return the schedules that improve on all before them, as a history, and the last of them."""
    history: list[Improvement] = []
    best = None
    for seconds, schedule in schedules:
        tiers = tuple(measure(problem, schedule).tiers.values())
        if not history or tiers < history[-1].tiers:
            history.append(Improvement(seconds, tiers))
            best = schedule
    return tuple(history), best


def _schedule(builder: ProgrammeBuilder, values: Ints, tiers: list[Tier]) -> Schedule:
    chosen = np.flatnonzero(values[: len(builder.candidates)])
    return Schedule(bookings=bookings_of(builder.candidates, chosen), tiers=tuple(tiers))
