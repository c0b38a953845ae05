"""Questions about a conference in the present diary: which weeks they look at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from api.clock import local_day
from api.diary.boards import board_of_weeks, whole_weeks
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.queries import OPEN, StoredConference
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import ErrorItem, invalid
from scheduler.domain.clocks import earliest_date
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Period
from scheduler.wording import date_in_words

MOST_WEEKS = 6
"""The most weeks that an explanation looks at: its solves have to end within ten seconds."""


@dataclass(frozen=True)
class DiaryWeeks:
    """The problem of some weeks of the present diary, and their bookings as a schedule."""

    problem: Problem
    schedule: Schedule


def weeks_of(connection: Connection, stored: StoredConference, now: dt.datetime, date: dt.date | None = None) -> DiaryWeeks:
    """Return the weeks from those of a conference's booking, of a ``date`` and of its earliest day to its due date.

    They are ``MOST_WEEKS`` at most. Raise ConflictError if the conference is over, or InvalidError if the date is too far away.
    """
    if stored.state not in OPEN:
        raise conference_workflow.not_open(stored)
    today, policy = local_day(now), documents.get(connection, "policy")[0]
    booked = bookings.active_of(connection, stored.value.id)
    if date is not None and date < today:
        raise invalid("The request has errors.", [ErrorItem(where="date", message=f"{date_in_words(date)} is over.")])
    needed = [day for day in (date, None if booked is None else booked.booking.day) if day is not None]
    earliest = earliest_date(stored.value, today, conferences.calendar(connection), policy, today)
    first = min(needed, default=earliest)
    longest = dt.timedelta(weeks=MOST_WEEKS)
    if whole_weeks(first, first).first + longest <= max(needed, default=first):
        message = f"{date_in_words(max(needed))} is more than {MOST_WEEKS} weeks from {date_in_words(first)}. Enter a nearer day."
        raise invalid("The request has errors.", [ErrorItem(where="date", message=message)])
    first = min(first, max(earliest, max([first, *needed]) - longest + dt.timedelta(weeks=1)))
    end = whole_weeks(first, first).first + longest - dt.timedelta(days=1)
    last = min(end, max([first, stored.due, *needed]))
    board = board_of_weeks(connection, whole_weeks(first, last), today, given=[stored.value])
    return DiaryWeeks(board.problem, Schedule(bookings=board.bookings))


def days_of_next_weeks(weeks: int, now: dt.datetime) -> Period:
    """Return the days of this week and those after it: ``weeks`` in all."""
    today = local_day(now)
    return whole_weeks(today, today + dt.timedelta(weeks=weeks - 1))


def next_weeks(connection: Connection, days: Period, now: dt.datetime) -> DiaryWeeks | None:
    """Return these weeks of the diary; None if it has no site yet, and so no conference."""
    if not registers.count(connection, registers.SITES):
        return None
    board = board_of_weeks(connection, days, local_day(now))
    return DiaryWeeks(board.problem, Schedule(bookings=board.bookings))
