"""Booking an offer: it is looked for again in the present diary, and booked with every change that it needs, or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.clock import local_day
from api.decisions.moves import making_way, obstacles
from api.decisions.offers import Subject, search_of, subject_of
from api.decisions.present_moves import changed_since
from api.decisions.requests import OfferBooking
from api.diary.boards import board_of_weeks, whole_weeks
from api.diary.bookings import notice
from api.diary.bookings import queries as bookings
from api.diary.bookings.freed import FreedMatch, left_by
from api.diary.bookings.placing import booking_at, hold_to_registers, waived, waived_move
from api.diary.bookings.queries import Ending
from api.diary.bookings.together import MakingWay, Placement, place_together
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.service import queries as documents
from api.errors import ConflictError, ErrorItem, InvalidError, invalid
from scheduler.domain.problem import Problem
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offers_on
from scheduler.offers.results import Offer
from scheduler.rules.minute_takers import MinuteTakersRule
from scheduler.wording import date_in_words, in_a_row, moment_in_words

GONE = ("slot-taken", "already-booked", "breaks-rules")
"""The kinds of errors that mean that the slot is not possible."""
RECORDS = ("exception", "waiver")
"""The records that a request needs for a late slot, and for one at short notice."""


class OfferGoneError(ConflictError):
    """An offer that can't be booked, because the diary has changed since. Its answer has fresh offers for ``request``."""

    def __init__(self, request: OfferBooking, detail: str, errors: list[ErrorItem]) -> None:
        super().__init__("offer-gone", detail, errors)
        self.request = request


@dataclass(frozen=True)
class BookedOffer:
    """A booked offer: its booking's number, the held slots that it released, and the bookings that made way.

    ``freed`` are the matches of the slot that a rebooked conference leaves free.
    """

    number: int
    released: tuple[str, ...]
    changed: tuple[int, ...]
    freed: list[FreedMatch]


def book(connection: Connection, request: OfferBooking, now: dt.datetime) -> BookedOffer:
    """Book an offer if it is possible in the present diary, with a new conference in the same step.

    Raise OfferGoneError if it isn't, InvalidError if it is late without an exception or at short notice without a waiver, or the
    errors of ``search_of``.
    """
    if request.start.date() <= local_day(now):
        message = f"{date_in_words(request.start.date())} is too early. Enter an offer from tomorrow on."
        raise invalid("The request has errors.", [ErrorItem(where="start", message=message)])
    chosen = {"start": request.start, "room": request.room, "chair": request.chair, "minute_taker": None}
    hold_to_registers(connection, chosen)
    subject = subject_of(connection, request)
    _hold_to_replaced(request, subject)
    way, released, is_possible = _make_way(connection, request, subject, chosen, now)
    if request.new is not None:
        conference_workflow.request(connection, request.new, now)
    try:
        own = _placement(connection, request, subject, chosen, released, now)
        (booked,), changed = place_together(connection, [own], now, request.reason, way)
    except (ConflictError, InvalidError) as error:
        if error.kind not in GONE or (is_possible and any(one.where in RECORDS for one in error.errors)):
            raise
        raise _gone(request, subject, list(error.errors)) from None
    if not is_possible:
        raise _gone(request, subject, [])
    left = [] if subject.booked is None else left_by(connection, subject.booked.booking, booked.booking, now)
    return BookedOffer(booked.number, released, tuple(one.number for one in changed), left)


def _hold_to_replaced(request: OfferBooking, subject: Subject) -> None:
    """Raise an error if the conference has another booking than the one that the offers replace, or no reason is given."""
    number = None if subject.booked is None else subject.booked.number
    if number != request.replaces:
        now = "has no booking" if number is None else f"is booked as {number}"
        raise _gone(request, subject, [ErrorItem(where="replaces", message=f"{subject.value.id} {now}.")])
    if subject.booked is not None and request.reason is None:
        message = "is missing. Enter why the conference is rebooked."
        raise invalid("The request has errors.", [ErrorItem(where="reason", message=message)])


