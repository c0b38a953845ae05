"""What holding a conference in one of the slots of a question costs: the best schedule with it, as a repair finds it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scheduler.defaults import SEED, WORKERS
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, TierName
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.explanations.target import Target, TargetRule
from scheduler.measure import measure
from scheduler.offers.costs import costs_in_words, units_of
from scheduler.offers.results import OfferCost
from scheduler.repairs.request import RepairRequest
from scheduler.repairs.rules import RepairRules
from scheduler.repairs.stages import SharedEffort, moves_in, repaired_in_stages
from scheduler.rules.base import Rule


@dataclass(frozen=True)
class _TargetRules(RepairRules):
    """The rules of a repair, and that of the question."""

    target: Target

    @property
    def _hard(self) -> tuple[Rule, ...]:
        return (*super()._hard, TargetRule(self.target))


@dataclass(frozen=True, kw_only=True)
class _TargetRequest(RepairRequest):
    """A repair after which a conference is booked in one of the slots of a question. Its own move isn't counted."""

    target: Target

    @cached_property
    def requested(self) -> dict[str, int]:
        """Return the conference of the question."""
        return {self.target.conference: 0}

    @property
    def rules(self) -> RepairRules:
        """Return the rules of its solves."""
        return _TargetRules(self.freeze_until, frozenset(self.requested), self.target)

    @property
    def required(self) -> tuple[str, ...]:
        """Return the conference of the question."""
        return (self.target.conference,)


@dataclass(frozen=True)
class Diary:
    """The published diary: the problem in which the schedule is published, and the schedule.

    If it ``is_kept``, nothing in it changes that a slot doesn't need.
    """

    problem: Problem
    schedule: Schedule
    is_kept: bool = False

    @property
    def tiers(self) -> dict[TierName, int]:
        """Return the tiers of the schedule."""
        return measure(self.problem, self.schedule).tiers


@dataclass(frozen=True)
class Cost:
    """The best schedule found with one of the slots, its tiers, the other bookings that move, and whether it is proven best.

    ``unbooked`` are conferences that lose their booking. Best is meant in the order T1, T2, moves, T3 to T6.
    """

    schedule: Schedule
    tiers: dict[TierName, int]
    moves: tuple[Booking, ...]
    unbooked: tuple[str, ...]
    proven: bool

    @property
    def order(self) -> tuple[int, ...]:
        """Return the sort key of costs."""
        unplaced, late, *others = (self.tiers[tier] for tier in TIERS)
        return (unplaced, late, len(self.moves), *others)


def cost_of(diary: Diary, changed: Problem, target: Target, highs: Highs, budget: Budget) -> Cost:
    """Return the cost of holding the conference in one of the slots, if the diary's problem becomes ``changed``.

    Raise InputError if none is possible beside what has to stay.
    """
    own = target.conference
    request = _TargetRequest(
        schedule=diary.schedule,
        before=diary.problem,
        changed=changed,
        changes=(),
        target=target,
    )
    repaired = repaired_in_stages(request, highs, SharedEffort(budget, WORKERS, SEED))
    schedule = _in_target_room(changed, repaired.schedule, target)
    if TargetRule(target).check(changed, schedule):
        raise AssertionError(f"{own} is not booked in a slot of the question.")
    moved = moves_in(changed, schedule) - {own}
    placed = {booking.conference for booking in schedule.bookings}
    return Cost(
        schedule=schedule,
        tiers=measure(changed, schedule).tiers,
        moves=tuple(booking for booking in schedule.bookings if booking.conference in moved),
        unbooked=tuple(one.conference for one in changed.published if one.conference not in placed),
        proven=repaired.point.proven and all(tier.proven for tier in repaired.schedule.tiers),
    )


def costs_by_rule(diary: Diary, changed: Problem, cost: Cost, conference: str) -> tuple[OfferCost, ...]:
    """Return what differs from the present schedule, rule by rule."""
    before, after = units_of(diary.problem, diary.schedule.bookings), units_of(changed, cost.schedule.bookings)
    return tuple(costs_in_words(changed, conference, before, after))


def booking_of(schedule: Schedule, conference: str) -> Booking | None:
    """Return the conference's booking, if it has one."""
    return next((booking for booking in schedule.bookings if booking.conference == conference), None)


def _in_target_room(problem: Problem, schedule: Schedule, target: Target) -> Schedule:
    """Return the schedule with the question's room in place of the interchangeable one that the solve chose.

    Rooms with published bookings are never interchangeable, so that nothing published moves.
    """
    booking = booking_of(schedule, target.conference)
    if booking is None or target.room is None or target.is_virtual(problem) or booking.room in (None, target.room):
        return schedule
    exchanged = {booking.room: target.room, target.room: booking.room}
    bookings = tuple(
        one if one.room not in exchanged else one.model_copy(update={"room": exchanged[one.room]}) for one in schedule.bookings
    )
    return schedule.model_copy(update={"bookings": bookings})
