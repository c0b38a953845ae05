"""The best schedule of a small problem with a conference in one of the slots of a question, by exhaustive search."""

from __future__ import annotations

from scheduler.domain.conference import Conference
from scheduler.domain.problem import HeldSlot, Problem
from scheduler.explanations.target import VIRTUAL, Target
from tests.exhaustive_ways import Costs, Way
from tests.repairs.trying_everything import PRICE, RepairSearch


class SlotSearch(RepairSearch):
    """A search in which the conference has to be booked in one of the slots, and its own move isn't counted."""

    def __init__(self, problem: Problem, target: Target) -> None:
        self.target = target
        self.is_restricted = False  # a question drops no lock
        super().__init__(problem, frozenset({target.conference}), None, None)
        self.is_restricted = True
        self.ways[target.conference] = [way for way in self.ways[target.conference] if self._is_asked(way)]

    def _is_asked(self, way: Way) -> bool:
        asked = self.target
        room = way.room.id if way.room else VIRTUAL
        return (
            asked.date in (None, way.day)
            and asked.time in (None, way.start.time())
            and asked.room in (None, room)
            and asked.chair in (None, way.chair.id)
            and (asked.last is None or way.day <= asked.last)
            and (asked.site is None or (way.room is not None and way.room.site == asked.site))
            and not (asked.in_room and way.room is None)
            and not (asked.no_friday and way.day.weekday() == 4)
            and not (asked.in_term and not any(term.first <= way.day <= term.last for term in self.problem.calendar.terms or ()))
        )

    def _cost_of_missing(self, request: Conference | HeldSlot) -> Costs | None:
        is_asked = self.is_restricted and request.id == self.target.conference
        return None if is_asked else super()._cost_of_missing(request)


def best_with(problem: Problem, target: Target) -> tuple[Costs, int] | None:
    """Return the tiers and the moves of others of the best schedule with such a slot; None if it is impossible."""
    search = SlotSearch(problem, target)
    best = search.run()
    if best is None:
        return None
    moves, stability = divmod(best.tiers[2], PRICE)
    tiers = (*best.tiers[:2], stability, *best.tiers[3:])
    return tiers, moves  # type: ignore[return-value]  # six tiers


def is_possible(problem: Problem, target: Target) -> bool | None:
    """Return whether some schedule has such a slot, or None if a lock of the problem can't be kept and would be dropped."""
    search = SlotSearch(problem, target)
    return None if search.today.dropped else search.run() is not None
