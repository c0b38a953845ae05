"""Which engine runs when, and when a tier is proven: the tiers in strict order, each on what the earlier ones leave.

Every tier narrows the programme: a column that no solution of the proven value can use goes, and where that is not
enough a cap row keeps the value. A bound comes from the conferences one by one, from dual values (in whole numbers),
or from a search that ended.
"""

from __future__ import annotations

import numpy as np

from scheduler.domain.schedule import TIERS, Tier, TierName
from scheduler.engines import cp_sat
from scheduler.engines.aim import Aim, Aiming
from scheduler.engines.bounds import plain_bound
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import MOST_COLUMNS, Climb, no_ceiling
from scheduler.engines.diving import dive
from scheduler.engines.filling import completed, filled
from scheduler.engines.handovers import handovers
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import BY_CONFERENCE, Least
from scheduler.engines.part import Cap, part_of
from scheduler.engines.progress import Listener
from scheduler.engines.race import Race
from scheduler.engines.relaxed import Relaxations, Relaxed, tier_cap, tier_part
from scheduler.engines.standing import Standing
from scheduler.engines.windows import mend, number_of_windows, window_by_window
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.programme import NOTHING_LEFT_OUT, Programme

WORK_OF_AN_AIM = 3.0
WORK_TO_COUNT = 5.0


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
        self._relaxations = Relaxations(highs, candidates, seed)
        self._work_limit = work_limit
        self._least = Least(candidates, programme)
        self._columns: Ints = np.arange(programme.columns)
        self._caps: list[Cap] = []
        self._all_placed = False
        self._possible = int(self._least.possible(self._columns).sum())
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
        aim = self._aim()
        is_reached = aim is not None and self.standing.values[:-1] == aim.values
        tiers = [] if is_reached else self._settled_in_turn()
        if aim is not None and self.standing.values[:-1] == aim.values:
            self._columns, self._caps, self._programme = aim.columns, aim.caps, self._least.with_all_placed(self._columns)
            tiers = [
                Tier(name=tier, value=value, bound=value, proven=True) for tier, value in zip(TIERS[:-1], aim.values, strict=True)
            ]
        tiers.append(self._settled(TIERS[-1]))
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
        is_as_settled = self._looked_far_enough()
        for tier in tiers:
            value = self.standing.value(tier.name)
            bound = min(tier.bound, value) if is_as_settled else 0
            restated.append(Tier(name=tier.name, value=value, bound=bound, proven=bound == value))
            is_as_settled = is_as_settled and value == tier.value
        return restated

    def _looked_far_enough(self) -> bool:
        """Whether what was never looked at could not have helped."""
        is_full = self.standing.value("unplaced") > self._programme.constants["unplaced"] - self._possible
        excess = self.standing.value("late") - self._least.total("late", np.arange(self._programme.columns))
        return self._programme.left_out == NOTHING_LEFT_OUT or (not is_full and excess < self._programme.left_out)

    def _offer_filled(self, chosen: Ints) -> None:
        """Offer chosen candidates with all else that fits beside them."""
        point = self._filled(chosen)
        if self._is_kept(point):
            self.standing.offer(point)

    def _filled(self, chosen: Ints) -> Ints:
        """A point with chosen candidates, as far as they are found to fit, and all else that fits beside them."""
        rank, budget = self._least.rank(), self._budget
        together = filled(self._candidates, self._programme, rank, chosen, over=lambda: budget.over)
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

    def _floor(self, tier: TierName) -> int:
        """A bound that needs no relaxation: what each conference, or each column, costs at least. No tier is below 0."""
        constant, costs = self._programme.constants[tier], self._programme.costs[tier]
        if tier == "unplaced":
            return constant - int(self._least.possible(self._columns).sum())
        if tier in BY_CONFERENCE and self._all_placed:
            return self._least.total(tier, self._columns)
        if tier == "caseload":
            return self._relaxations.caseload_floor(self._columns, self._programme)
        upper = self._programme.upper[self._columns].astype(np.int64)
        return max(0, constant + int(np.minimum(costs[self._columns], 0) @ upper))

    def _plain_climb(self, tier: TierName, floor: int) -> Climb:
        """A climb from what is known without a relaxation."""
        return Climb(plain_bound(tier_part(tier, self._columns, self._caps, self._programme), floor), floor)

    # The first good schedule ------------------------------------------------------------------------

    def _aim(self) -> Aim | None:
        """Look where the best would be if every bound could be had, and try to have them all at once."""
        if self._budget.over:
            return None
        floor = self._floor("unplaced")
        if self.standing.value("unplaced") > floor:
            self._race("unplaced", self._plain_climb("unplaced", floor), self._budget.share(0.25)).improve()
        aim = None if self.standing.value("unplaced") > floor else self._highest_aim(floor)
        if aim is None:
            self._aim_lower()
            return None
        budget, work = self._budget.share(0.25), self._work_limit or WORK_OF_AN_AIM
        reached = aim.last.climb.search(no_ceiling, budget, seed=self._seed, work_limit=work)
        if reached is not None:
            self.standing.offer_part(*reached)
        elif number_of_windows(self._candidates) > 1:
            self._go_through_windows(aim)
        else:
            self._dive(aim.last)
        return aim

    def _highest_aim(self, unplaced: int) -> Aim | None:
        aiming = Aiming(self._highs, self._least, self._relaxations, self._columns, unplaced, self._budget, self._seed)
        return aiming.highest()

    def _go_through_windows(self, aim: Aim) -> None:
        """A schedule of a long plan, window by window, then mended where it misses the aim."""
        point = window_by_window(self._highs, self._candidates, self._programme, aim, self._budget.share(0.5), self._seed)
        if not self._is_kept(point) or not self.standing.offer(point):
            self._offer_filled(np.flatnonzero(point[: len(self._candidates)]))
        if self.standing.values[:-1] > aim.values and len(aim.columns) <= MOST_COLUMNS:
            self._dive(aim.last)
        mend(self._candidates, self._programme, self.standing, aim, self._budget.share(0.3), self._seed)

    def _aim_lower(self) -> None:
        """The same where not everything can be had at once: placing as much as fits at its least, then filling up."""
        columns = self._columns
        for tier in BY_CONFERENCE:
            columns = self._least.cheapest(tier, columns, 0)
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

    def _settled_in_turn(self) -> list[Tier]:
        """Every tier but the last; from the first again where the search for a later one has bettered one before it.

        That happens only to what was not proven. The limits kept for it would else be those of what there was before.
        """
        columns, caps, all_placed, programme = self._columns, tuple(self._caps), self._all_placed, self._programme
        tiers: list[Tier] = []
        while len(tiers) < len(TIERS) - 1:
            tiers.append(self._settled(TIERS[len(tiers)]))
            if self.standing.values[: len(tiers)] != tuple(tier.value for tier in tiers):
                tiers = []
                self._columns, self._caps, self._all_placed, self._programme = columns, list(caps), all_placed, programme
        return tiers

    def _settled(self, tier: TierName) -> Tier:
        """Bring a tier as far as the budget allows, and narrow what is left to its value."""
        budget = self._budget if tier == TIERS[-1] else self._budget.share(0.5)
        floor = self._floor(tier)
        self.standing.turn_to(tier, floor)
        by_conference = tier in BY_CONFERENCE and self._all_placed
        bound, proof = floor, None
        if by_conference:
            self._columns = self._least.cheapest(tier, self._columns, self.standing.value(tier) - floor)
        if by_conference and tier == "continuity" and self.standing.value(tier) > floor:
            bound = max(bound, self._narrowed_by_chairs(budget))
        if self.standing.value(tier) > bound:
            found = self._relaxations.of(tier, self._columns, self._caps, self._programme, budget.share(0.5))
            if found is not None:
                bound, proof = max(bound, found.climb.proven), found.bound
                self.standing.turn_to(tier, bound)
            if self.standing.value(tier) > bound and not budget.over:
                climb = found.climb if found else self._plain_climb(tier, floor)
                if found is not None and tier != TIERS[-1]:
                    self._dive_for(tier, budget)
                bound = max(bound, self._race(tier, climb, budget).run())
        value = self.standing.value(tier)
        bound = min(bound, value)
        self.standing.turn_to(tier, bound)
        if proof is not None:
            self._columns = self._columns[proof.within(value)]
        self._cap(tier, value, floor if by_conference else None)
        return Tier(name=tier, value=value, bound=bound, proven=bound == value)

    def _narrowed_by_chairs(self, budget: Budget) -> int:
        """What continuity is at least by each chair's own conferences; only the columns that these allow are left."""
        found = None if budget.over else handovers(self._highs, self._least, self._columns, budget.share(0.5), self._seed)
        if found is None:
            return 0
        self._columns = found.within(self.standing.value("continuity"))
        return found.least

    def _cap(self, tier: TierName, value: int, floor: int | None) -> None:
        """Keep the tier's value from here on."""
        if tier == "unplaced" and value == self._floor(tier):
            self._all_placed = True
            self._programme = self._least.with_all_placed(self._columns)
            return
        if floor is not None:
            self._columns = self._least.cheapest(tier, self._columns, value - floor)
            if value == floor:
                return
        self._caps.extend(tier_cap(tier, value, self._programme))

    def _race(self, tier: TierName, climb: Climb, budget: Budget) -> Race:
        return Race(
            tier=tier,
            candidates=self._candidates,
            programme=self._programme,
            caps=self._caps,
            climb=climb,
            standing=self.standing,
            budget=budget,
            workers=self._workers,
            seed=self._seed,
            work_limit=self._work_limit,
            highs=self._highs if tier == TIERS[-1] and number_of_windows(self._candidates) > 1 else None,
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
