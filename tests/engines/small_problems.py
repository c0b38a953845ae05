"""Small problems with what the engines make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import numpy as np

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, TierName
from scheduler.engines.filling import completed, filled
from scheduler.engines.kept_highs import kept_highs
from scheduler.engines.part import Cap
from scheduler.grouping import Ints
from scheduler.lock_conflicts import candidates_for_locks
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme
from scheduler.planner import plan
from tests.engines.small import best_tiers
from tests.random_problems import random_problem


@dataclass(frozen=True)
class Case:
    """A problem's programme, the candidates that keep its locks, and its optimum tier by tier."""

    candidates: Candidates
    programme: Programme
    locked: Ints
    optimum: tuple[int, ...]

    @property
    def earning(self) -> Ints:
        earning = np.flatnonzero(self.programme.costs["preferences"] < 0)
        return earning[earning >= len(self.candidates)]

    def start(self) -> Ints:
        """What filling gives."""
        number = len(self.candidates)
        chosen = filled(self.candidates, self.programme, np.arange(number), self.locked)
        return completed(self.programme, chosen, self.earning)

    def caps_before(self, tier: TierName) -> list[Cap]:
        """What keeps the earlier tiers at their optimum."""
        costs, constants = self.programme.costs, self.programme.constants
        earlier = TIERS[: TIERS.index(tier)]
        return [Cap(costs[name], value - constants[name]) for name, value in zip(earlier, self.optimum, strict=False)]


@cache
def case(seed: int) -> Case | None:
    """The random problem of a seed; None where its locks can't be kept or nothing can be booked."""
    return case_of(random_problem(Random(seed)))


def case_of(problem: Problem) -> Case | None:
    """The same of any problem."""
    builder = build_programme(problem)
    programme = builder.programme()
    try:
        locked = candidates_for_locks(builder, programme)
    except InputError:
        return None
    return Case(builder.candidates, programme, locked, best_tiers(programme)) if len(builder.candidates) else None


def cases(number: int, first: int = 0) -> Iterator[Case]:
    """So many random problems."""
    seed = first
    while number:
        if (found := case(seed)) is not None:
            number -= 1
            yield found
        seed += 1


def planned(problem: Problem, **options: Any) -> Schedule:
    """A plan. The process for relaxations is kept, since to start one takes longer than a small problem."""
    with kept_highs() as highs:
        return plan(problem, highs=highs, **options)
