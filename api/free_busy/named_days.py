"""Named whole days in a calendar, such as bank holidays and school terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from api.clock import local_day
from api.free_busy.occurrences import occurrences_in, odd_if_it_fails
from api.free_busy.odd_events import OddEventError
from api.free_busy.series_dates import instant
from scheduler.domain.values import Period

MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, order=True)
class NamedDays:
    """Consecutive days, both ends included, with their name, which may be empty."""

    first: dt.date
    last: dt.date
    name: str


@dataclass(frozen=True)
class DaysRead:
    """The named days in a file, in order. ``notes`` list the events that were not read, and the assumptions made."""

    days: tuple[NamedDays, ...]
    notes: tuple[str, ...] = ()


def named_days(content: bytes, period: Period) -> DaysRead:
    """Return the days of the events in an iCalendar file that touch the period, without cancelled events.

    Raise CalendarRefused if it can't be read. Only one thread of a process may run this at a time. Use
    ``named_days_apart`` for files from outside.
    """
    occurrences = occurrences_in(content, period, names=True)
    days = set()
    for one in occurrences.events:
        if str(one.event.get("STATUS", "")).upper() != "CANCELLED":
            try:
                with odd_if_it_fails():
                    days.add(_named(one.event["DTSTART"].dt, one.event["DTEND"].dt, str(one.event.get("SUMMARY", ""))))
            except OddEventError as error:
                occurrences.notes.not_read(one.part, str(error))
    touching = sorted(one for one in days if one.first <= period.last and one.last >= period.first)
    return DaysRead(tuple(touching), occurrences.notes.listed())


def _named(start: dt.date, end: dt.date, name: str) -> NamedDays:
    first, last = local_day(instant(start)), local_day(instant(end) - dt.timedelta.resolution)
    return NamedDays(first, max(first, last), printable(name))


def printable(name: str) -> str:
    """Return a name of at most 100 characters, with spaces for unprintable ones."""
    return "".join(one if one.isprintable() else " " for one in name).strip()[:MAX_NAME_CHARACTERS]
