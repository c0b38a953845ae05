"""Bookings made, moved and cancelled by hand: each is checked against the present data before it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as life
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.conferences.workflow import not_open, place
from api.diary.registers import queries as nouns
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.diary.snapshot import problem_of
from api.errors import ErrorItem, InvalidError, ServiceError, conflict, invalid
from api.free_busy import conflicts as busy_times
from api.free_busy.conflicts import Busy
from api.http.permissions import NOBODY
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
    """Book a conference at a chosen ``start``, ``room``, ``chair`` and ``minute_taker``; gives the booking's number.

    ApiError 409 where it is booked already or the place is taken, 422 where it is late without an exception or breaks a rule.
    """
    kept = conferences.found(connection, conference)
    if kept is None:
        wrong = ErrorItem(where="conference", message=f"there is no conference '{conference}'.")
        raise invalid("What is to be booked is not known. Enter the conference first.", [wrong])
    if kept.state is ConferenceState.BOOKED:
        raise conflict("already-booked", f"{conference} is booked already. Move its booking instead.")
    if kept.state is not ConferenceState.REQUESTED:
        raise not_open(kept)
    busy = _busy_then(connection, chosen)
    number, told = _place(connection, kept, chosen, now, locks, exception, busy)
    conferences.note(connection, conference, ConferenceEvent.BOOKED, now, NOBODY, **told)
    return number


def move(
    connection: Connection,
    booked: StoredBooking,
    changes: dict[str, Any],
    reason: Reason,
    now: dt.datetime,
    *,
    exception: Recorded | None,
) -> int:
    """Let another booking stand in place of one; gives its number. ApiError as for ``book``, and where nothing would move."""
    kept = _conference_of(connection, booked)
    before = {name: getattr(booked.booking, name) for name in ("start", "room", "chair", "minute_taker")}
    chosen = before | changes
    if chosen == before:
        raise invalid(f"That is where booking {booked.number} is already. Enter another start, room, chair or minute taker.")
    if chosen["start"].date() == booked.booking.day:
        exception = exception or booked.exception
    busy = _busy_then(connection, chosen)
    bookings.end(connection, [booked.number], Ending.MOVED, now)
    number, told = _place(connection, kept, chosen, now, booked.locks, exception, busy)
    conferences.note(connection, kept.value.id, ConferenceEvent.MOVED, now, NOBODY, reason, **told, before=place(booked))
    return number


def cancel(connection: Connection, booked: StoredBooking, reason: Reason, now: dt.datetime) -> None:
    """Let a booking stand no more: its conference is to be booked again; a held slot is free."""
    if booked.booking.held:
        _must_stand(booked)
        bookings.end(connection, [booked.number], Ending.RELEASED, now)
        return
    kept = _conference_of(connection, booked)
    bookings.end(connection, [booked.number], Ending.CANCELLED, now)
    conferences.change(connection, kept.value, now, state=ConferenceState.REQUESTED)
    conferences.note(connection, kept.value.id, ConferenceEvent.UNBOOKED, now, NOBODY, reason, before=place(booked))


def change_conference(connection: Connection, kept: StoredConference, value: Conference, now: dt.datetime) -> None:
    """Put another value in place of an open conference's. ApiError 422 where its booking would then break a rule."""
    booked = bookings.active_of(connection, value.id)
    before = [] if booked is None else broken_by(connection, booked.booking)
    life.change(connection, kept, value, now)
    if booked is not None:
        refuse([found for found in broken_by(connection, booked.booking) if found not in before], value.id)


def broken_by(connection: Connection, booking: Booking, busy: Busy | None = None) -> list[Violation]:
    """The hard rules that a standing booking breaks in its week: those that would not be broken without it.

    ``busy`` is what chairs' calendars block then; by the present data, where the booking stands, unless told.
    """
    week = monday_of(booking.day), sunday_of(booking.day)
    problem = nameless(problem_of(connection, *week, busy=busy))
    standing = tuple(kept.booking for kept in bookings.active_in(connection, *week))
    others = tuple(other for other in standing if other.conference != booking.conference)
    without = check(problem, Schedule(bookings=others)).violations
    return [found for found in check(problem, Schedule(bookings=standing)).violations if found not in without]


