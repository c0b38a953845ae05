"""The best repair of a small problem by exhaustive search, written from the contract without the product's solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from dataclasses import dataclass

from scheduler.domain.conference import Conference
from scheduler.domain.problem import HeldSlot, Problem, with_published
from tests.exhaustive import Search
from tests.exhaustive_ways import Costs, Way

PRICE = 1_000_000_000
"""The cost of a move in T3: more than all changes to what is published cost together."""


@dataclass(frozen=True)
class BestRepair:
    """The minimum of each tier, of the moves between T2 and T3, and whether everything is where it has to be."""

    tiers: Costs
    moves: int
    keeps: bool


def best_repair(
    changed: Problem, *, free: Set[str], until: dt.date | None, keep: Set[str], most: int | None = None
) -> BestRepair | None:
    """Return the best repair of a changed problem, in which the schedule is published; None if no schedule keeps the locks.

    ``free`` are the conferences that a change moves, which don't count among the moves or in ``most``.
    """
    frozen = _frozen(changed, until)
    locked = with_published(
        changed,
        [
            one.model_copy(update={"locks": ("time", "chair", "room")}) if one.conference in keep | frozen else one
            for one in changed.published
        ],
    )
    search = RepairSearch(locked, free, until, most)
    best = search.run()
    if best is None:
        return None
    moves, stability = divmod(best.tiers[2], PRICE)
    unplaced, late, _, *others = best.tiers
    moved = {way.name for way in search.best_booked if search.changes(way)}
    booked = {way.name for way in search.best_booked}
    keeps = not keep & moved and not free & set(best.dropped) and keep | free <= booked
    return BestRepair((unplaced, late, stability, *others), moves, keeps)  # type: ignore[arg-type]  # six tiers


def _frozen(problem: Problem, until: dt.date | None) -> set[str]:
    """Return the bookings before a day that take part in no breach among the published ones."""
    if until is None:
        return set()
    search = Search(with_published(problem, [one.model_copy(update={"locks": ()}) for one in problem.published]))
    breaking = set(search.today._breaking([search.as_published(one.conference) for one in problem.published]))
    return {one.conference for one in problem.published if one.start.date() < until} - breaking


class RepairSearch(Search):
    def __init__(self, problem: Problem, free: Set[str], until: dt.date | None, most: int | None) -> None:
        self.free, self.until = free, until
        self.most: int | None = None  # a limit on moves drops no lock
        super().__init__(problem)
        self.most = most

    def ways_of(self, request: Conference | HeldSlot) -> Iterator[Way]:
        published = self.problem.published_by_id.get(request.id)
        for way in super().ways_of(request):
            is_moved_into_frozen_days = published and self.until and way.start != published.start and way.day < self.until
            if not is_moved_into_frozen_days:
                yield way

    def _is_move(self, way: Way) -> bool:
        return way.name not in self.free and bool(self.changes(way))

    def _moved(self, way: Way) -> int:
        return super()._moved(way) + PRICE * self._is_move(way)

    def fits(self, way: Way, booked: tuple[Way, ...]) -> bool:
        moves = sum(self._is_move(one) for one in (*booked, way))
        return (self.most is None or moves <= self.most) and super().fits(way, booked)
