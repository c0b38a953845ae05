from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.free_busy import conflicts as busy_conflicts
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from api.free_busy.conflicts import Busy, Conflict
from scheduler.domain.policy import Policy
from scheduler.domain.values import Interval
from tests.api.support.builders import NOW, book, fill
from tests.api.support.databases import Databases
from tests.builders import booking

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TODAY = dt.datetime(2027, 1, 4, 9)
TUESDAY = dt.date(2027, 1, 12)
ECHO = ("09:30", "11:45")
"""The people time of a conference at 10."""


def time(start: str, end: str, day: dt.date = TUESDAY) -> Interval:
    return Interval.model_validate({"start": f"{day}T{start}", "end": f"{day}T{end}"})


def set_busy(store: Store, *busy: Interval, chair: str = "C1", now: dt.datetime = NOW) -> None:
    """Replace a chair's calendar with these busy times."""
    with store.writing() as connection:
        busy_calendars.store_file(connection, chair, BusyTimes(busy, ()), now)


def blocking(store: Store, first: dt.date = TUESDAY, last: dt.date = TUESDAY) -> Busy:
    with store.reading() as connection:
        return busy_conflicts.blocking(connection, first, last)


def conflicts(store: Store, now: dt.datetime = TODAY, after: int = 0) -> list[Conflict]:
    with store.reading() as connection:
        return busy_conflicts.conflicts(connection, now, after=after)


def conflict_times(store: Store) -> list[tuple[str, tuple[Interval, ...]]]:
    return [(one.conference, one.busy) for one in conflicts(store)]


