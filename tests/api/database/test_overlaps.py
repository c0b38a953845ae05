"""The database's own refusal of overlapping bookings. The tests insert rows directly, without the service's checks."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError

from api.database.overlaps import TAKEN
from api.database.session import Store
from api.database.tables import bookings
from api.diary.registers import queries as registers
from scheduler.domain.people import Chair
from tests.api.support.builders import NOW, fill

ALL_OTHERS = {"room": "AMR-1", "chair": "C2", "minute_taker": "M2"}
LATER = {"arrival": dt.datetime(2027, 1, 12, 13), "start": dt.datetime(2027, 1, 12, 14), "end": dt.datetime(2027, 1, 12, 15)} | {
    "cleared": dt.datetime(2027, 1, 12, 16)
}
RACES, WRITERS = 5, 8
OWN_CHAIRS = [f"OWN-{n}" for n in range(WRITERS)]


@pytest.fixture
def diary(store: Store) -> Store:
    """Return a store with rooms and people."""
    fill(store)
    return store


def minutes(n: int) -> dt.timedelta:
    return dt.timedelta(minutes=n)


def row(time: str = "10:00", length: int = 105, **changes: Any) -> dict[str, Any]:
    """Return a booking on 12 January in AYL-1, with C1 and M1. People arrive 30 minutes before; the room is cleared 15 after."""
    start = dt.datetime.fromisoformat(f"2027-01-12T{time}")
    end = start + minutes(length)
    taken = {"arrival": start - minutes(30), "start": start, "end": end, "cleared": end + minutes(15)}
    people = {"room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    rest = {"locks": [], "by_hand": False, "active": True, "made_at": NOW}
    return taken | people | rest | changes


def put(connection: Connection, values: dict[str, Any]) -> str | None:
    """Insert a row. Return the column that the database refuses because of an overlap, or None."""
    return refusal_of(connection, insert(bookings).values(values))


def refusal_of(connection: Connection, statement: Any) -> str | None:
    savepoint = connection.begin_nested()
    try:
        connection.execute(statement)
    except DBAPIError as error:
        savepoint.rollback()
        return next(what for what, name in TAKEN.items() if name in str(error.orig))
    savepoint.commit()
    return None


@pytest.mark.parametrize("what", TAKEN)
def test_an_overlapping_booking_is_refused(diary: Store, what: str) -> None:
    others = {name: other for name, other in ALL_OTHERS.items() if name != what}
    with diary.noting() as connection:
        assert put(connection, row()) is None
        assert put(connection, row(**others)) == what
        assert put(connection, row(**ALL_OTHERS)) is None


@pytest.mark.parametrize(
    ("what", "length", "refused"),
    [
        ("room", 60, None),  # cleared at 12:15, when the next people arrive
        ("room", 61, "room"),
        ("chair", 75, None),
        ("chair", 76, "chair"),
        ("minute_taker", 75, None),
        ("minute_taker", 76, "minute_taker"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_booking_can_begin_when_the_padded_other_ends(
    diary: Store, what: str, length: int, refused: str | None, first: bool
) -> None:
    """The earlier booking begins at 11:00. The later one begins at 12:45, so its people arrive at 12:15."""
    others = {name: other for name, other in ALL_OTHERS.items() if name != what}
    pair = [row("11:00", length), row("12:45", **others)]
    with diary.noting() as connection:
        assert put(connection, pair[not first]) is None
        assert put(connection, pair[first]) == refused


def test_an_ended_booking_does_not_overlap(diary: Store) -> None:
    with diary.noting() as connection:
        assert put(connection, row(active=False)) is None
        assert put(connection, row()) is None
        assert put(connection, row(active=False)) is None


def test_bookings_without_a_room_or_minute_taker_can_overlap(diary: Store) -> None:
    with diary.noting() as connection:
        assert put(connection, row(room=None, minute_taker=None)) is None
        assert put(connection, row(room=None, minute_taker=None, chair="C2")) is None


@pytest.mark.parametrize(
    ("before", "change", "refused"),
    [
        (ALL_OTHERS, {"room": "AYL-1"}, "room"),
        (ALL_OTHERS, {"chair": "C1"}, "chair"),
        (ALL_OTHERS, {"minute_taker": "M1"}, "minute_taker"),
        (ALL_OTHERS, {"by_hand": True}, None),
        (ALL_OTHERS | {"room": "AYL-1", "active": False}, {"active": True}, "room"),
        (ALL_OTHERS | {"active": False}, {"room": "AYL-1"}, None),
        (ALL_OTHERS | LATER | {"room": "AYL-1"}, {"arrival": dt.datetime(2027, 1, 12, 11, 59)}, "room"),
        (ALL_OTHERS | LATER | {"room": "AYL-1"}, {"arrival": dt.datetime(2027, 1, 12, 12)}, None),
        (ALL_OTHERS | LATER | {"chair": "C1"}, {"arrival": dt.datetime(2027, 1, 12, 11, 44)}, "chair"),
    ],
)
def test_a_change_that_makes_bookings_overlap_is_refused(
    diary: Store, before: dict[str, Any], change: dict[str, Any], refused: str | None
) -> None:
    with diary.noting() as connection:
        assert put(connection, row()) is None
        assert put(connection, row() | before) is None
        second = connection.execute(select(bookings.c.number).order_by(bookings.c.number.desc())).scalars().first()
        assert refusal_of(connection, update(bookings).where(bookings.c.number == second).values(change)) == refused


PEOPLE = st.fixed_dictionaries(
    {
        "room": st.sampled_from([None, "AYL-1", "WYC-1"]),
        "chair": st.sampled_from(["C1", "C2"]),
        "minute_taker": st.sampled_from([None, "M1", "M2"]),
        "active": st.sampled_from([True, True, False]),
    }
)
ROWS = st.builds(
    lambda quarter, length, people: row(f"{9 + quarter // 4:02}:{quarter % 4 * 15:02}", 15 * length) | people,
    st.integers(0, 20),
    st.integers(1, 6),
    PEOPLE,
)


def expected(others: list[dict[str, Any]], new: dict[str, Any]) -> set[str]:
    """Return the columns in which a new booking overlaps others, compared minute by minute."""
    return {
        what
        for what in TAKEN
        for old in others
        if old["active"] and new["active"] and old[what] == new[what] and new[what] is not None
        if moments(old, what) & moments(new, what)
    }


def moments(one: dict[str, Any], what: str) -> set[dt.datetime]:
    until = one["cleared" if what == "room" else "end"]
    return {one["arrival"] + minutes(n) for n in range(0, (until - one["arrival"]) // minutes(1), 15)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=8))
def test_random_bookings_are_refused_exactly_if_they_overlap(diary: Store, rows: list[dict[str, Any]]) -> None:
    with diary.engine.connect() as connection, connection.begin() as transaction:
        others: list[dict[str, Any]] = []
        for new in rows:
            refused, clashes = put(connection, new), expected(others, new)
            assert refused in clashes if clashes else refused is None
            others += [] if clashes else [new]
        transaction.rollback()


@pytest.mark.parametrize("what", TAKEN)
def test_one_of_several_writers_without_locks_wins(diary: Store, what: str) -> None:
    """Each writer books the same room or person at an overlapping time, in its own transaction."""
    with diary.noting() as connection:
        for identifier in OWN_CHAIRS:
            registers.add(connection, registers.CHAIRS, identifier, Chair(id=identifier), NOW)
    shared = {"room": None, "minute_taker": None} | {what: row()[what]}
    with ThreadPoolExecutor(WRITERS) as writers:
        for race in range(RACES):
            start = Barrier(WRITERS)
            rows = [on_day(race, row(f"10:{n:02}", **({"chair": own_chair} | shared))) for n, own_chair in enumerate(OWN_CHAIRS)]
            assert sum(writers.map(wins, [diary] * WRITERS, rows, [start] * WRITERS)) == 1
    with diary.reading() as connection:
        assert len(connection.execute(select(bookings)).all()) == RACES


def on_day(day: int, values: dict[str, Any]) -> dict[str, Any]:
    moved = {name: values[name] + dt.timedelta(days=day) for name in ("arrival", "start", "end", "cleared")}
    return values | moved


def wins(store: Store, values: dict[str, Any], start: Barrier) -> bool:
    """Return True if this writer's booking was accepted."""
    start.wait()
    try:
        with store.noting() as connection:
            connection.execute(insert(bookings).values(values))
    except DBAPIError as error:
        # PostgreSQL ends one of two transactions that wait for each other.
        assert any(name in str(error.orig) for name in (*TAKEN.values(), "deadlock detected"))
        return False
    return True
