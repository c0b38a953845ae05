"""Office days: the days of a week on which a chair has a booking in a room, which each chair may limit (contract, R3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from scheduler.domain.schedule import Booking
from scheduler.domain.values import monday_of

Weeks = Mapping[dt.date, int]
"""The number of office days of each week that has some, by its Monday."""


def office_days(bookings: Iterable[Booking]) -> dict[str, Weeks]:
    """Return each chair's office days by week, in the bookings of whole weeks. Virtual bookings are not in an office."""
    days: dict[tuple[str, dt.date], set[dt.date]] = defaultdict(set)
    for booking in bookings:
        if booking.room is not None:
            days[booking.chair, monday_of(booking.day)].add(booking.day)
    result: dict[str, dict[dt.date, int]] = defaultdict(dict)
    for (chair, monday), found in sorted(days.items()):
        result[chair][monday] = len(found)
    return dict(result)
