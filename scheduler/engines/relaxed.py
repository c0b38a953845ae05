"""Relaxations of whole tiers, with the climbs that start from what they prove; remembered, since several ask for the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.domain.schedule import TIERS, TierName
from scheduler.engines.bounds import Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb
from scheduler.engines.cuts.cutting import Cutting
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.projection import projected_bound
from scheduler.engines.results import Relaxation
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Floats, Programme


@dataclass(frozen=True)
class Relaxed:
    """A part's relaxation, and the climb that starts from the bound that it proves."""

    relaxation: Relaxation
    climb: Climb

    @property
    def bound(self) -> Bound:
        """What the relaxation proves."""
        return self.climb.bound


class Relaxations:
    """What relaxations of the tiers of one plan give."""

    def __init__(self, highs: Highs, candidates: Candidates, seed: int) -> None:
        self._highs = highs
        self._seed = seed
        self._conferences = len(candidates.problem.conferences)
        self._cutting = Cutting(highs, candidates, seed)
        self._known: dict[tuple[TierName, bytes, bytes, tuple[tuple[int, bytes], ...]], Relaxed | None] = {}
        self._floors: dict[tuple[bytes, bytes], int] = {}

    def of(self, tier: TierName, columns: Ints, caps: Sequence[Cap], programme: Programme, budget: Budget) -> Relaxed | None:
        """A tier's relaxation with only these columns; None where it has no solution or the budget ran out."""
        key = tier, _digest(columns), _digest(programme.row_lower), tuple((cap.limit, _digest(cap.costs)) for cap in caps)
        if key not in self._known:
            if budget.left <= 0:
                return None  # making the part may take seconds too
            part = tier_part(tier, columns, caps, programme)
            solved = self._highs.relaxation(part, budget, interior=True)
            bound = None if solved is None else bound_from(part, solved.duals)
            tighten = self._cutting if tier == TIERS[-1] else None
            if solved is None and budget.over:
                return None  # with more time there may be one
            climb = None if bound is None else Climb(bound, bound.value, tighten=tighten)
            self._known[key] = None if solved is None or climb is None else Relaxed(solved, climb)
        return self._known[key]

    def caseload_floor(self, columns: Ints, programme: Programme) -> int:
        """The least caseload that these columns allow, by its own rows."""
        key = _digest(columns), _digest(programme.row_lower)
        if key not in self._floors:
            part = tier_part("caseload", columns, [], programme)
            self._floors[key] = projected_bound(part, self._conferences, self._seed)
        return self._floors[key]


def tier_part(tier: TierName, columns: Ints, caps: Sequence[Cap], programme: Programme) -> Part:
    """What a tier may cost with only these columns."""
    return part_of(programme, columns, programme.costs[tier], programme.constants[tier], caps)


def tier_cap(tier: TierName, value: int, programme: Programme) -> list[Cap]:
    """What keeps a tier at that value or below; nothing where it could not cost more."""
    costs, limit = programme.costs[tier], value - programme.constants[tier]
    most = int(np.maximum(costs, 0) @ programme.upper.astype(np.int64))
    return [Cap(costs, limit)] if limit < most else []


def _digest(array: Ints | Floats) -> bytes:
    return hashlib.sha256(array.tobytes()).digest()
