"""Placing a booking by hand: all of its faults by the current data at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import notice
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.references import hint_of
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.diary.snapshot import problem_of
from api.errors import ConflictError, ErrorItem, InvalidError, invalid
from api.free_busy import conflicts as busy_conflicts
from api.free_busy.conflicts import Busy
from scheduler.checker import check
from scheduler.domain.conference import Conference
from scheduler.domain.problem import nameless
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of, sunday_of
from scheduler.wording import count_of, date_in_words

Recorded = dict[str, Any]
"""A recorded exception (who, why, and that the safety plan was reviewed) or a waiver (who, and why)."""


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


def refuse(broken: Sequence[Violation], conference: str, faults: Sequence[BookingFault] = ()) -> None:
    """Raise InvalidError with each broken rule in words, and each other fault, if there is any."""
    errors = [ErrorItem(where=violation.rule, message=violation.text) for violation in broken]
    if errors:
        message = " ".join([*(fault.detail for fault in faults), *(one.message for one in errors)])
        every = [*(fault.error for fault in faults), *errors]
        raise InvalidError("breaks-rules", f"{conference} can't be booked so: {message}", errors=every)
    if faults:
        detail = " ".join(fault.detail for fault in faults)
        raise InvalidError(faults[0].kind, detail, errors=[fault.error for fault in faults])


@dataclass(frozen=True)
class BookingFault:
    """A fault of a booking by hand, other than a broken rule: its kind, a sentence, and what to enter."""

    kind: str
    detail: str
    error: ErrorItem


def waived(
    connection: Connection,
    stored: StoredConference,
    short: Sequence[ErrorItem],
    soon: Sequence[ErrorItem],
    waiver: Recorded | None,
    now: dt.datetime,
) -> tuple[StoredConference, list[BookingFault]]:
    """Record a waiver if one is needed: of the notice of a new start (``short``), or of a move (``soon``).

    Return the changed conference, and the faults if a waiver is missing.
    """
    if not short and not soon:
        return stored, []
    if waiver is None:
        errors = [*short, *soon]
        return stored, [BookingFault("notice", f"{stored.value.id}: {error.message}", error) for error in errors]
    conference_workflow.waive_notice(connection, stored, waiver, now, is_of_moves=not short)
    after = conferences.find(connection, stored.value.id)
    assert after is not None
    return after, []


def waived_move(
    connection: Connection,
    stored: StoredConference,
    booked: StoredBooking,
    after: Booking,
    waiver: Recorded | None,
    now: dt.datetime,
) -> tuple[StoredConference, list[BookingFault]]:
    """Record a waiver of a move if one is needed; return the changed conference, and the faults if a waiver is missing."""
    short, soon = faults_of_move(connection, stored.value, booked, after, local_day(now))
    return waived(connection, stored, short, soon, waiver, now)


def faults_of_move(
    connection: Connection, conference: Conference, booked: StoredBooking, after: Booking, today: dt.date
) -> tuple[list[ErrorItem], list[ErrorItem]]:
    """Return the faults that need a waiver: of the notice of a new start, and of a move within the notice of moves.

    A booking that breaks a rule may change its room or chair, or move to a later day, without one. There are no faults for a day
    before the conference's clock, which no waiver allows.
    """
    if notice.before_clock(conference, after.day):
        return [], []
    has_new_start = after.start != booked.booking.start
    short = notice.short_notice(connection, conference, after, today) if has_new_start else []
    soon = notice.moved_too_soon(connection, booked, after, today)
    if soon and not short and _breaks_a_rule(connection, booked, today):
        first = notice.first_movable_day(today, conferences.calendar(connection), documents.get(connection, "policy")[0])
        soon = soon if has_new_start and after.day < first else []
    return short, soon


def _breaks_a_rule(connection: Connection, booked: StoredBooking, today: dt.date) -> bool:
    """True if a booking is in the list of conflicts: it breaks a rule, or its chair's calendar is busy then."""
    clashing = busy_conflicts.conflicts(connection, dt.datetime.combine(today, dt.time()))
    return any(one.number == booked.number for one in clashing) or bool(broken_by(connection, booked.booking))


def booking_at(stored: StoredConference, chosen: dict[str, Any]) -> Booking:
    """Return a conference's booking at a chosen start and place."""
    end = chosen["start"] + dt.timedelta(minutes=stored.value.minutes)
    return Booking(conference=stored.value.id, end=end, **chosen)


def place(
    connection: Connection,
    stored: StoredConference,
    chosen: dict[str, Any],
    now: dt.datetime,
    locks: Sequence[str],
    exception: Recorded | None,
    busy: Busy,
    faults: Sequence[BookingFault] = (),
) -> tuple[StoredBooking, list[str]]:
    """Store a booking by hand that breaks no rule; return it with the held slots that it releases.

    Raise an error with everything that is wrong, ``faults`` included.
    """
    try:
        booked, released, faults = store(connection, stored, chosen, now, locks, exception, faults)
    except ConflictError as error:
        broken = _broken_besides(connection, booking_at(stored, chosen), now, busy)
        errors = [ErrorItem(where=one.rule, message=one.text) for one in broken]
        detail = " ".join([error.detail, *(one.message for one in errors)])
        raise ConflictError(error.kind, detail, [*error.errors, *errors]) from None
    refuse(broken_by(connection, booked.booking, busy), stored.value.id, faults)
    return booked, released


