"""The days of a plan: months in whole weeks, and days that somebody types."""

from __future__ import annotations

import datetime as dt

from api.errors import ErrorItem, invalid
from api.pages.entries import NearestYear, date_of, last_of
from api.pages.forms import TypedForm
from api.pages.periods import not_a_day, typed_day, wrong_order
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.clocks import months_after
from scheduler.domain.faults import MAX_HORIZON_DAYS
from scheduler.domain.values import Period, monday_of
from scheduler.wording import period_in_words

MONTHS_OFFERED = 4
FIELDS = ("first", "last")
WEEK = dt.timedelta(weeks=1)


def month_of(day: dt.date) -> Period:
    """Return the weeks of a day's month: those whose Monday is in it. So each week belongs to one month, as a whole."""
    first = day.replace(day=1)
    return Period(first=_monday_from(first), last=_monday_from(months_after(first, 1)) - ONE_DAY)


def months_from(today: dt.date) -> list[tuple[str, Period]]:
    """Return the months to offer, each with its name: the one of this week, and the next ones."""
    months = [months_after(monday_of(today), count) for count in range(MONTHS_OFFERED)]
    return [(f"{day:%B %Y}", month_of(day)) for day in months]


def name_of(days: Period) -> str:
    """Return ``February 2027`` if these are a month's weeks, or else the days in words."""
    return f"{days.first:%B %Y}" if days == month_of(days.first) else period_in_words(days)


def typed_days(days: Period) -> TypedForm:
    """Return the days as a person would type them: ``4/1/2027``."""
    return TypedForm([("first", typed_day(days.first)), ("last", typed_day(days.last))])


def days_of(typed: TypedForm, today: dt.date) -> Period:
    """Return the days that somebody typed. Raise InvalidError with the fault of each field."""
    first = date_of(typed["first"], today, NearestYear.COMING)
    last = last_of(typed["last"], first or today)
    faults = [
        ErrorItem(where=name, message=not_a_day(typed[name], name, example))
        for name, day, example in (("first", first, "1/2"), ("last", last, "28/2"))
        if day is None
    ]
    if first is not None and last is not None:
        if last < first:
            faults.append(ErrorItem(where="last", message=wrong_order(first, last)))
        elif (last - first).days >= MAX_HORIZON_DAYS:
            faults.append(ErrorItem(where="last", message=f"Enter at most {MAX_HORIZON_DAYS} days, such as a month."))
        if last < today:
            faults.append(ErrorItem(where="last", message="These days are over. Enter a last day from today on."))
    if faults or first is None or last is None:
        raise invalid("The days have faults.", faults)
    return Period(first=first, last=last)


def _monday_from(day: dt.date) -> dt.date:
    monday = monday_of(day)
    return monday if monday == day else monday + WEEK
