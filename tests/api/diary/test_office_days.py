from __future__ import annotations

import datetime as dt

from api.diary.office_days import office_days
from tests.builders import booking

FIRST, SECOND = dt.date(2027, 3, 1), dt.date(2027, 3, 8)


def test_days_in_a_room_count_once_and_by_week() -> None:
    counted = office_days(
        [
            booking("A", "2027-03-02T10:00"),
            booking("B", "2027-03-02T14:00", room="WYC-1"),
            booking("C", "2027-03-03T10:00"),
            booking("D", "2027-03-04T10:00", room=None),
            booking("E", "2027-03-08T10:00"),
            booking("F", "2027-03-02T10:00", chair="C2", room="WYC-1"),
        ]
    )
    assert counted == {"C1": {FIRST: 2, SECOND: 1}, "C2": {FIRST: 1}}


def test_a_held_slot_takes_an_office_day() -> None:
    assert office_days([booking("HOLD-AYL-2027-03-01-1", "2027-03-02T10:00")]) == {"C1": {FIRST: 1}}
