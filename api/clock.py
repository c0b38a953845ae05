"""The current instant, and its local day in Europe/London."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from scheduler.domain.values import Period

LONDON = ZoneInfo("Europe/London")


def utc_now() -> dt.datetime:
    """Return the current instant."""
    return dt.datetime.now(dt.UTC)


def local_day(now: dt.datetime) -> dt.date:
    """Return the local day of an instant."""
    return now.astimezone(LONDON).date()


def still_to_come(days: Period, now: dt.datetime) -> Period:
    """Return the days from today on, or all of them if all are over."""
    today = local_day(now)
    return Period(first=max(days.first, today) if today <= days.last else days.first, last=days.last)
