"""Who must be handed over: a bound of continuity from each chair's own conferences alone.

No conference belongs to two chairs, so what their conferences cost at least adds up. Each chair's part has a few thousand
columns where the whole has hundreds of thousands, and says which few conferences could be handed over at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from scheduler.engines.bounds import Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb, no_ceiling
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import Least
from scheduler.engines.part import part_of
from scheduler.grouping import Ints
from scheduler.model.programme import Programme

WORK = 2.0


@dataclass(frozen=True)
class ChairHandovers:
    """What one chair's conferences (``requests``) cost at least together, above what each costs alone."""

    requests: Ints
    least: int
    bound: Bound

    def may_be_handed_over(self, excess: int) -> Ints:
        """The requests that a solution of at most ``excess`` above the least may give to others."""
        rows, prices = self.bound.part.rows, self.bound.prices
        too_dear = rows[np.abs(prices) > max(0, self.bound.room(self.least + excess))]  # a request's own row is under its number
        return np.setdiff1d(self.requests, too_dear)


@dataclass(frozen=True)
class Handovers:
    """What continuity is at least with some columns, and which of them that leaves."""

    alone: Least
    columns: Ints
    least: int
    chairs: tuple[ChairHandovers, ...]

    def within(self, value: int) -> Ints:
        """The columns that a solution of at most ``value`` may use, where each conference is placed."""
        number, excess = len(self.alone.candidates), value - self.least
        own, counting = self.columns[self.columns < number], self.columns[self.columns >= number]
        request, above = self.alone.candidates.request[own], self.alone.above("continuity", own)
        most = np.full(len(self.alone.candidates.requests), excess)
        for chair in self.chairs:
            most[chair.requests] = 0
            most[chair.may_be_handed_over(excess)] = chair.least + excess
        return np.concatenate([own[above <= most[request]], counting])


def handovers(highs: Highs, alone: Least, columns: Ints, budget: Budget, seed: int) -> Handovers | None:
    """What handing over costs at least, if every conference that has a column is placed; None where the time ran out."""
    candidates, programme = alone.candidates, _loosened(alone.programme, len(alone.candidates))
    counting = np.arange(len(candidates), programme.columns)
    chairs: list[ChairHandovers] = []
    for requests, own, extra in _by_chair(alone, columns):
        costs = np.zeros(programme.columns, dtype=np.int64)
        costs[own] = -extra[candidates.request[own]]
        part = part_of(programme, np.concatenate([own, counting]), costs, int(extra[requests].sum()))
        relaxation = highs.relaxation(part, budget, interior=True)
        if relaxation is None:
            return None
        bound = bound_from(part, relaxation.duals)
        climb = Climb(bound, max(0, bound.value))
        climb.search(no_ceiling, budget, seed=seed, work_limit=WORK)
        chairs.append(ChairHandovers(requests, climb.proven, bound))
    return Handovers(alone, columns, alone.total("continuity", columns) + sum(chair.least for chair in chairs), tuple(chairs))


def _loosened(programme: Programme, number: int) -> Programme:
    """The programme with only the rows that stay true when candidates (its first ``number`` columns) are left out."""
    matrix = sparse.csc_array(programme.matrix)  # to take columns from it fast
    entries = matrix[:, :number].tocoo()
    lower, upper = programme.row_lower.copy(), programme.row_upper.copy()
    lower[entries.row[entries.data > 0]] = -np.inf
    upper[entries.row[entries.data < 0]] = np.inf
    return replace(programme, matrix=matrix, row_lower=lower, row_upper=upper)


def _by_chair(alone: Least, columns: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """For each chair its conferences, their columns at their least, and for every request what more another chair costs."""
    candidates = alone.candidates
    columns = columns[columns < len(candidates)]
    request, above = candidates.request[columns], alone.above("continuity", columns)
    extra = np.full(len(candidates.requests), np.iinfo(np.int64).max)
    np.minimum.at(extra, request[above > 0], above[above > 0])
    for chair in candidates.problem.chairs:
        own = [n for n, conference in enumerate(candidates.problem.conferences) if conference.chair == chair.id]
        requests = np.array(own, dtype=np.int64)[extra[own] < np.iinfo(np.int64).max]
        if len(requests):
            yield requests, columns[np.isin(request, requests) & (above == 0)], extra
