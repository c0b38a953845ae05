"""Whole days of a calendar with their names, such as bank holidays and school terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from api.clock import local_day
from api.free_busy.occurrences import instant, occurring
from scheduler.domain.values import Period

MOST_CHARACTERS_OF_A_NAME = 100


@dataclass(frozen=True, order=True)
class NamedDays:
    """Days in a row, both ends included, and what they are called; an empty name where they are not."""

    first: dt.date
    last: dt.date
    name: str


def named_days(content: bytes, period: Period) -> tuple[NamedDays, ...]:
    """The days of the events in an iCalendar file that touch the period, in order. Raises CalendarRefused.

    Cancelled ones are left out. It is for one thread of a process at a time; ``named_days_apart`` is for files of
    anybody's making.
    """
    events = [
        event for event in occurring(content, period, names=True).events if str(event.get("STATUS", "")).upper() != "CANCELLED"
    ]
    found = {_named(event["DTSTART"].dt, event["DTEND"].dt, str(event.get("SUMMARY", ""))) for event in events}
    return tuple(sorted(days for days in found if days.first <= period.last and days.last >= period.first))


def _named(start: dt.date, end: dt.date, name: str) -> NamedDays:
    first, last = local_day(instant(start)), local_day(instant(end) - dt.timedelta.resolution)
    return NamedDays(first, max(first, last), printable(name))


def printable(name: str) -> str:
    """A name without what no line can show, and not too long."""
    return "".join(one if one.isprintable() else " " for one in name).strip()[:MOST_CHARACTERS_OF_A_NAME]