def end(store: Store, number: int, now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        bookings.end(connection, [number], Ending.CANCELLED, now)
        stored = conferences.find(connection, "CPC-1")
        assert stored is not None
        conferences.change(connection, stored.value, now, state=ConferenceState.REQUESTED)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def test_a_calendar_blocks_its_own_chair(filled: Store) -> None:
    set_busy(filled, time("09:00", "12:00"))
    set_busy(filled, chair="C2")
    assert blocking(filled) == {"C1": (time("09:00", "12:00"),), "C2": ()}


def test_only_the_requested_days_are_blocked(filled: Store) -> None:
    leave = Interval(start=dt.datetime(2027, 1, 11), end=dt.datetime(2027, 1, 16))
    set_busy(filled, leave)
    two_days = Interval(start=dt.datetime(2027, 1, 12), end=dt.datetime(2027, 1, 14))
    assert blocking(filled, TUESDAY, TUESDAY + DAY) == {"C1": (two_days,)}
    assert blocking(filled, TUESDAY + 4 * DAY, TUESDAY + 5 * DAY) == {"C1": ()}


def test_an_echo_neither_blocks_nor_conflicts(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    set_busy(filled, time(*ECHO), time("14:00", "15:00"))
    assert blocking(filled) == {"C1": (time("14:00", "15:00"),)}
    assert conflicts(filled) == []


def test_an_active_booking_is_listed_and_not_removed(filled: Store) -> None:
    number = book(filled, "CPC-1", "2027-01-12T10:00")
    set_busy(filled, time("08:00", "09:45"), time("11:00", "12:30"), time("13:00", "14:00"))
    assert blocking(filled) == {"C1": (time("08:00", "09:30"), time("11:45", "12:30"), time("13:00", "14:00"))}
    ten = dt.datetime(2027, 1, 12, 10)
    clash = (time("08:00", "09:45"), time("11:00", "12:30"))
    assert conflicts(filled) == [
        Conflict(number, "CPC-1", False, "C1", ten - HOUR / 2, ten, dt.datetime(2027, 1, 12, 11, 45), clash)
    ]


@pytest.mark.parametrize("busy", [("08:00", "09:30"), ("11:45", "12:00")])
def test_touching_times_are_no_conflict(filled: Store, busy: tuple[str, str]) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    set_busy(filled, time(*busy))
    assert (blocking(filled), conflicts(filled)) == ({"C1": (time(*busy),)}, [])


@pytest.mark.parametrize("busy", [("10:00", "11:45"), ("09:30", "11:46"), ("09:29", "11:45")])
def test_only_the_exact_people_time_is_an_echo(filled: Store, busy: tuple[str, str]) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    set_busy(filled, time(*busy))
    assert conflict_times(filled) == [("CPC-1", (time(*busy),))]


def test_another_chairs_conference_is_no_echo(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00", chair="C2")
    set_busy(filled, time(*ECHO))
    assert (blocking(filled), conflicts(filled)) == ({"C1": (time(*ECHO),)}, [])


@pytest.mark.parametrize(("hours", "is_echo"), [(23, True), (25, False)])
def test_an_ended_booking_has_an_echo_for_a_day(filled: Store, hours: int, is_echo: bool) -> None:
    end(filled, book(filled, "CPC-1", "2027-01-12T10:00"))
    set_busy(filled, time(*ECHO), now=NOW + hours * HOUR)
    assert blocking(filled) == {"C1": () if is_echo else (time(*ECHO),)}
    moved = book(filled, "CPC-1", "2027-01-12T11:00")
    at_eleven = dt.datetime(2027, 1, 12, 11)
    clash = Conflict(moved, "CPC-1", False, "C1", at_eleven - HOUR / 2, at_eleven, at_eleven + 1.75 * HOUR, (time(*ECHO),))
    assert conflicts(filled) == ([] if is_echo else [clash])


def test_a_hold_does_not_cut_busy_times_and_is_listed_by_reference(filled: Store) -> None:
    hold = "HOLD-AYL-2027-01-11-1"
    with filled.writing() as connection:
        number = bookings.add(connection, DiaryBooking(booking(hold, "2027-01-12T10:00")), Policy(), NOW).number
    set_busy(filled, time(*ECHO))
    assert blocking(filled) == {"C1": (time(*ECHO),)}
    ten = dt.datetime(2027, 1, 12, 10)
    assert conflicts(filled) == [
        Conflict(number, hold, True, "C1", ten - HOUR / 2, ten, dt.datetime(2027, 1, 12, 11, 45), (time(*ECHO),))
    ]


def test_conflicts_are_listed_from_now_on_and_after_a_booking(filled: Store) -> None:
    starts = {"CPC-1": "2027-01-13T10:00", "CPC-2": "2027-01-12T10:00", "CPC-3": "2027-01-12T14:00"}
    numbers = {name: book(filled, name, start) for name, start in starts.items()}
    set_busy(filled, Interval(start=dt.datetime(2027, 1, 1), end=dt.datetime(2027, 2, 1)))

    def names(**filters: Any) -> list[str]:
        return [one.conference for one in conflicts(filled, **filters)]

    assert names() == ["CPC-2", "CPC-3", "CPC-1"]
    assert names(after=numbers["CPC-2"]) == ["CPC-3", "CPC-1"]
    assert names(after=numbers["CPC-1"]) == []
    assert names(now=dt.datetime(2027, 1, 12, 11, 44)) == ["CPC-2", "CPC-3", "CPC-1"]
    assert names(now=dt.datetime(2027, 1, 12, 11, 45)) == ["CPC-3", "CPC-1"]


def test_a_removed_calendar_blocks_nothing(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    set_busy(filled, time("09:00", "12:00"))
    with filled.writing() as connection:
        busy_calendars.remove(connection, "C1", NOW)
    assert (blocking(filled), conflicts(filled)) == ({}, [])


HALF_HOURS = st.tuples(st.integers(16, 32), st.integers(1, 10)).map(
    lambda at: Interval(start=dt.datetime(2027, 1, 12) + at[0] * HOUR / 2, end=dt.datetime(2027, 1, 12) + sum(at) * HOUR / 2)
)
PLACES = st.lists(st.tuples(st.integers(18, 30), st.booleans()), max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(busy=st.lists(HALF_HOURS, max_size=4, unique=True), places=PLACES)
def test_busy_half_hours_without_a_conference_are_blocked(
    databases: Databases, busy: list[Interval], places: list[tuple[int, bool]]
) -> None:
    """Places are half hours of the day. Each has a booking of an hour without pre-meet, active or not."""
    store = Store(databases.migrated())
    try:
        fill(store)
        active: list[Interval] = []
        with store.writing() as connection:
            for n, (at, is_active) in enumerate(places):
                start = dt.datetime(2027, 1, 12) + at * HOUR / 2
                time_ = Interval(start=start, end=start + HOUR)
                if any(time_.overlaps(other) for other in active):
                    continue
                planned = booking(f"CPC-{n + 1}", f"{start:%Y-%m-%dT%H:%M}", minutes=60, room=None)
                number = bookings.add(connection, DiaryBooking(planned), Policy(pre_meet=0), NOW).number
                if is_active:
                    active.append(time_)
                else:
                    bookings.end(connection, [number], Ending.MOVED, NOW - 2 * DAY)
        set_busy(store, *busy)
        blocked, result = blocking(store)["C1"], conflicts(store)
    finally:
        store.close()
    expected = half_hours(busy) - half_hours(active)
    assert half_hours(blocked) == expected
    clashing = [[one for one in busy if one.overlaps(time_) and one not in active] for time_ in active]
    assert sorted((one.start, set(one.busy)) for one in result) == sorted(
        (time_.start, set(clash)) for time_, clash in zip(active, clashing, strict=True) if clash
    )


def half_hours(times: Any) -> set[dt.datetime]:
    return {one.start + n * HOUR / 2 for one in times for n in range((one.end - one.start) // (HOUR / 2))}
