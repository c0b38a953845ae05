"""Checks of a file's bookings against the rules for bookings by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.diary.apart import pairs_between
from api.diary.bookings import notice
from api.diary.bookings import queries as bookings
from api.diary.bookings.placing import faults_of_move
from api.diary.bookings.queries import DiaryBooking, StoredBooking
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.diary.snapshot import problem_of
from api.errors import ErrorItem
from scheduler.checker import check
from scheduler.domain.conference import Conference
from scheduler.domain.faults import Place
from scheduler.domain.problem import Problem, PublishedBooking, nameless
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of, sunday_of
from scheduler.wording import count_of, date_in_words

DECIDE_BY_HAND = "Choose another day, or book it by hand with the waiver recorded."


@dataclass(frozen=True)
class ImportedBooking:
    """A booking to import: its place in the file, and its conference's current booking."""

    place: Place
    new: DiaryBooking
    current: StoredBooking | None

    @property
    def conference(self) -> str:
        """Return the id of its conference."""
        return self.new.booking.conference

    @property
    def is_new_place(self) -> bool:
        """True if it does more than change the locks of the current booking."""
        return self.current is None or self.new.booking != self.current.booking


@dataclass(frozen=True)
class _Week:
    """A week of the diary with the file's conferences: its problem, and its active bookings."""

    problem: Problem
    active: tuple[Booking, ...]

    def violations(self, placed: Sequence[Booking]) -> list[Violation]:
        """Return the hard rules that bookings break."""
        # Publish each booking at its own place, so that it breaks no lock and no notice of a move.
        published = [
            PublishedBooking.model_construct(
                conference=one.conference,
                start=one.start,
                room=one.room,
                chair=one.chair,
                minute_taker=one.minute_taker,
                locks=(),
            )
            for one in placed
            if not one.held
        ]
        problem = with_fields(self.problem, published=tuple(published))
        return list(check(problem, Schedule.model_construct(bookings=tuple(placed))).violations)


def undecided_bookings(
    connection: Connection, imported: Sequence[ImportedBooking], values: Mapping[str, Conference], today: dt.date
) -> dict[str, list[ErrorItem]]:
    """Return the bookings that can't be imported, by conference, each with the rules that it would break.

    ``values`` are the file's conferences. Notice counts from ``today``, for bookings and moves as by hand (contract, section 8).
    A booking that isn't imported leaves its conference's current booking in place. Others may clash with that one, and are
    checked again.
    """
    placed = [one for one in imported if one.is_new_place]
    refused = {one.conference: unknown for one in placed if (unknown := _unknown(connection, one.new.booking))}
    by_week: dict[dt.date, list[ImportedBooking]] = {}
    for one in placed:
        by_week.setdefault(monday_of(one.new.booking.day), []).append(one)
    weeks = {monday: _week(connection, monday, in_week, values) for monday, in_week in by_week.items()}
    too_soon = {one.conference: _too_early(connection, one, values[one.conference], today) for one in placed}
    while True:
        leaving = {one.conference for one in placed if one.conference not in refused}
        broken_rules: dict[str, list[ErrorItem]] = {}
        for monday, in_week in by_week.items():
            broken_rules |= _broken(weeks[monday], [one for one in in_week if one.conference in leaving], leaving, too_soon)
        if not broken_rules:
            return refused
        refused |= broken_rules


def _week(
    connection: Connection, monday: dt.date, imported: Sequence[ImportedBooking], values: Mapping[str, Conference]
) -> _Week:
    sunday = sunday_of(monday)
    problem = nameless(problem_of(connection, monday, sunday))
    active = tuple(stored.booking for stored in bookings.active_in(connection, monday, sunday))
    booked = {booking.conference for booking in active} | {one.conference for one in imported}
    stored = {one.id: one for one in problem.conferences}
    taking_part = {name: values.get(name) or stored.get(name) for name in booked}
    conferences = tuple(conference for conference in taking_part.values() if conference is not None)
    new = {conference.id: conference.family for conference in conferences}
    apart = tuple(pairs_between(connection, documents.get(connection, "apart")[0], list(new), new))
    return _Week(with_fields(problem, conferences=conferences, apart=apart), active)


def with_fields(problem: Problem, **changes: object) -> Problem:
    """Return the problem with valid fields changed, without values computed from the old fields."""
    return Problem.model_construct(**{name: getattr(problem, name) for name in Problem.model_fields} | changes)


def _broken(
    week: _Week, imported: Sequence[ImportedBooking], leaving: Iterable[str], too_soon: Mapping[str, list[ErrorItem]]
) -> dict[str, list[ErrorItem]]:
    """Return the rules that each booking would break if all valid ones before it in the file were imported.

    ``too_soon`` lists each booking's faults of its clock and of notice.
    """
    left = set(leaving)
    placed = [booking for booking in week.active if booking.conference not in left]
    before = week.violations(placed)
    together = week.violations([*placed, *(one.new.booking for one in imported)])
    faults = {one.conference: [*_late(week.problem, one.new), *too_soon[one.conference]] for one in imported}
    if not any(faults.values()) and all(one in before for one in together):
        return {}
    broken_rules: dict[str, list[ErrorItem]] = {}
    for one in imported:
        after = week.violations([*placed, one.new.booking])
        rules = [ErrorItem(where=each.rule, message=each.text) for each in after if each not in before]
        if broken := [*faults[one.conference], *rules]:
            broken_rules[one.conference] = broken
        else:
            placed.append(one.new.booking)
            before = after
    return broken_rules


def _late(problem: Problem, new: DiaryBooking) -> list[ErrorItem]:
    due, day = problem.due[new.booking.conference], new.booking.day
    days_late = problem.calendar.working_days(due, day)
    if not days_late or new.exception is not None:
        return []
    by = f"{date_in_words(day)} is {count_of(days_late, 'working day')} late"
    text = f"{new.booking.conference} was due on {date_in_words(due)}: {by}."
    return [ErrorItem(where="late", message=f"{text} Choose an earlier day, or book it by hand with the exception recorded.")]


def _too_early(connection: Connection, one: ImportedBooking, conference: Conference, today: dt.date) -> list[ErrorItem]:
    """Return an error if a booking or a move is before its conference's clock, or at too short a notice that nobody has waived.

    A new booking on a day before ``today`` records what has been: it is not bound by notice.
    """
    after = one.new.booking
    if early := notice.before_clock(conference, after.day):
        return [ErrorItem(where="clock", message=f"{early} {notice.ON_CLOCK}")]
    if one.current is not None:
        short, soon = faults_of_move(connection, conference, one.current, after, today)
    else:
        short, soon = [] if after.day < today else notice.short_notice(connection, conference, after, today), []
    return [
        ErrorItem(where="notice" if error in short else "move", message=error.message.replace(notice.RECORD, DECIDE_BY_HAND))
        for error in (*short, *soon)
    ]


def _unknown(connection: Connection, booking: Booking) -> list[ErrorItem]:
    """Return an error for the room and the chair of a booking if they are not in the diary."""
    named: tuple[tuple[Register[Any], str, str | None], ...] = (
        (registers.ROOMS, "room", booking.room),
        (registers.CHAIRS, "chair", booking.chair),
    )
    return [
        ErrorItem(where=field, message=f"there is no {register.name} '{identifier}'.")
        for register, field, identifier in named
        if identifier is not None and registers.find(connection, register, identifier) is None
    ]
