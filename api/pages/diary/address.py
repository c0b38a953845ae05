"""Days, weeks and months in addresses: ``2027-01-12``, ``2027-w02`` and ``2027-01``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from api.errors import not_found
from api.pages import periods
from scheduler.domain.clocks import months_after
from scheduler.domain.values import YEARS, Period, monday_of

_WEEK = re.compile(r"(?P<year>[0-9]{4})-w(?P<week>[0-9]{2})")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


class Span(StrEnum):
    """How long the shown days are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Shown:
    """What the diary shows: one day, the working days of a week, or a month."""

    days: Period
    span: Span

    @property
    def address(self) -> str:
        """Return it as it is in an address."""
        if self.span is Span.MONTH:
            return f"{self.days.first:%Y-%m}"
        return week_address(self.days.first) if self.span is Span.WEEK else self.days.first.isoformat()

    def moved(self, by: int) -> Shown:
        """Return the day, week or month that many later: over weekends, since nothing is held on them."""
        if self.span is Span.MONTH:
            return month_of(months_after(self.days.first, by))
        if self.span is Span.WEEK:
            return week_of(self.days.first + dt.timedelta(weeks=by))
        day = self.days.first + dt.timedelta(days=by)
        while day.weekday() > 4:
            day += dt.timedelta(days=by)
        return day_of(day)


def shown_of(text: str) -> Shown:
    """Return the day, week or month of an address. Raise NotFoundError if there is none."""
    match, is_month = _WEEK.fullmatch(text), _MONTH.fullmatch(text) is not None
    try:
        if match:
            first = dt.date.fromisocalendar(int(match["year"]), int(match["week"]), 1)
        else:
            first = dt.date.fromisoformat(f"{text}-01" if is_month else text)
    except ValueError:
        raise not_found("day", text) from None
    if first.year not in YEARS:
        raise not_found("day", text)
    if is_month:
        return month_of(first)
    return week_of(first) if match else day_of(first)


def day_of(day: dt.date) -> Shown:
    """Return one day."""
    return Shown(Period(first=day, last=day), Span.DAY)


def week_of(day: dt.date) -> Shown:
    """Return the working days of a day's week."""
    monday = monday_of(day)
    return Shown(Period(first=monday, last=monday + dt.timedelta(days=4)), Span.WEEK)


def month_of(day: dt.date) -> Shown:
    """Return the month of a day."""
    return Shown(periods.month_of(day), Span.MONTH)


def week_address(day: dt.date) -> str:
    """Return the week of a day as it is in an address."""
    year, week, _ = day.isocalendar()
    return f"{year}-w{week:02}"
