"""Rows of the diary that the tests of decisions share."""

from __future__ import annotations

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from scheduler.domain.policy import Policy
from tests.api.support.builders import NOW
from tests.builders import booking


def store_held(store: Store, start: str) -> int:
    """Book the slot kept free at Aylesbury in the week from 18 January, with C1 and M1; return its number."""
    held = booking("HOLD-AYL-2027-01-18-1", start, minute_taker="M1")
    with store.writing() as connection:
        return bookings.add(connection, DiaryBooking(held), Policy(), NOW).number
