"""Offers for one conference: the best slot of each day, or every slot, each with its cost as the check measures it."""

from __future__ import annotations

from scheduler.domain.conference import Conference
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, TierName
from scheduler.domain.values import monday_of
from scheduler.offers.board import OfferBoard, board_of, breaches, problem_with, units_of
from scheduler.offers.costs import Units, costs_in_words, tiers_of
from scheduler.offers.filters import ANY_SLOT, OfferFilter
from scheduler.offers.minute_takers import Recording
from scheduler.offers.reasons import why_not_in_time
from scheduler.offers.results import NewMinuteTaker, Offer, Offers
from scheduler.offers.slots import Slot, SlotSearch

MOST_OFFERS = 5
"""The offers that are returned unless the caller asks for another number."""


def offer(
    problem: Problem,
    schedule: Schedule,
    conference: Conference,
    *,
    top: int = MOST_OFFERS,
    every: bool = False,
    accepted: OfferFilter = ANY_SLOT,
) -> Offers:
    """Return the best slots for one conference beside the schedule's bookings, none of which moves (contract, section 6).

    The conference is a new one, or one of the problem's; its own booking is released first. The offers are the ``top`` days'
    best slots, or ``every`` slot. Raise InputError if the conference, the schedule or the filter does not fit the problem.
    """
    return offers_on(board_of(problem, schedule), conference, top=top, every=every, accepted=accepted)


def offers_on(
    board: OfferBoard,
    conference: Conference,
    *,
    top: int = MOST_OFFERS,
    every: bool = False,
    accepted: OfferFilter = ANY_SLOT,
) -> Offers:
    """Return what ``offer`` does, for a board that may serve several requests."""
    if faults := list(accepted.faults(board.problem)):
        raise InputError(faults)
    problem = problem_with(board, conference)
    search = SlotSearch.of(board, conference, problem)
    slots = search.every(accepted) if every else search.best_days(top, accepted)
    is_in_time = bool(slots) and slots[0].booking.day <= problem.due[conference.id]  # lateness outweighs all other costs
    before = board.units(conference.id)
    return Offers(
        offers=tuple(_offer(board, problem, slot, before) for slot in slots),
        in_time=is_in_time,
        proven=True,
        reason=None if is_in_time else why_not_in_time(search, is_filtered=accepted != ANY_SLOT),
    )


def _offer(board: OfferBoard, problem: Problem, slot: Slot, before: Units) -> Offer:
    """Return the slot as an offer, measured by the rules' own checks; ``before`` are the units without it."""
    name = slot.booking.conference
    recording = board.recorded.recording(slot.booking, {name, *slot.withdrawn})
    assert recording is not None
    booking = slot.booking.model_copy(update={"minute_taker": recording.minute_taker})
    others = [_recorded(other, recording) for other in board.beside(name) if other.conference not in slot.withdrawn]
    after = units_of(problem, Schedule(bookings=(*others, booking)))
    tiers = tiers_of(problem, after)
    _must_agree(board, problem, slot, (*others, booking), tiers_of(board.problem, before), tiers)
    return Offer(
        booking=booking,
        withdrawn_holds=slot.withdrawn,
        minute_takers=tuple(NewMinuteTaker(conference=c, minute_taker=m) for c, m in sorted(recording.changed.items())),
        tiers=tiers,
        costs=tuple(costs_in_words(problem, name, before, after)),
        working_days_to_spare=_days_to_spare(problem, booking),
    )


def _recorded(booking: Booking, recording: Recording) -> Booking:
    """Return another booking with its minute taker beside the offer."""
    taker = recording.changed.get(booking.conference)
    return booking if taker is None else booking.model_copy(update={"minute_taker": taker})


def _days_to_spare(problem: Problem, booking: Booking) -> int:
    """Return the working days from the booking to the due date, negative if it is late."""
    due, count = problem.due[booking.conference], problem.calendar.working_days
    return count(booking.day, due) if booking.day <= due else -count(due, booking.day)


def _must_agree(
    board: OfferBoard,
    problem: Problem,
    slot: Slot,
    bookings: tuple[Booking, ...],
    before: dict[TierName, int],
    after: dict[TierName, int],
) -> None:
    """Compare the programme's rows with the rules' checks, which share no code with them; a difference is a bug.

    Hard rules join a booking only with bookings of its chair in its week, and with bookings from the day before to the day after.
    """
    new = bookings[-1]
    is_new = new.conference not in board.problem.conference_by_id
    costs = zip(TIERS, slot.costs, strict=True)
    stated = {tier: before[tier] + cost + (is_new and tier == "unplaced") for tier, cost in costs}
    week = monday_of(new.day)
    near = [
        one for one in bookings if abs((one.day - new.day).days) <= 1 or (one.chair == new.chair and monday_of(one.day) == week)
    ]
    broken = [violation.text for violation in breaches(problem, near) if new.conference in violation.bookings]
    if broken or stated != after:
        raise AssertionError(f"The programme and the check disagree on {new}: {stated} against {after}. {' '.join(broken)}")
