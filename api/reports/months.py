"""The months of a report's period, each as its first day."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.values import Period, days


def months(period: Period) -> list[dt.date]:
    """Return the first day of each month of the period."""
    return sorted({month_of(day) for day in days(period)})


def month_of(day: dt.date) -> dt.date:
    """Return the first day of a day's month."""
    return day.replace(day=1)
