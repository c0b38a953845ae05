"""Two text boxes for a first and a last day: from what is typed to a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from api.errors import ErrorItem, invalid
from api.pages.entries import NearestYear, date_of, last_of, middle_of
from api.pages.words import day_long
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.clocks import months_after
from scheduler.domain.faults import MAX_HORIZON_DAYS
from scheduler.domain.values import Period


def typed_day(day: dt.date) -> str:
    """Return a day as people type it: ``1/2/2027``."""
    return f"{day.day}/{day.month}/{day.year}"


def month_of(day: dt.date) -> Period:
    """Return the month of a day."""
    first = day.replace(day=1)
    return Period(first=first, last=months_after(first, 1) - ONE_DAY)


def period_of(typed: Mapping[str, str], today: dt.date, usual: Period | None = None) -> Period:
    """Return the period from ``first`` to ``last``, or the usual one if neither is typed.

    A first day without a year is the nearest to the middle of the usual days, or one to come if there are none. Raise
    InvalidError with a sentence for each that is no date, or if they are in the wrong order or too far apart.
    """
    if usual is None:
        first = date_of(typed["first"], today, NearestYear.COMING)
    elif typed["first"] or typed["last"]:
        first = date_of(typed["first"], middle_of(usual), NearestYear.NEAREST)
    else:
        return usual
    last = last_of(typed["last"], first or today)
    faults = [
        ErrorItem(where=name, message=not_a_day(typed[name], name, typed_day(today)))
        for name, day in (("first", first), ("last", last))
        if day is None
    ]
    if first is not None and last is not None:
        if last < first:
            faults.append(ErrorItem(where="last", message=wrong_order(first, last)))
        elif (last - first).days >= MAX_HORIZON_DAYS:
            faults.append(ErrorItem(where="last", message=f"Enter days that are less than {MAX_HORIZON_DAYS} days apart"))
    if faults or first is None or last is None:
        raise invalid("The form has faults.", faults)
    return Period(first=first, last=last)


def not_a_day(text: str, name: str, example: str) -> str:
    """Return what is wrong with a ``first`` or ``last`` day that is no date, or is missing."""
    enter = f"Enter the {name} day, such as {example}"
    return f"'{text}' is not a date. {enter}." if text else enter


def wrong_order(first: dt.date, last: dt.date) -> str:
    """Return what is wrong with a last day before the first, and both days with the years that were understood."""
    return (
        f"The last day, {day_long(last)}, is before the first, {day_long(first)}. "
        "Enter the same day or a later one, with its year if it is in the next."
    )
