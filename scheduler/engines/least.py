"""What conferences cost alone, if none stood in another's way: the ground of the first bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.schedule import TierName
from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme

BY_CONFERENCE: tuple[TierName, ...] = ("late", "stability", "continuity")
NONE = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Least:
    """The least that each conference can cost in a tier, by its candidates' own costs."""

    candidates: Candidates
    programme: Programme

    def of_each(self, tier: TierName, columns: Ints) -> Ints:
        """For each conference; NONE where it has no candidate among the columns."""
        number, conferences = len(self.candidates), len(self.candidates.problem.conferences)
        column = columns[columns < number]
        least = np.full(len(self.candidates.requests), NONE)
        np.minimum.at(least, self.candidates.request[column], self.programme.costs[tier][column])
        return least[:conferences]

    def possible(self, columns: Ints) -> Mask:
        """Which conferences have a candidate among the columns."""
        return np.asarray(self.of_each("unplaced", columns) < NONE)

    def with_all_placed(self, columns: Ints) -> Programme:
        """The programme in which every conference that has a candidate among the columns is booked."""
        lower = self.programme.row_lower.copy()
        lower[np.flatnonzero(self.possible(columns))] = 1
        return replace(self.programme, row_lower=lower)

    def total(self, tier: TierName, columns: Ints) -> int:
        """What a tier is at least if every conference with a candidate is placed."""
        least = self.of_each(tier, columns)
        return self.programme.constants[tier] + int(least[least < NONE].sum())

    def above(self, tier: TierName, columns: Ints) -> Ints:
        """What each column costs above the least of its conference; 0 for columns that count."""
        number, conferences = len(self.candidates), len(self.candidates.problem.conferences)
        least = np.zeros(len(self.candidates.requests), dtype=np.int64)
        least[:conferences] = self.of_each(tier, columns)
        is_candidate = columns < number
        own = columns[is_candidate]
        above = np.zeros(len(columns), dtype=np.int64)
        above[is_candidate] = self.programme.costs[tier][own] - least[self.candidates.request[own]]
        return above

    def cheapest(self, tier: TierName, columns: Ints, excess: int) -> Ints:
        """The columns that cost a conference at most ``excess`` above its least."""
        return columns[self.above(tier, columns) <= excess]

    def rank(self) -> Ints:
        """The candidates' ranks by what they cost alone, the earlier tiers first."""
        number = len(self.candidates)
        costs = [self.programme.costs[tier][:number] for tier in (*BY_CONFERENCE, "preferences")]
        rank = np.empty(number, dtype=np.int64)
        rank[np.lexsort(costs[::-1])] = np.arange(number)
        return rank
