"""Lower bounds for every chair-day and room-slot from the LP relaxation of the problem without them.

The relaxation's dual values price the resources that a new chair's or room's bookings take. By weak duality, a schedule that
uses the new item costs at least the relaxation's bound plus the least total reduced cost of the item's own bookings. A schedule
that doesn't use it costs at least the base's proven bound. Bounds are computed tier by tier, with the earlier tiers fixed, in
whole numbers like all bounds (`engines/bounds.py`). An offer whose bound is no better than the base is proven to change nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from scheduler.domain.places import in_service
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Tier, TierName
from scheduler.engines import cp_sat
from scheduler.engines.bounds import GRID, Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import BY_CONFERENCE, Least
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.windows import counting
from scheduler.grouping import Ints, Mask
from scheduler.model.build import build_programme
from scheduler.model.candidates import DAY, Candidates
from scheduler.model.places import Place, interchangeable_places
from scheduler.model.programme import NOTHING_LEFT_OUT
from scheduler.whatif.changes.chairs import ChairJoins
from scheduler.whatif.changes.rooms import RoomOpens
from scheduler.whatif.marginal_value.units import Group, ResourceUnit
from scheduler.whatif.marginal_value.worth import NOTHING_KNOWN, Values

WORK = 1.0
"""Work limit of the search for the least total reduced cost of one offer, in the solver's units."""
EXACT = float(1 << 52)
"""Bounds of smaller magnitude are exact as floats."""
NEVER = 1 << 62
"""The bound of an offer that can't be used at all: more than any tier's value."""


def lower_bounds(
    problem: Problem, tiers: Sequence[Tier], groups: Iterable[Group], stop: threading.Event | None = None
) -> dict[str, Values | None]:
    """Return a lexicographic lower bound on the tiers with each offer, by its scenario's name.

    The bound is None if the offer is proven to change nothing. ``tiers`` belong to the base's best schedule. Each group must be
    one that can be priced. Once ``stop`` is set, the remaining bounds are valid but weak.
    """
    budget = Budget(time.monotonic, time.monotonic(), None, stop or threading.Event())
    bounds: dict[str, Values | None] = {}
    with Highs() as highs:
        for group in groups:
            bounds |= _Pricing(highs, problem, tiers, group, budget).run()
    return bounds


class _Pricing:
    """The programme of a group's scenario, and which of its candidates each offer adds."""

    def __init__(self, highs: Highs, problem: Problem, tiers: Sequence[Tier], group: Group, budget: Budget) -> None:
        self._highs, self._budget, self._tiers = highs, budget, tiers
        changed = group.scenario.applied(problem)
        new_rooms = (Place((room,)) for room in changed.rooms if room.id not in problem.room_by_id)
        *old_places, virtual = interchangeable_places(problem)
        builder = build_programme(changed, (*old_places, *new_rooms, virtual))
        self._candidates, self._programme = builder.candidates, builder.programme()
        self._least = Least(self._candidates, self._programme)
        self._columns: Ints = np.arange(self._programme.columns)
        self._caps: list[Cap] = []
        self._all_placed = False
        self._of_offer = {offer.scenario.name: _candidates_of(self._candidates, offer) for offer in group.offers}
        self._old = self._old_columns(np.logical_or.reduce(list(self._of_offer.values())) | self._is_new(problem))

    def _is_new(self, problem: Problem) -> Mask:
        """Return the candidates that use a chair or room which the group adds."""
        candidates = self._candidates
        chairs = candidates.of_chairs(lambda chair: chair.id not in problem.chair_by_id)
        places = [any(room.id not in problem.room_by_id for room in place.rooms) for place in candidates.places]
        return np.asarray((chairs == 1) | np.array(places, dtype=np.bool_)[candidates.place])

    def _old_columns(self, is_new: Mask) -> Mask:
        """Return the columns of the base's candidates, and the columns that count them."""
        candidates = np.flatnonzero(~is_new)
        old = np.zeros(self._programme.columns, dtype=np.bool_)
        old[candidates] = True
        old[counting(self._programme, len(is_new), candidates)] = True
        return old

    def run(self) -> dict[str, Values | None]:
        if self._programme.left_out != NOTHING_LEFT_OUT:
            return dict.fromkeys(self._of_offer, NOTHING_KNOWN)
        bounds: dict[str, Values | None] = {}
        undecided = list(self._of_offer)
        for n, tier in enumerate(self._tiers):
            before, after = tuple(tier.value for tier in self._tiers[:n]), NOTHING_KNOWN[n + 1 :]
            prices = self._prices(tier.name) if undecided and tier.value > self._floor(tier.name) else None
            for name in list(undecided) if tier.value > self._floor(tier.name) else ():
                used = 0 if prices is None or self._budget.over else prices.with_any_of(self._of_offer[name])
                if used > tier.value:  # any schedule that uses the offer is worse than the base
                    bounds[name] = None
                elif min(used, tier.bound) < tier.value:
                    bounds[name] = (*before, max(self._floor(tier.name), min(used, tier.bound)), *after)
            undecided = [name for name in undecided if name not in bounds]
            self._fix(tier)
        return {name: bounds.get(name) for name in self._of_offer}

    def _floor(self, tier: TierName) -> int:
        """Return a lower bound of the tier with every offer at once, from each conference's own least cost."""
        if tier == "unplaced":
            return self._programme.constants[tier] - int(self._least.possible(self._columns).sum())
        if tier in BY_CONFERENCE and self._all_placed:
            return self._least.total(tier, self._columns)
        return 0

    def _fix(self, tier: Tier) -> None:
        """Constrain the programme to the tier's value."""
        floor = self._floor(tier.name)
        if tier.name == "unplaced" and tier.value == floor:
            self._all_placed = True
            lower = self._programme.row_lower.copy()
            lower[np.flatnonzero(self._least.possible(self._columns))] = 1
            self._programme = replace(self._programme, row_lower=lower)
            return
        if tier.name in BY_CONFERENCE and self._all_placed:
            self._columns = self._least.cheapest(tier.name, self._columns, tier.value - floor)
            if tier.value == floor:
                return
        costs = self._programme.costs[tier.name]
        if costs.any():
            self._caps.append(Cap(costs, tier.value - self._programme.constants[tier.name]))

    def _prices(self, tier: TierName) -> _Prices | None:
        """Return the tier's prices for all remaining columns, or None if time runs out."""
        programme = self._programme
        whole = part_of(programme, self._columns, programme.costs[tier], programme.constants[tier], self._caps)
        is_old = self._old[whole.columns]
        old = whole.kept(is_old)
        relaxation = self._highs.relaxation(old, self._budget, interior=True)
        if relaxation is None:
            return None
        duals = np.zeros(len(whole.lower))
        duals[old.rows] = relaxation.duals
        return _Prices.of(whole, is_old, bound_from(whole, duals))


