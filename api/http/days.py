"""The period that a request covers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query

from api.errors import invalid
from scheduler.domain.faults import MAX_HORIZON_DAYS
from scheduler.domain.values import Date, Period


def check_order(first: dt.date, last: dt.date) -> None:
    """Raise InvalidError if the first day is after the last."""
    if first > last:
        raise invalid(f"The days are in the wrong order: {first} is after {last}. Enter a first day on or before the last.")


def _period(
    first: Annotated[Date, Query(description="The first day of the period.", examples=["2027-01-01"])],
    last: Annotated[Date, Query(description="The last day of the period.", examples=["2027-01-31"])],
) -> Period:
    check_order(first, last)
    if (last - first).days >= MAX_HORIZON_DAYS:
        raise invalid(f"The period has more than {MAX_HORIZON_DAYS} days. Enter a shorter one.")
    return Period(first=first, last=last)


Days = Annotated[Period, Depends(_period)]
"""The days from ``first`` to ``last``, both included; at most ``MAX_HORIZON_DAYS``, as in a plan."""
