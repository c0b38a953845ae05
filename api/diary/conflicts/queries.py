"""The bookings from today on that break a rule with the current data: any rule, busy calendars included."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel, PrivateAttr
from sqlalchemy import Connection, func, select

from api.clock import local_day
from api.database.tables import bookings as bookings_table
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.snapshot import problem_of
from api.free_busy import conflicts as busy_conflicts
from scheduler.domain.problem import with_names
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Identifier, Moment, monday_of
from scheduler.rules.published import BOOKING_RULES
from scheduler.wording import moment_in_words

MARKS = ("\ufdd0", "\ufdd1")
"""Two characters that Unicode reserves for use within a program."""
_MARKED = re.compile(f"{MARKS[0]}(?P<reference>[^{MARKS[1]}]*){MARKS[1]}")
WEEKS_AT_ONCE = 100
"""The most weeks checked as one problem, whose days are limited."""


class BrokenBooking(BaseModel):
    """A booking that breaks a rule: the rule, and the violation in a sentence. People are named by their references.

    Pages name them with ``text_with``.
    """

    number: int
    conference: Identifier
    start: Moment
    room: Identifier | None
    chair: Identifier
    rule: str
    text: str
    _marked: str = PrivateAttr("")

    def text_with(self, name_of: Callable[[str], str]) -> str:
        """Return the sentence without its conference, and with the name of each person, by reference, for the reference."""
        names = _MARKED.sub(lambda found: name_of(found["reference"]), self._marked or self.text)
        return names.removeprefix(f"{self.conference}: ")


def broken(connection: Connection, now: dt.datetime) -> list[BrokenBooking]:
    """Return each booking from today on with each rule that it breaks, by start. One that clashes with another is listed too."""
    today = local_day(now)
    last = connection.execute(select(func.max(bookings_table.c.start)).where(bookings_table.c.active)).scalar_one()
    result: list[BrokenBooking] = []
    if last is not None:
        first = monday_of(today)
        while first <= last.date():
            until = first + dt.timedelta(weeks=WEEKS_AT_ONCE, days=-1)
            result += _broken_in(connection, first, min(until, last.date()), today)
            first = until + dt.timedelta(days=1)
    result += _busy(connection, today)
    return sorted(result, key=lambda one: (one.start, one.number, one.rule, one.text))


def newly_broken(before: Sequence[BrokenBooking], after: Sequence[BrokenBooking]) -> list[BrokenBooking]:
    """Return the violations that a change adds."""
    return [one for one in after if one not in before]


def _broken_in(connection: Connection, first: dt.date, last: dt.date, today: dt.date) -> Iterator[BrokenBooking]:
    stored = {one.booking.conference: one for one in bookings.active_in(connection, first, last)}
    if not stored:
        return
    settled = conferences.settled(connection, stored)
    problem = with_names(problem_of(connection, first, last), _mark)
    schedule = Schedule(bookings=tuple(one.booking for one in stored.values()))
    for rule in BOOKING_RULES:
        for violation in rule.breaches(problem, schedule) if rule.is_on(problem.policy) else ():
            for name in sorted(violation.bookings & stored.keys() - settled):
                if stored[name].booking.day >= today:
                    yield _of(stored[name], violation.rule, violation.text)


def _busy(connection: Connection, today: dt.date) -> Iterator[BrokenBooking]:
    """Yield the bookings that overlap a busy time in their chair's calendar."""
    for one in busy_conflicts.conflicts(connection, dt.datetime.combine(today, dt.time())):
        stored = bookings.find(connection, one.number)
        assert stored is not None  # the conflict was read from this booking
        at = moment_in_words(one.start)
        yield _of(stored, "R3", f"{one.conference}: the calendar of {_mark(one.chair)} is busy at its time, {at}.")


def _mark(reference: str) -> str:
    """Return a person's reference between characters that occur in no text, so that a name can take its place."""
    return f"{MARKS[0]}{reference}{MARKS[1]}"


def _of(stored: StoredBooking, rule: str, marked: str) -> BrokenBooking:
    booking = stored.booking
    result = BrokenBooking(
        number=stored.number,
        conference=booking.conference,
        start=booking.start,
        room=booking.room,
        chair=booking.chair,
        rule=rule,
        text=_MARKED.sub(lambda found: found["reference"], marked),
    )
    result._marked = marked
    return result
