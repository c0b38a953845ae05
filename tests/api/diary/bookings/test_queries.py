from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from api.database.session import Store
from api.database.tables import bookings as table
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.errors import ConflictError, ServiceError
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking
from tests.api.support.builders import NOW, fill
from tests.builders import booking

TUESDAY = "2027-01-12T10:00"


@pytest.fixture
def diary(store: Store) -> Store:
    fill(store)
    return store


def add(store: Store, new: Booking, policy: Policy | None = None, **more: Any) -> int:
    with store.writing() as connection:
        return bookings.add(connection, DiaryBooking(new, **more), policy or Policy(), NOW).number


def active(store: Store, first: int = 1, last: int = 31) -> list[StoredBooking]:
    with store.reading() as connection:
        return bookings.active_in(connection, dt.date(2027, 1, first), dt.date(2027, 1, last))


def refused(store: Store, new: Booking, policy: Policy | None = None) -> ServiceError:
    with pytest.raises(ServiceError) as raised:
        add(store, new, policy)
    return raised.value


def test_a_booking_is_stored_completely(diary: Store) -> None:
    new = booking("CPC-1", TUESDAY, minute_taker="M1")
    allowed = {"who": "TM-1", "why": "the family asked for it"}
    number = add(diary, new, locks=("chair",), by_hand=True, exception=allowed)
    expected = StoredBooking(new, ("chair",), by_hand=True, exception=allowed, number=number)
    assert active(diary) == [expected]
    with diary.reading() as connection:
        assert bookings.active_of(connection, "CPC-1") == expected
        assert bookings.active_of(connection, "CPC-2") is None
        assert bookings.select_bookings(connection, select(table)) == [expected]


def test_a_hold_has_no_conference(diary: Store) -> None:
    new = booking("HOLD-AYL-2027-01-11-1", TUESDAY)
    add(diary, new)
    assert [stored.booking for stored in active(diary)] == [new]
    with diary.reading() as connection:
        row = connection.execute(select(table)).one()
    assert (row.conference, row.hold) == (None, "HOLD-AYL-2027-01-11-1")


def test_booked_times_are_padded_by_the_policy(diary: Store) -> None:
    add(diary, booking("CPC-1", TUESDAY), Policy(pre_meet=45, reset=5))
    with diary.reading() as connection:
        row = connection.execute(select(table)).one()
    assert [moment.strftime("%d %H:%M") for moment in (row.arrival, row.start, row.end, row.cleared)] == [
        "12 09:15",
        "12 10:00",
        "12 11:45",
        "12 11:50",
    ]


def test_bookings_of_a_period_are_listed_in_order_of_start(diary: Store) -> None:
    new = [
        booking("CPC-1", "2027-01-12T14:00"),
        booking("CPC-2", "2027-01-12T00:00"),
        booking("CPC-3", "2027-01-13T23:00"),
        booking("CPC-4", "2027-01-14T00:00", chair="C2", room=None),
        booking("CPC-5", "2027-01-12T14:00", chair="C2", room="WYC-1"),
    ]
    for one in new:
        add(diary, one)
    assert [stored.booking.conference for stored in active(diary, 12, 13)] == ["CPC-2", "CPC-1", "CPC-5", "CPC-3"]
    assert [stored.booking.conference for stored in active(diary, 14, 14)] == ["CPC-4"]


def test_an_ended_booking_is_inactive_but_stays_stored(diary: Store) -> None:
    number = add(diary, booking("CPC-1", TUESDAY))
    later = NOW + dt.timedelta(hours=2)
    with diary.writing() as connection:
        bookings.end(connection, [number], Ending.MOVED, later)
        bookings.end(connection, [number], Ending.CANCELLED, later)  # it has already ended, so nothing changes
    assert active(diary) == []
    again = add(diary, booking("CPC-1", TUESDAY))
    assert again > number
    with diary.reading() as connection:
        rows = connection.execute(select(table).order_by(table.c.number)).all()
    assert [(row.number, row.active, row.ended_by, row.ended_at) for row in rows] == [
        (number, False, "moved", later),
        (again, True, None, None),
    ]


def test_an_overlap_is_reported_by_references(diary: Store) -> None:
    add(diary, booking("CPC-1", TUESDAY, minute_taker="M1"))
    error = refused(diary, booking("CPC-2", "2027-01-12T11:00", minute_taker="M1"))
    assert (type(error), error.kind) == (ConflictError, "slot-taken")
    assert [(wrong.where, wrong.message) for wrong in error.errors] == [
        ("room", "AYL-1 is taken by CPC-1 at 2027-01-12T10:00."),
        ("chair", "C1 is taken by CPC-1 at 2027-01-12T10:00."),
        ("minute_taker", "M1 is taken by CPC-1 at 2027-01-12T10:00."),
    ]
    assert error.detail == (
        "That place is taken: AYL-1 is taken by CPC-1 at 2027-01-12T10:00. C1 is taken by CPC-1 at 2027-01-12T10:00. "
        "M1 is taken by CPC-1 at 2027-01-12T10:00. Choose another."
    )
    assert len(active(diary)) == 1


def test_an_overlapping_hold_is_reported_by_its_name(diary: Store) -> None:
    add(diary, booking("HOLD-AYL-2027-01-11-1", TUESDAY))
    error = refused(diary, booking("CPC-2", TUESDAY, chair="C2"))
    assert [wrong.message for wrong in error.errors] == ["AYL-1 is taken by HOLD-AYL-2027-01-11-1 at 2027-01-12T10:00."]


def test_a_conference_can_be_booked_only_once(diary: Store) -> None:
    add(diary, booking("CPC-1", TUESDAY))
    error = refused(diary, booking("CPC-1", "2027-01-14T10:00"))
    assert (type(error), error.kind) == (ConflictError, "already-booked")
    assert error.detail == "CPC-1 is booked already. Move its booking instead."


def test_a_transaction_continues_after_a_refusal(diary: Store) -> None:
    add(diary, booking("CPC-1", TUESDAY))
    with diary.writing() as connection:
        with pytest.raises(ServiceError):
            bookings.add(connection, DiaryBooking(booking("CPC-2", TUESDAY)), Policy(), NOW)
        bookings.add(connection, DiaryBooking(booking("CPC-2", "2027-01-12T14:00")), Policy(), NOW)
    assert [stored.booking.conference for stored in active(diary)] == ["CPC-1", "CPC-2"]


def test_a_longer_pre_meet_can_make_a_booking_overlap(diary: Store) -> None:
    """CPC-1's room is cleared at 12:00."""
    add(diary, booking("CPC-1", TUESDAY))
    assert refused(diary, booking("CPC-2", "2027-01-12T12:30"), Policy(pre_meet=31)).kind == "slot-taken"
    add(diary, booking("CPC-2", "2027-01-12T12:30"), Policy(pre_meet=30))
