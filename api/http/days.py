"""The days that a request is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.errors import invalid
from scheduler.domain.faults import MAX_HORIZON_DAYS
from scheduler.domain.values import Date, Period


def _period(
    first: Annotated[Date, Query(description="The first day.", examples=["2027-01-01"])],
    last: Annotated[Date, Query(description="The last day.", examples=["2027-01-31"])],
) -> Period:
    if first > last:
        raise invalid(f"The days run backwards: {first} is after {last}. Enter a first day on or before the last.")
    if (last - first).days >= MAX_HORIZON_DAYS:
        raise invalid(f"That is more than {MAX_HORIZON_DAYS} days. Ask for fewer at once.")
    return Period(first=first, last=last)


Days = Annotated[Period, Depends(_period)]
"""``first`` to ``last``, both included, at most as many as a plan may have."""
