"""Which engine runs when, and when a tier is proven: the tiers in strict order, each on what the earlier ones leave.

Every tier narrows the programme: a column that no solution of the proven value can use goes, and where that is not
enough a cap row keeps the value. A bound comes from the conferences one by one, from dual values (in whole numbers),
or from a search that ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.schedule import TIERS, Tier, TierName
from scheduler.engines import cp_sat
from scheduler.engines.bounds import Bound, plain_bound
from scheduler.engines.budget import Budget
from scheduler.engines.diving import dive
from scheduler.engines.filling import completed, filled
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.pricing import relaxed
from scheduler.engines.progress import Listener
from scheduler.engines.race import Race
from scheduler.engines.results import Relaxation
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.draft import Programme

BY_CONFERENCE: tuple[TierName, ...] = ("late", "stability", "continuity")
WORK_TO_COUNT = 5.0
NONE = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Relaxed:
    """A part's relaxation and the bound that it proves."""

    relaxation: Relaxation
    bound: Bound


class Portfolio:
    """Solves one programme. ``standing`` holds the best point at any time."""

    def __init__(
        self,
        highs: Highs,
        candidates: Candidates,
        programme: Programme,
        locked: Ints,
        budget: Budget,
        workers: int,
        seed: int,
        listener: Listener | None,
        work_limit: float | None = None,
    ) -> None:
        self._highs = highs
        self._candidates = candidates
        self._programme = programme
        self._budget = budget
        self._workers = workers
        self._seed = seed
        self._work_limit = work_limit
        self._columns: Ints = np.arange(programme.columns)
        self._caps: list[Cap] = []
        self._all_placed = False
        self._possible = int((self._least("unplaced", self._columns) < NONE).sum())
        self._remembered: dict[tuple[TierName, bytes, tuple[int, ...]], Relaxed | None] = {}
        earning = np.flatnonzero(programme.costs["preferences"] < 0)
        self._earning = earning[earning >= len(candidates)]
        start = self._filled(locked)
        if not self._is_kept(start):
            only_locked = self._counted(locked)
            start = start if only_locked is None else only_locked
        self.standing = Standing(programme, start, budget, listener)
        self.standing.tell()

    def solve(self) -> list[Tier]:
        """Every tier's value and bound; the best point is in ``standing``."""
        self._aim()
        tiers = [self._settled(tier) for tier in TIERS]
        self._fill_up()
        counted = self._counted(np.flatnonzero(self.standing.point[: len(self._candidates)]))
        if counted is not None:
            self.standing.offer(counted)
        return self._restated(tiers)

    def _fill_up(self) -> None:
        """Place what still fits, so that what is unplaced certainly has no place left."""
        if self.standing.value("unplaced") > self._programme.constants["unplaced"] - self._possible:
            self._offer_filled(np.flatnonzero(self.standing.point[: len(self._candidates)]))

    def _restated(self, tiers: list[Tier]) -> list[Tier]:
        """The tiers with the values that they have now: later points may have bettered a tier that wasn't proven.

        The bounds of the tiers after such a one held only for what it was, so they fall back to 0.
        """
        restated: list[Tier] = []
        is_as_settled = True
        for tier in tiers:
            value = self.standing.value(tier.name)
            bound = min(tier.bound, value) if is_as_settled else 0
            restated.append(Tier(name=tier.name, value=value, bound=bound, proven=bound == value))
            is_as_settled = is_as_settled and value == tier.value
        return restated

    def _offer_filled(self, chosen: Ints) -> None:
        """Offer chosen candidates with all else that fits beside them."""
        point = self._filled(chosen)
        if self._is_kept(point):
            self.standing.offer(point)

    def _filled(self, chosen: Ints) -> Ints:
        """A point with chosen candidates, as far as they are found to fit, and all else that fits beside them."""
        together = filled(self._candidates, self._programme, self._worth(), chosen)
        return completed(self._programme, together, self._earning)

    def _is_kept(self, point: Ints) -> bool:
        """Whether the point keeps every lower limit, which are those of locks and of what is to stay placed."""
        return bool((self._programme.matrix @ point >= self._programme.row_lower - 1e-9).all())

    def _counted(self, chosen: Ints) -> Ints | None:
        """The point of chosen candidates with the counting columns that suit it best; None where they don't fit together.

        Points found for an earlier tier may count more than there is in a later one.
        """
        point = np.zeros(self._programme.columns, dtype=np.int64)
        point[chosen] = 1
        costs = self._programme.costs["caseload"] + self._programme.costs["preferences"]
        counting = np.arange(len(self._candidates), self._programme.columns)
        part = part_of(self._programme, counting, costs, 0, fixed=point)
        result = cp_sat.search(part, work_limit=WORK_TO_COUNT, seed=self._seed)
        if result.point is None:
            return None
        point[counting] = result.point
        return point

    # What the tiers leave ---------------------------------------------------------------------------

    def _worth(self) -> Ints:
        """A rank of the candidates by what they cost alone, the earlier tiers first."""
        number = len(self._candidates)
        costs = {tier: self._programme.costs[tier][:number] for tier in (*BY_CONFERENCE, "preferences")}
        rank = np.lexsort(tuple(costs[tier] for tier in reversed(list(costs))))
        worth = np.empty(number, dtype=np.int64)
        worth[rank] = np.arange(number)
        return worth

    def _least(self, tier: TierName, columns: Ints) -> Ints:
        """The least that each conference can cost alone in a tier; NONE where it has no candidate."""
        number, conferences = len(self._candidates), len(self._candidates.problem.conferences)
        column = columns[columns < number]
        request = self._candidates.request[column]
        least = np.full(len(self._candidates.requests), NONE)
        np.minimum.at(least, request, self._programme.costs[tier][column])
        return least[:conferences]

    def _cheapest(self, tier: TierName, columns: Ints, excess: int) -> Ints:
        """The columns that cost a conference at most ``excess`` above its least."""
        number, conferences = len(self._candidates), len(self._candidates.problem.conferences)
        least = np.zeros(len(self._candidates.requests), dtype=np.int64)
        least[:conferences] = self._least(tier, columns)
        is_candidate = columns < number
        request = self._candidates.request[columns[is_candidate]]
        keep = np.ones(len(columns), dtype=np.bool_)
        keep[is_candidate] = self._programme.costs[tier][columns[is_candidate]] - least[request] <= excess
        return columns[keep]

    def _floor(self, tier: TierName) -> int:
        """A bound that needs no solver: what each conference, or each column, costs at least. No tier is below 0."""
        constant, costs = self._programme.constants[tier], self._programme.costs[tier]
        if tier == "unplaced":
            return constant - int((self._least(tier, self._columns) < NONE).sum())
        if tier in BY_CONFERENCE and self._all_placed:
            least = self._least(tier, self._columns)
            return constant + int(least[least < NONE].sum())
        upper = self._programme.upper[self._columns].astype(np.int64)
        return max(0, constant + int(np.minimum(costs[self._columns], 0) @ upper))

    def _part(self, tier: TierName, columns: Ints, caps: list[Cap], programme: Programme | None = None) -> Part:
        whole = self._programme if programme is None else programme
        return part_of(whole, columns, whole.costs[tier], whole.constants[tier], caps)

    def _relaxed(self, tier: TierName, columns: Ints, caps: list[Cap], programme: Programme, budget: Budget) -> Relaxed | None:
        """A tier's relaxation; remembered, since aiming and settling often ask for the same."""
        key = (tier, columns.tobytes(), tuple(cap.limit for cap in caps))
        if key not in self._remembered:
            part = self._part(tier, columns, caps, programme)
            number = len(self._candidates)
            group = np.full(len(columns), -1)
            group[columns < number] = self._candidates.request[columns[columns < number]]
            wanted = np.flatnonzero(self.standing.point[columns] > 0)
            solved = relaxed(self._highs, part, group, wanted, budget)
            self._remembered[key] = None if solved is None else Relaxed(*solved)
        return self._remembered[key]

    def _with_all_placed(self) -> Programme:
        """The programme in which every conference that has a candidate is booked."""
        lower = self._programme.row_lower.copy()
        possible = np.flatnonzero(self._least("unplaced", self._columns) < NONE)
        lower[possible] = 1
        return replace(self._programme, row_lower=lower)

    # The first good schedule ------------------------------------------------------------------------

    def _aim(self) -> None:
        """Look where the best would be if no conference stood in another's way: everything placed, each at its least."""
        floor = self._floor("unplaced")
        if self.standing.value("unplaced") > floor:
            known = plain_bound(self._part("unplaced", self._columns, []), floor)
            self._race("unplaced", known, self._budget.share(0.25)).improve()
        columns = self._columns
        for tier in BY_CONFERENCE:
            columns = self._cheapest(tier, columns, 0)
        programme = self._with_all_placed()
        is_full = self.standing.value("unplaced") > floor
        load = None if is_full else self._relaxed("caseload", columns, [], programme, self._budget.share(0.5))
        if load is None:
            self._aim_lower()
            return
        limit = load.bound.value - self._programme.constants["caseload"]
        caps = [Cap(self._programme.costs["caseload"], limit)] if limit < _most(self._programme, "caseload") else []
        found = self._relaxed("preferences", columns, caps, programme, self._budget.share(0.5))
        if found is not None:
            self._dive(found)

    def _aim_lower(self) -> None:
        """The same where not everything can be had at once: placing as much as fits at its least, then filling up."""
        columns = self._columns
        for tier in BY_CONFERENCE:
            columns = self._cheapest(tier, columns, 0)
        programme = self._programme
        reward = 20 * max(1, int(np.abs(programme.costs["preferences"]).max(initial=0)))
        costs = programme.costs["preferences"] + programme.costs["caseload"] * 100 + programme.costs["unplaced"] * reward
        part = part_of(programme, columns, costs, 0)
        budget = self._budget.share(0.25)
        solved = self._highs.relaxation(part, budget)
        if solved is None:
            return
        reached = dive(self._highs, self._candidates, part, solved, budget, self._seed)
        if reached is not None:
            chosen = reached[0].columns[reached[1] > 0]
            self._offer_filled(chosen[chosen < len(self._candidates)])

    def _dive(self, found: Relaxed) -> None:
        budget = self._budget.share(0.5)
        reached = dive(self._highs, self._candidates, found.bound.part, found.relaxation, budget, self._seed)
        if reached is not None:
            self.standing.offer_part(*reached)

    # Tier by tier -------------------------------------------------------------------------------------

    def _settled(self, tier: TierName) -> Tier:
        """Bring a tier as far as the budget allows, and narrow what is left to its value."""
        budget = self._budget if tier == TIERS[-1] else self._budget.share(0.5)
        floor = self._floor(tier)
        self.standing.turn_to(tier, floor)
        by_conference = tier in BY_CONFERENCE and self._all_placed
        bound, proof = floor, None
        if self.standing.value(tier) > floor:
            if by_conference:
                self._columns = self._cheapest(tier, self._columns, self.standing.value(tier) - floor)
            found = self._relaxed(tier, self._columns, self._caps, self._programme, budget.share(0.5))
            if found is not None:
                bound, proof = max(floor, found.bound.value), found.bound
                self.standing.turn_to(tier, bound)
            known = proof or plain_bound(self._part(tier, self._columns, self._caps), floor)
            if self.standing.value(tier) > bound and not budget.over:
                if found is not None and tier != TIERS[-1]:
                    self._dive_for(tier, budget)
                bound = max(bound, self._race(tier, known, budget).run())
        value = self.standing.value(tier)
        bound = min(bound, value)
        self.standing.turn_to(tier, bound)
        if proof is not None:
            self._columns = self._columns[proof.within(value)]
        self._cap(tier, value, floor if by_conference else None)
        return Tier(name=tier, value=value, bound=bound, proven=bound == value)

    def _cap(self, tier: TierName, value: int, floor: int | None) -> None:
        """Keep the tier's value from here on."""
        if tier == "unplaced" and value == self._floor(tier):
            self._all_placed = True
            self._programme = self._with_all_placed()
            return
        if floor is not None:
            self._columns = self._cheapest(tier, self._columns, value - floor)
            if value == floor:
                return
        limit = value - self._programme.constants[tier]
        if limit < _most(self._programme, tier):
            self._caps.append(Cap(self._programme.costs[tier], limit))

    def _race(self, tier: TierName, bound: Bound, budget: Budget) -> Race:
        return Race(
            highs=self._highs,
            tier=tier,
            candidates=self._candidates,
            programme=self._programme,
            caps=self._caps,
            bound=bound,
            standing=self.standing,
            budget=budget,
            workers=self._workers,
            seed=self._seed,
            work_limit=self._work_limit,
        )

    def _dive_for(self, tier: TierName, budget: Budget) -> None:
        """Dive with the tier's own costs first and the preferences far behind."""
        programme = self._programme
        costs = programme.costs[tier] * 4096 + programme.costs["preferences"]
        part = part_of(programme, self._columns, costs, 0, self._caps)
        solved = self._highs.relaxation(part, budget)
        if solved is None:
            return
        reached = dive(self._highs, self._candidates, part, solved, budget, self._seed)
        if reached is None:
            return
        self.standing.offer_part(*reached)
        chosen = reached[0].columns[reached[1] > 0]
        self._offer_filled(chosen[chosen < len(self._candidates)])


def _most(programme: Programme, tier: TierName) -> int:
    """The most that a tier's columns can cost together."""
    return int(np.maximum(programme.costs[tier], 0) @ programme.upper.astype(np.int64))
