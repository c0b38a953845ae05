"""The present instant, and the local day in Europe/London that it falls on."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from scheduler.domain.values import Period

LONDON = ZoneInfo("Europe/London")


def utc_now() -> dt.datetime:
    """The present instant."""
    return dt.datetime.now(dt.UTC)


def local_day(now: dt.datetime) -> dt.date:
    """The service's date at an instant."""
    return now.astimezone(LONDON).date()


def still_to_come(days: Period, now: dt.datetime) -> Period:
    """The days from today on; all of them where all are over."""
    today = local_day(now)
    return Period(first=max(days.first, today) if today <= days.last else days.first, last=days.last)
