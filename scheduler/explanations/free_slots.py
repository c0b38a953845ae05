"""Slots of a target that are free beside the diary as it is, by all hard rules or only by some of them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from scheduler.domain.problem import Problem, with_published
from scheduler.explanations.target import Target, TargetRule
from scheduler.model.build import build_programme
from scheduler.model.candidates import FixedDiary
from scheduler.model.places import single_places
from scheduler.offers.marginal import MarginalProgramme
from scheduler.rules import HARD_RULES, PREFERENCE_RULES, TIER_RULES
from scheduler.rules.protocols import BuilderProtocol

WITHOUT_RECORDING = frozenset(rule.name for rule in HARD_RULES) - {"R5"}
"""The rules of whole slots. Who takes the minutes is no row of candidates alone."""
OF_ROOMS = frozenset({"R1", "R2", "R8", "R9"})
OF_CHAIRS = frozenset({"R1", "R3", "R4", "R8", "R9"})


class _OnlyAskedRule(TargetRule):
    """The slots of the target, without requiring a booking."""

    def post(self, builder: BuilderProtocol) -> None:
        """Post nothing."""


def cheapest_free(problem: Problem, target: Target, rules: Collection[str] = WITHOUT_RECORDING) -> tuple[int, ...] | None:
    """Return what the cheapest slot costs in each tier beside all published bookings, or None if none is free.

    Held slots give way, at no cost. ``rules`` are the hard rules that count; without R5, nobody need take the minutes.
    """
    own = problem.published_by_id.get(target.conference)
    others = tuple(problem.as_published(one) for one in problem.published if one.conference != target.conference)
    hard = [rule for rule in HARD_RULES if rule.name in rules]
    builder = build_programme(
        with_published(problem, () if own is None else (own,)),
        single_places(problem),
        [*hard, _OnlyAskedRule(target), *TIER_RULES, *PREFERENCE_RULES],
        FixedDiary(others, frozenset({target.conference})),
    )
    programme = MarginalProgramme.of(builder)
    if not len(programme.free):
        return None
    base = programme.point()
    evaluation = programme.evaluate(programme.free, base, base)
    if not evaluation.possible.any():
        return None
    return min(tuple(costs) for costs in evaluation.costs[:, np.flatnonzero(evaluation.possible)].T.tolist())


def what_is_taken(problem: Problem, target: Target) -> str | None:
    """Return in words what is closed, away or taken at every slot of the target, or None if one is free of all of it."""
    title = problem.service.chair_title
    if cheapest_free(problem, target, OF_ROOMS) is None:
        return "every room that suits it is closed or taken"
    if cheapest_free(problem, target, OF_CHAIRS) is None:
        return f"every {title} who may chair it is away, booked or at their limits"
    if cheapest_free(problem, target) is None:
        return f"no start has a room, a {title} and a social worker free together"
    return None
