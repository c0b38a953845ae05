"""Days and weeks in addresses: ``2027-01-12`` and ``2027-w02``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from api.errors import not_found
from scheduler.domain.values import YEARS, Period, monday_of

_WEEK = re.compile(r"(?P<year>[0-9]{4})-w(?P<week>[0-9]{2})")


@dataclass(frozen=True)
class Shown:
    """What the diary shows: one day, or the working days of a week."""

    days: Period
    is_week: bool

    @property
    def address(self) -> str:
        """Return it as it is in an address."""
        return week_address(self.days.first) if self.is_week else self.days.first.isoformat()

    def moved(self, by: int) -> Shown:
        """Return the day or week that many later: over weekends, since nothing is held on them."""
        if self.is_week:
            return week_of(self.days.first + dt.timedelta(weeks=by))
        day = self.days.first + dt.timedelta(days=by)
        while day.weekday() > 4:
            day += dt.timedelta(days=by)
        return day_of(day)


def shown_of(text: str) -> Shown:
    """Return the day or week of an address. Raise NotFoundError if there is none."""
    match = _WEEK.fullmatch(text)
    try:
        first = dt.date.fromisocalendar(int(match["year"]), int(match["week"]), 1) if match else dt.date.fromisoformat(text)
    except ValueError:
        raise not_found("day", text) from None
    if first.year not in YEARS:
        raise not_found("day", text)
    return week_of(first) if match else day_of(first)


def day_of(day: dt.date) -> Shown:
    """Return one day."""
    return Shown(Period(first=day, last=day), is_week=False)


def week_of(day: dt.date) -> Shown:
    """Return the working days of a day's week."""
    monday = monday_of(day)
    return Shown(Period(first=monday, last=monday + dt.timedelta(days=4)), is_week=True)


def week_address(day: dt.date) -> str:
    """Return the week of a day as it is in an address."""
    year, week, _ = day.isocalendar()
    return f"{year}-w{week:02}"