def _make_way(
    connection: Connection, request: OfferBooking, subject: Subject, chosen: dict[str, Any], now: dt.datetime
) -> tuple[list[MakingWay], tuple[str, ...], bool]:
    """Return what makes way, the held slots released for it, and whether the offer is possible; set its minute taker.

    An offer for which nobody moves is looked for again, with its minute taker. One with moves is taken as it was sent, if what
    it states still holds and nobody would move in vain.
    """
    if request.moved:
        for one in request.moved:
            hold_to_registers(connection, one.model_dump())
        for taker in request.minute_takers:
            hold_to_registers(connection, {"room": None, "chair": None, "minute_taker": taker.minute_taker})
        way = making_way(connection, request.moved, request.minute_takers)
        errors = list(obstacles(connection, request, way, local_day(now)))
        if errors := errors or list(changed_since(search_of(connection, request, now), request, way)):
            raise _gone(request, subject, errors)
        chosen["minute_taker"] = request.minute_taker
        hold_to_registers(connection, chosen)
        held = {one.number: one.booking.conference for one in bookings.active_slots(connection, request.withdrawn_holds)}
        bookings.end(connection, held, Ending.RELEASED, now)
        return way, tuple(held.values()), True
    problem, offer = _present(connection, request, subject, local_day(now))
    if offer is None:
        return [], (), False
    chosen["minute_taker"] = offer.booking.minute_taker
    released = _release(connection, request, offer, problem, subject, now)
    return making_way(connection, (), offer.minute_takers), released, True


def _present(connection: Connection, request: OfferBooking, subject: Subject, today: dt.date) -> tuple[Problem, Offer | None]:
    """Return the problem of the slot's weeks, and the slot as an offer in the present diary, or None if it is not possible."""
    day, time = request.start.date(), request.start.time()
    days = [day] if subject.booked is None else sorted([day, subject.booked.booking.day])
    board = board_of_weeks(connection, whole_weeks(days[0], days[-1]), today, given=[subject.value])
    only = OfferFilter(first=day, last=day, first_time=time, last_time=time, chairs=(request.chair,))
    found = offers_on(board, subject.value, every=True, accepted=only)
    here = (offer for offer in found.offers if offer.booking.room == request.room)
    return board.problem, next(here, None)


def _release(
    connection: Connection,
    request: OfferBooking,
    offer: Offer,
    problem: Problem,
    subject: Subject,
    now: dt.datetime,
) -> tuple[str, ...]:
    """Release the held slots that make way for the offer; return them. Raise OfferGoneError if it needs one that it did not name.

    Slots of holds that have been removed make way for any booking.
    """
    more = [name for name in offer.withdrawn_holds if name not in request.withdrawn_holds]
    if more:
        message = f"It would now take the place of {in_a_row(more)}, which is kept free."
        raise _gone(request, subject, [ErrorItem(where="withdrawn_holds", message=message)])
    held = {one.number: one.booking.conference for one in bookings.active_slots(connection, offer.withdrawn_holds)}
    row = bookings.taking(offer.booking, documents.get(connection, "policy")[0])
    held |= {
        one.number: one.booking.conference
        for _, one in bookings.clashing(connection, row)
        if one.booking.held and one.booking.conference not in problem.held_slot_by_id
    }
    bookings.end(connection, held, Ending.RELEASED, now)
    return tuple(held.values())


def _placement(
    connection: Connection,
    request: OfferBooking,
    subject: Subject,
    chosen: dict[str, Any],
    released: tuple[str, ...],
    now: dt.datetime,
) -> Placement:
    stored = conferences.find(connection, subject.value.id)
    assert stored is not None
    waiver = None if request.waiver is None else request.waiver.model_dump(mode="json")
    exception = None if request.exception is None else request.exception.model_dump(mode="json")
    old, booking = subject.booked, booking_at(stored, chosen)
    if old is not None:
        stored, faults = waived_move(connection, stored, old, booking, waiver, now)
        exception = exception or (old.exception if booking.day == old.booking.day else None)
        return Placement(stored, chosen, old, old.locks, exception, faults, released)
    short = notice.short_notice(connection, stored.value, booking, local_day(now))
    stored, faults = waived(connection, stored, short, [], waiver, now)
    return Placement(stored, chosen, None, (), exception, faults, released)


def _gone(request: OfferBooking, subject: Subject, errors: list[ErrorItem]) -> OfferGoneError:
    """Return the error for an offer that is gone. A missing minute taker is listed only if nothing else is wrong."""
    causes = [one for one in errors if one.where != MinuteTakersRule.name] or errors
    why = " ".join(one.message for one in causes) or "The present diary has no such slot for it."
    detail = (
        f"{subject.value.id} can't be booked for {moment_in_words(request.start)} any more: {why} Choose one of the new offers."
    )
    return OfferGoneError(request, detail, causes)
