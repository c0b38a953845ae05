"""Two text boxes for a first and a last day: from what is typed to a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from api.errors import ErrorItem, invalid
from api.pages.entries import NearestYear, date_of
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.clocks import months_after
from scheduler.domain.faults import MAX_HORIZON_DAYS
from scheduler.domain.values import YEARS, Period


def typed_day(day: dt.date) -> str:
    """Return a day as people type it: ``1/2/2027``."""
    return f"{day.day}/{day.month}/{day.year}"


def month_of(day: dt.date) -> Period:
    """Return the month of a day."""
    first = day.replace(day=1)
    return Period(first=first, last=months_after(first, 1) - ONE_DAY)


def period_of(typed: Mapping[str, str], today: dt.date, usual: Period | None = None) -> Period:
    """Return the period from ``first`` to ``last``, or the usual one if neither is typed.

    Raise InvalidError with a sentence for each that is no date, or if they are in the wrong order or too far apart.
    """
    if usual is not None and not typed["first"] and not typed["last"]:
        return usual
    days, faults = {}, []
    for name in ("first", "last"):
        day = date_of(typed[name], today, NearestYear.COMING)
        if day is None or day.year not in YEARS:
            faults.append(ErrorItem(where=name, message=f"Enter the {name} day, such as {typed_day(today)}"))
        else:
            days[name] = day
    if not faults and days["first"] > days["last"]:
        faults.append(ErrorItem(where="last", message="The last day is before the first. Enter a day on or after it."))
    if not faults and (days["last"] - days["first"]).days >= MAX_HORIZON_DAYS:
        faults.append(ErrorItem(where="last", message=f"Enter days that are less than {MAX_HORIZON_DAYS} days apart"))
    if faults:
        raise invalid("The form has faults.", faults)
    return Period(**days)
