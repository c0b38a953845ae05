"""A slot beside the present diary: requests that wait go on waiting, and a booking moves only if the slot needs its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem, with_conferences, with_valid_fields
from scheduler.domain.schedule import Booking, Schedule
from scheduler.explanations.costs import Cost, Diary, booking_of
from scheduler.explanations.results import Explanation
from scheduler.explanations.target import Target
from scheduler.measure import measure
from scheduler.offers.board import board_of, breaches
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offers_on


class _TargetFilter(OfferFilter):
    """The slots of a target, as a filter of offers."""

    target: Target

    def accepts(self, booking: Booking, problem: Problem) -> bool:
        """True if the slot is one of the target's."""
        return self.target.accepts(problem, booking)

    def faults(self, problem: Problem) -> Iterator[Fault]:  # noqa: ARG002 - the question has been validated
        """Yield nothing."""
        return iter(())


def waiting_beside(problem: Problem, schedule: Schedule, conference: str) -> frozenset[str]:
    """Return the other conferences that have no booking."""
    booked = {booking.conference for booking in schedule.bookings}
    return frozenset(one.id for one in problem.conferences if one.id not in booked and one.id != conference)


def without_waiting(problem: Problem, waiting: frozenset[str]) -> Problem:
    """Return the problem without the conferences that wait."""
    fewer = with_conferences(problem, (one for one in problem.conferences if one.id not in waiting))
    return with_valid_fields(fewer, apart=tuple(pair for pair in problem.apart if all(fewer.on_side(side) for side in pair)))


def with_waiting_counted(explanation: Explanation, number: int) -> Explanation:
    """Return the explanation with the waiting conferences in the tiers (T1), as in those of the whole diary."""
    cures = tuple(
        cure.model_copy(update={"tiers": cure.tiers | {"unplaced": cure.tiers["unplaced"] + number}})
        for cure in explanation.cures
    )
    tiers = explanation.tiers
    counted = None if tiers is None else tiers | {"unplaced": tiers["unplaced"] + number}
    return explanation.model_copy(update={"cures": cures, "tiers": counted})


def cost_alone(diary: Diary, target: Target) -> Cost | None:
    """Return the cost of the cheapest slot of the target for which nobody moves, or None if none is free.

    The other bookings may break rules already. Held slots give way, and another minute taker may come.
    """
    board = board_of(diary.problem, diary.schedule)
    subject = target.of(diary.problem)
    try:
        found = offers_on(board, subject, top=1, accepted=_TargetFilter(target=target)).offers
    except InputError:  # its own booking is too near to be moved
        return None
    if not found:
        return None
    offer = found[0]
    takers = {one.conference: one.minute_taker for one in offer.minute_takers}
    others = tuple(
        one if one.conference not in takers else one.model_copy(update={"minute_taker": takers[one.conference]})
        for one in board.beside(subject.id)
        if one.conference not in offer.withdrawn_holds
    )
    schedule = diary.schedule.model_copy(update={"bookings": (*others, offer.booking)})
    tiers = measure(diary.problem, schedule).tiers
    return Cost(schedule=schedule, tiers=tiers, moves=(), unbooked=(), proven=True)


def without_needless_moves(diary: Diary, cost: Cost, target: Target) -> Cost:
    """Return the cost with each booking back in its place that the slot leaves free, also if it breaks a rule there already."""
    before = {one.conference: one for one in diary.schedule.bookings}
    moved = [*(one.conference for one in cost.moves), *cost.unbooked]
    now = {one.conference: one for one in cost.schedule.bookings}
    allowed = _broken(diary.problem, diary.schedule.bookings)
    back: set[str] = set()
    for names in (moved, *([name] for name in moved)):
        changed = now | {name: before[name] for name in names}
        if set(names) <= back or _broken(diary.problem, tuple(changed.values())) - allowed:
            continue
        now, back = changed, back | set(names)
    if not back:
        return cost
    schedule = cost.schedule.model_copy(update={"bookings": tuple(now.values())})
    assert booking_of(schedule, target.conference) is not None  # the slot's own booking is none of those that moved
    return Cost(
        schedule=schedule,
        tiers=measure(diary.problem, schedule).tiers,
        moves=tuple(one for one in cost.moves if one.conference not in back),
        unbooked=tuple(name for name in cost.unbooked if name not in back),
        proven=False,
    )


def _broken(problem: Problem, bookings: Sequence[Booking]) -> Counter[tuple[str, str]]:
    return Counter((one.rule, one.text) for one in breaches(problem, tuple(problem.with_length(one) for one in bookings)))
