"""The days whose busy times the service stores."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.clocks import months_after
from scheduler.domain.values import Period

MONTHS_AHEAD = 13


def covered_days(today: dt.date) -> Period:
    """Return this month and the thirteen months after it, which cover any plan of the coming year."""
    first = today.replace(day=1)
    return Period(first=first, last=months_after(first, MONTHS_AHEAD + 1) - ONE_DAY)
