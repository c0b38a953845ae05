"""Bookings made, moved and cancelled by hand: each is checked against the current data before it is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from api.actor import NOBODY
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.conferences.workflow import not_open
from api.diary.registers import queries as nouns
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.diary.snapshot import problem_of
from api.errors import ErrorItem, InvalidError, conflict, invalid
from api.free_busy import conflicts as busy_times
from api.free_busy.conflicts import Busy
from scheduler.checker import check
from scheduler.domain.conference import Conference
from scheduler.domain.problem import nameless
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of, sunday_of
from scheduler.wording import count_of, date_in_words

Recorded = dict[str, Any]
"""A recorded exception: who, why, and that the safety plan was reviewed."""


def book(
    connection: Connection,
    conference: str,
    chosen: dict[str, Any],
    now: dt.datetime,
    *,
    locks: Sequence[str],
    exception: Recorded | None,
) -> int:
    """Book a conference at a chosen ``start``, ``room``, ``chair`` and ``minute_taker``; return the booking's number.

    Raise ConflictError if it is booked already or the place is taken, or InvalidError if it is late without an exception or
    breaks a rule.
    """
    stored = conferences.find(connection, conference)
    if stored is None:
        error = ErrorItem(where="conference", message=f"there is no conference '{conference}'.")
        raise invalid("The conference is unknown. Enter it first.", [error])
    if stored.state is ConferenceState.BOOKED:
        raise conflict("already-booked", f"{conference} is booked already. Move its booking instead.")
    if stored.state is not ConferenceState.REQUESTED:
        raise not_open(stored)
    busy = _busy_then(connection, chosen)
    booked, released = _place(connection, stored, chosen, now, locks, exception, busy)
    conferences.record_event(connection, conference, ConferenceEvent.BOOKED, now, NOBODY, **_recorded(booked, released))
    return booked.number


def move(
    connection: Connection,
    booked: StoredBooking,
    changes: dict[str, Any],
    reason: Reason,
    now: dt.datetime,
    *,
    exception: Recorded | None,
) -> int:
    """Replace a booking by another of the same conference; return the new number.

    Raise the errors of ``book``, or InvalidError if nothing would move.
    """
    stored = _conference_of(connection, booked)
    before = {name: getattr(booked.booking, name) for name in ("start", "room", "chair", "minute_taker")}
    chosen = before | changes
    if chosen == before:
        raise invalid(f"That is where booking {booked.number} is already. Enter another start, room, chair or minute taker.")
    if chosen["start"].date() == booked.booking.day:
        exception = exception or booked.exception
    busy = _busy_then(connection, chosen)
    bookings.end(connection, [booked.number], Ending.MOVED, now)
    moved, released = _place(connection, stored, chosen, now, booked.locks, exception, busy)
    detail = {**_recorded(moved, released), "before": booked.history_entry}
    conferences.record_event(connection, stored.value.id, ConferenceEvent.MOVED, now, NOBODY, reason, **detail)
    return moved.number


def cancel(connection: Connection, booked: StoredBooking, reason: Reason, now: dt.datetime) -> None:
    """End a booking: its conference is requested again; a held slot is free."""
    if booked.booking.held:
        _hold_to_active(booked)
        bookings.end(connection, [booked.number], Ending.RELEASED, now)
        return
    stored = _conference_of(connection, booked)
    bookings.end(connection, [booked.number], Ending.CANCELLED, now)
    conferences.change(connection, stored.value, now, state=ConferenceState.REQUESTED)
    before = booked.history_entry
    conferences.record_event(connection, stored.value.id, ConferenceEvent.UNBOOKED, now, NOBODY, reason, before=before)


def change_conference(connection: Connection, stored: StoredConference, value: Conference, now: dt.datetime) -> None:
    """Replace an open conference's value. Raise InvalidError if its booking would then break a rule."""
    booked = bookings.active_of(connection, value.id)
    before = [] if booked is None else broken_by(connection, booked.booking)
    conference_workflow.change(connection, stored, value, now)
    if booked is not None:
        refuse([one for one in broken_by(connection, booked.booking) if one not in before], value.id)


def broken_by(connection: Connection, booking: Booking, busy: Busy | None = None) -> list[Violation]:
    """Return the hard rules that an active booking breaks in its week: those that hold without it.

    ``busy`` is when calendars block chairs in that week; by default it is read from the current data, which include the booking.
    """
    week = monday_of(booking.day), sunday_of(booking.day)
    problem = nameless(problem_of(connection, *week, busy=busy))
    current = tuple(stored.booking for stored in bookings.active_in(connection, *week))
    others = tuple(other for other in current if other.conference != booking.conference)
    without = check(problem, Schedule(bookings=others)).violations
    return [one for one in check(problem, Schedule(bookings=current)).violations if one not in without]