@dataclass(frozen=True)
class _Prices:
    """A relaxation's bound on a tier without the new columns, in 1/GRID. ``new`` has these, with reduced costs as costs."""

    new: Part
    scaled: int
    constant: int
    step: int

    @classmethod
    def of(cls, whole: Part, is_old: Mask, bound: Bound) -> _Prices:
        """Split a bound of the whole programme. Rows that bind only new columns stay as constraints and have no price."""
        added_by_new = int(np.minimum(bound.reduced, 0)[~is_old] @ whole.top[~is_old].astype(np.int64))
        rows = np.flatnonzero(abs(whole.matrix[:, np.flatnonzero(is_old)]).sum(axis=1) == 0)
        own = replace(
            whole,
            matrix=whole.matrix[rows],
            lower=whole.lower[rows],
            upper=whole.upper[rows],
            rows=rows,
            costs=bound.reduced,
            constant=0,
        )
        return cls(own.kept(~is_old), bound.scaled - added_by_new, whole.constant, whole.step)

    def with_any_of(self, candidates: Mask) -> int:
        """Return a lower bound of the tier in a schedule that uses at least one of these candidates and no other new one."""
        is_candidate = self.new.columns < len(candidates)
        usable = ~is_candidate
        usable[is_candidate] = candidates[self.new.columns[is_candidate]]
        part = self.new.kept(usable)
        some = sparse.csr_array((part.columns < len(candidates)).astype(np.float64).reshape(1, -1))
        part = replace(
            part,
            matrix=sparse.csr_array(sparse.vstack([part.matrix, some])),
            lower=np.append(part.lower, 1.0),
            upper=np.append(part.upper, np.inf),
        )
        result = cp_sat.search(part, work_limit=WORK)
        if result.finished and result.point is None:
            return NEVER
        added = int(result.bound) if abs(result.bound) < EXACT else part.least
        return self.constant + self.step * -(-(self.scaled + added) // (self.step * GRID))


def _candidates_of(candidates: Candidates, offer: ResourceUnit) -> Mask:
    """Return the candidates that an offer adds: those of its chair or room on its days and at its starts."""
    (change,) = offer.scenario.changes
    match change:
        case ChairJoins(chair=chair):
            own = candidates.of_chairs(lambda one: one.id == chair.id) == 1
            first, last = chair.first, chair.last
        case RoomOpens(room=room):
            starts = [60 * start.hour + start.minute for start in room.starts]
            own = (candidates.place == candidates.place_of(room.id)) & np.isin(candidates.start % DAY, starts)
            first, last = room.first, room.last
        case _:
            raise TypeError(f"{offer.scenario.name} can't be priced.")
    return np.asarray(own & (candidates.of_days(lambda day: in_service(day, first, last)) == 1))
