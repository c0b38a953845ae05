"""Building the programme of a problem from the rules."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from scheduler.domain.problem import Problem
from scheduler.model.candidates import Candidates, FixedDiary, all_candidates
from scheduler.model.places import Place, interchangeable_places
from scheduler.model.programme import ProgrammeBuilder
from scheduler.rules import RULES
from scheduler.rules.base import Rule


def build_programme(
    problem: Problem,
    places: Sequence[Place] | None = None,
    rules: Sequence[Rule] = RULES,
    diary: FixedDiary | None = None,
) -> ProgrammeBuilder:
    """Return the programme of the candidates, with the rows, columns and costs of every rule that the policy has switched on.

    ``places`` default to groups of interchangeable rooms. Single rooms make an equivalent programme with more columns.
    A ``diary`` fixes its bookings. They may break rules among themselves, so the rows may be infeasible together.
    """
    in_force = [rule for rule in rules if rule.is_on(problem.policy)]
    builder = ProgrammeBuilder(*possible_candidates(problem, places, in_force, diary))
    for rule in in_force:
        rule.post(builder)
    return builder


def possible_candidates(
    problem: Problem, places: Sequence[Place] | None, in_force: Sequence[Rule], diary: FixedDiary | None = None
) -> tuple[Candidates, dict[str, str]]:
    """Return the candidates that no rule forbids by themselves, and for each conference without any the rule that left none."""
    among = interchangeable_places(problem) if places is None else places
    candidates, impossible = _possible(problem, among, in_force, diary)
    if problem.conferences and candidates.first_left_out.any():
        hasty = {n for n, first in enumerate(candidates.first_left_out.tolist()) if first}
        in_full = {one.id for n, one in enumerate(problem.conferences) if n in hasty and one.id in impossible}
        if in_full:
            candidates, impossible = _possible(problem, among, in_force, diary, in_full)
    return candidates, impossible


def _possible(
    problem: Problem, places: Sequence[Place], rules: Sequence[Rule], diary: FixedDiary | None, in_full: Set[str] = frozenset()
) -> tuple[Candidates, dict[str, str]]:
    """Return the candidates that no rule forbids, and for each conference without any, the rule that forbade the last one."""
    candidates = all_candidates(problem, places, in_full, diary)
    impossible = dict.fromkeys(_without_candidate(candidates), "R1" if problem.chairs else "R3")
    for rule in rules:
        forbidden = rule.forbids(candidates)
        if forbidden is not None:
            candidates = candidates.select(~forbidden | candidates.is_fixed)
            impossible = dict.fromkeys(_without_candidate(candidates), rule.name) | impossible
    return candidates, impossible


def _without_candidate(candidates: Candidates) -> list[str]:
    """Return the conferences without a candidate."""
    counts = np.bincount(candidates.request, minlength=len(candidates.requests))
    return [conference.id for n, conference in enumerate(candidates.problem.conferences) if counts[n] == 0]