def refuse(broken: Sequence[Violation], conference: str) -> None:
    """ApiError 422 where any rule is broken, with each in words."""
    if broken:
        wrong = [ErrorItem(where=violation.rule, message=violation.text) for violation in broken]
        message = f"{conference} can't be booked so: {' '.join(one.message for one in wrong)}"
        raise InvalidError("breaks-rules", message, errors=wrong)


def _place(
    connection: Connection,
    kept: StoredConference,
    chosen: dict[str, Any],
    now: dt.datetime,
    locks: Sequence[str],
    exception: Recorded | None,
    busy: Busy,
) -> tuple[int, dict[str, Any]]:
    """Keep a booking by hand, if all is well; gives its number, and what a history tells of it."""
    _must_be_known(connection, chosen)
    conference, policy = kept.value, documents.get(connection, "policy")[0]
    end = chosen["start"] + dt.timedelta(minutes=conference.minutes)
    booking = Booking(conference=conference.id, end=end, **chosen)
    days_late = conferences.calendar(connection).working_days(kept.due, booking.day)
    if days_late and exception is None:
        raise _late(kept, booking, days_late)
    recorded = exception if days_late else None
    released = _use_up_holds(connection, conference, booking, now)
    number = bookings.add(connection, booking, policy, now, locks=locks, by_hand=True, exception=recorded)
    conferences.change(connection, conference, now, state=ConferenceState.BOOKED)
    refuse(broken_by(connection, booking, busy), conference.id)
    made = StoredBooking(number, booking, tuple(locks), True, None, recorded, True)
    return number, {"booking": place(made), "exception": recorded, "released": released}


def _late(kept: StoredConference, booking: Booking, days_late: int) -> ServiceError:
    by = f"{date_in_words(booking.day)} is {count_of(days_late, 'working day')} late"
    message = (
        f"{kept.value.id} was due on {date_in_words(kept.due)}: {by}. Choose an earlier day, or record the exception: "
        "by whom, for what reason, and that the safety plan was reviewed."
    )
    wrong = ErrorItem(where="exception", message="is missing. Enter by, reason and safety_plan_reviewed.")
    return InvalidError("late", message, errors=[wrong])


def _use_up_holds(connection: Connection, conference: Conference, booking: Booking, now: dt.datetime) -> list[str]:
    """Free what was held at its site for such a conference and stands in its way; gives these slots' references."""
    if conference.kind.is_review:
        return []
    rooms = {room.id: room.site for room in nouns.values(connection, nouns.ROOMS)}
    site = conference.site if booking.room is None else rooms[booking.room]
    row = bookings.taking(booking, documents.get(connection, "policy")[0])
    found = {kept.number: kept.booking for _, kept in bookings.in_the_way(connection, row)}
    used = {number: slot for number, slot in found.items() if slot.held and slot.room and rooms[slot.room] == site}
    bookings.end(connection, used, Ending.RELEASED, now)
    return [slot.conference for slot in used.values()]


def _busy_then(connection: Connection, chosen: dict[str, Any]) -> Busy:
    """What chairs' calendars block in the week of a place, before anything stands there."""
    day = chosen["start"].date()
    return busy_times.blocking(connection, monday_of(day), sunday_of(day))


def _must_be_known(connection: Connection, chosen: dict[str, Any]) -> None:
    named: dict[str, Register[Any]] = {"room": nouns.ROOMS, "chair": nouns.CHAIRS, "minute_taker": nouns.MINUTE_TAKERS}
    wrong = [
        ErrorItem(where=field, message=f"there is no {noun.name} '{chosen[field]}'.")
        for field, noun in named.items()
        if chosen[field] is not None and nouns.found(connection, noun, chosen[field]) is None
    ]
    if wrong:
        raise invalid("Not all that it names is known.", wrong)


def _must_stand(booked: StoredBooking) -> None:
    if not booked.active:
        raise conflict("ended", f"Booking {booked.number} of {booked.booking.conference} stands no more.")


def _conference_of(connection: Connection, booked: StoredBooking) -> StoredConference:
    """The conference of a booking that can be changed."""
    _must_stand(booked)
    if booked.booking.held:
        raise conflict("held-slot", f"{booked.booking.conference} is kept free for a conference. Cancel it, or plan anew.")
    kept = conferences.found(connection, booked.booking.conference)
    assert kept is not None  # a booking holds on to its conference
    if kept.state is not ConferenceState.BOOKED:
        raise not_open(kept)
    return kept