def store(
    connection: Connection,
    stored: StoredConference,
    chosen: dict[str, Any],
    now: dt.datetime,
    locks: Sequence[str],
    exception: Recorded | None,
    faults: Sequence[BookingFault] = (),
) -> tuple[StoredBooking, list[str], Sequence[BookingFault]]:
    """Store a booking by hand; return it with the held slots that it releases, and its faults other than broken rules.

    Raise ConflictError if the room or somebody is taken.
    """
    conference, policy = stored.value, documents.get(connection, "policy")[0]
    booking = booking_at(stored, chosen)
    days_late = conferences.calendar(connection).working_days(stored.due, booking.day)
    if days_late and exception is None:
        faults = [_late(stored, booking, days_late), *faults]
    if early := notice.before_clock(conference, booking.day):
        message = f"{early} {notice.ON_CLOCK}"
        faults = [BookingFault("before-clock", message, ErrorItem(where="start", message=message)), *faults]
    released = _use_up_holds(connection, conference, booking, now)
    new = DiaryBooking(booking, tuple(locks), by_hand=True, exception=exception if days_late else None)
    try:
        booked = bookings.add(connection, new, policy, now)
    except ConflictError as error:
        detail = " ".join([error.detail, *(fault.detail for fault in faults)])
        raise ConflictError(error.kind, detail, [*error.errors, *(fault.error for fault in faults)]) from None
    conferences.change(connection, conference, now, state=ConferenceState.BOOKED)
    return booked, released, faults


def _broken_besides(connection: Connection, booking: Booking, now: dt.datetime, busy: Busy) -> list[Violation]:
    """Return the hard rules that a booking would break if the bookings that clash with it were not there."""
    policy = documents.get(connection, "policy")[0]
    clashing = [stored.number for _, stored in bookings.clashing(connection, bookings.taking(booking, policy))]
    trial = connection.begin_nested()
    try:
        bookings.end(connection, clashing, Ending.MOVED, now)
        bookings.add(connection, DiaryBooking(booking), policy, now)
        return broken_by(connection, booking, busy)
    finally:
        trial.rollback()


def recorded(booked: StoredBooking, released: list[str]) -> dict[str, Any]:
    """Return a new booking's entry in the conference's history."""
    return {"booking": booked.history_entry, "exception": booked.exception, "released": released}


def _late(stored: StoredConference, booking: Booking, days_late: int) -> BookingFault:
    by = f"{date_in_words(booking.day)} is {count_of(days_late, 'working day')} late"
    message = (
        f"{stored.value.id} was due on {date_in_words(stored.due)}: {by}. Choose an earlier day, or record the exception: "
        "by whom, for what reason, and that the safety plan was reviewed."
    )
    error = ErrorItem(where="exception", message="is missing. Enter by, reason and safety_plan_reviewed.")
    return BookingFault("late", message, error)


def _use_up_holds(connection: Connection, conference: Conference, booking: Booking, now: dt.datetime) -> list[str]:
    """Release the held slots at the booking's site that clash with it; return their references. A review uses up none."""
    if conference.kind.is_review:
        return []
    rooms = {room.id: room.site for room in registers.values(connection, registers.ROOMS)}
    site = conference.site if booking.room is None else rooms[booking.room]
    row = bookings.taking(booking, documents.get(connection, "policy")[0])
    clashes = {stored.number: stored.booking for _, stored in bookings.clashing(connection, row)}
    used = {number: slot for number, slot in clashes.items() if slot.held and slot.room and rooms[slot.room] == site}
    bookings.end(connection, used, Ending.RELEASED, now)
    return [slot.conference for slot in used.values()]


def busy_then(connection: Connection, chosen: dict[str, Any]) -> Busy:
    """Return when calendars block chairs in the week of a chosen start, before anything is booked there."""
    day = chosen["start"].date()
    return busy_conflicts.blocking(connection, monday_of(day), sunday_of(day))


def hold_to_registers(connection: Connection, chosen: dict[str, Any]) -> None:
    """Raise InvalidError if the chosen room, chair or minute taker does not exist."""
    if errors := unknown_in_registers(connection, chosen):
        raise invalid("It refers to items that do not exist.", errors)


def unknown_in_registers(connection: Connection, chosen: dict[str, Any]) -> list[ErrorItem]:
    """Return an error for each of the chosen room, chair and minute taker that does not exist."""
    named: dict[str, Register[Any]] = {
        "room": registers.ROOMS,
        "chair": registers.CHAIRS,
        "minute_taker": registers.MINUTE_TAKERS,
    }
    return [
        ErrorItem(
            where=field, message=f"there is no {register.name} '{chosen[field]}'.{hint_of(connection, register, chosen[field])}"
        )
        for field, register in named.items()
        if chosen[field] is not None and registers.find(connection, register, chosen[field]) is None
    ]
