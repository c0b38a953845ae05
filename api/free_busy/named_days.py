"""Named whole days in a calendar, such as bank holidays and school terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from api.clock import local_day
from api.free_busy.occurrences import instant, occurrences_in
from scheduler.domain.values import Period

MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, order=True)
class NamedDays:
    """Consecutive days, both ends included, with their name, which may be empty."""

    first: dt.date
    last: dt.date
    name: str


def named_days(content: bytes, period: Period) -> tuple[NamedDays, ...]:
    """Return the days of the events in an iCalendar file that touch the period, in order, without cancelled events.

    Raise CalendarRefused if it can't be read. Only one thread of a process may run this at a time. Use
    ``named_days_apart`` for files from outside.
    """
    events = occurrences_in(content, period, names=True).events
    events = [event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]
    days_ = {_named(event["DTSTART"].dt, event["DTEND"].dt, str(event.get("SUMMARY", ""))) for event in events}
    return tuple(sorted(days for days in days_ if days.first <= period.last and days.last >= period.first))


def _named(start: dt.date, end: dt.date, name: str) -> NamedDays:
    first, last = local_day(instant(start)), local_day(instant(end) - dt.timedelta.resolution)
    return NamedDays(first, max(first, last), printable(name))


def printable(name: str) -> str:
    """Return a name of at most 100 characters, with spaces for unprintable ones."""
    return "".join(one if one.isprintable() else " " for one in name).strip()[:MAX_NAME_CHARACTERS]