def refuse(broken: Sequence[Violation], conference: str) -> None:
    """Raise InvalidError with each broken rule in words, if there is any."""
    if broken:
        errors = [ErrorItem(where=violation.rule, message=violation.text) for violation in broken]
        message = f"{conference} can't be booked so: {' '.join(one.message for one in errors)}"
        raise InvalidError("breaks-rules", message, errors=errors)


def _place(
    connection: Connection,
    stored: StoredConference,
    chosen: dict[str, Any],
    now: dt.datetime,
    locks: Sequence[str],
    exception: Recorded | None,
    busy: Busy,
) -> tuple[StoredBooking, list[str]]:
    """Store a booking by hand that breaks no rule; return it with the held slots that it releases."""
    _hold_to_registers(connection, chosen)
    conference, policy = stored.value, documents.get(connection, "policy")[0]
    end = chosen["start"] + dt.timedelta(minutes=conference.minutes)
    booking = Booking(conference=conference.id, end=end, **chosen)
    days_late = conferences.calendar(connection).working_days(stored.due, booking.day)
    if days_late and exception is None:
        raise _late(stored, booking, days_late)
    released = _use_up_holds(connection, conference, booking, now)
    new = DiaryBooking(booking, tuple(locks), by_hand=True, exception=exception if days_late else None)
    booked = bookings.add(connection, new, policy, now)
    conferences.change(connection, conference, now, state=ConferenceState.BOOKED)
    refuse(broken_by(connection, booking, busy), conference.id)
    return booked, released


def _recorded(booked: StoredBooking, released: list[str]) -> dict[str, Any]:
    """Return what a conference's history records of a new booking."""
    return {"booking": booked.history_entry, "exception": booked.exception, "released": released}


def _late(stored: StoredConference, booking: Booking, days_late: int) -> InvalidError:
    by = f"{date_in_words(booking.day)} is {count_of(days_late, 'working day')} late"
    message = (
        f"{stored.value.id} was due on {date_in_words(stored.due)}: {by}. Choose an earlier day, or record the exception: "
        "by whom, for what reason, and that the safety plan was reviewed."
    )
    error = ErrorItem(where="exception", message="is missing. Enter by, reason and safety_plan_reviewed.")
    return InvalidError("late", message, errors=[error])


def _use_up_holds(connection: Connection, conference: Conference, booking: Booking, now: dt.datetime) -> list[str]:
    """Release the held slots at the booking's site that clash with it; return their references. A review uses up none."""
    if conference.kind.is_review:
        return []
    rooms = {room.id: room.site for room in nouns.values(connection, nouns.ROOMS)}
    site = conference.site if booking.room is None else rooms[booking.room]
    row = bookings.taking(booking, documents.get(connection, "policy")[0])
    clashes = {stored.number: stored.booking for _, stored in bookings.clashing(connection, row)}
    used = {number: slot for number, slot in clashes.items() if slot.held and slot.room and rooms[slot.room] == site}
    bookings.end(connection, used, Ending.RELEASED, now)
    return [slot.conference for slot in used.values()]


def _busy_then(connection: Connection, chosen: dict[str, Any]) -> Busy:
    """Return when calendars block chairs in the week of a chosen start, before anything is booked there."""
    day = chosen["start"].date()
    return busy_times.blocking(connection, monday_of(day), sunday_of(day))


def _hold_to_registers(connection: Connection, chosen: dict[str, Any]) -> None:
    """Raise InvalidError if the chosen room, chair or minute taker does not exist."""
    named: dict[str, Register[Any]] = {"room": nouns.ROOMS, "chair": nouns.CHAIRS, "minute_taker": nouns.MINUTE_TAKERS}
    errors = [
        ErrorItem(where=field, message=f"there is no {noun.name} '{chosen[field]}'.")
        for field, noun in named.items()
        if chosen[field] is not None and nouns.find(connection, noun, chosen[field]) is None
    ]
    if errors:
        raise invalid("It refers to items that do not exist.", errors)


def _hold_to_active(booked: StoredBooking) -> None:
    """Raise ConflictError if a booking has ended."""
    if not booked.active:
        raise conflict("ended", f"Booking {booked.number} of {booked.booking.conference} has ended.")


def _conference_of(connection: Connection, booked: StoredBooking) -> StoredConference:
    """Return the conference of a booking. Raise ConflictError if that booking can't be changed."""
    _hold_to_active(booked)
    if booked.booking.held:
        raise conflict("held-slot", f"{booked.booking.conference} is kept free for a conference. Cancel it, or plan anew.")
    stored = conferences.find(connection, booked.booking.conference)
    assert stored is not None  # a booking's conference can't be removed
    if stored.state is not ConferenceState.BOOKED:
        raise not_open(stored)
    return stored
