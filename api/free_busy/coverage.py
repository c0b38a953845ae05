"""The days of which a reading of a calendar keeps the busy times."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.clocks import months_after
from scheduler.domain.values import Period

MONTHS_AHEAD = 13


def covered(today: dt.date) -> Period:
    """From the first day of this month to the last of the thirteenth after it: whatever a plan of the coming year looks at."""
    first = today.replace(day=1)
    return Period(first=first, last=months_after(first, MONTHS_AHEAD + 1) - ONE_DAY)
