"""The database itself refuses two bookings at once: rows are put in here past everything that would look before."""

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
from api.diary.registers import queries as nouns
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
    """A store with rooms and people."""
    fill(store)
    return store


def minutes(n: int) -> dt.timedelta:
    return dt.timedelta(minutes=n)


def row(time: str = "10:00", length: int = 105, **changes: Any) -> dict[str, Any]:
    """A booking on 12 January in AYL-1, by C1 and M1: people are taken from 30 minutes before, the room until 15 after."""
    start = dt.datetime.fromisoformat(f"2027-01-12T{time}")
    end = start + minutes(length)
    taken = {"arrival": start - minutes(30), "start": start, "end": end, "cleared": end + minutes(15)}
    people = {"room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    rest = {"locks": [], "by_hand": False, "active": True, "made_at": NOW}
    return taken | people | rest | changes


def put(connection: Connection, values: dict[str, Any]) -> str | None:
    """Insert a row; gives what the database says is taken, None where it took the row."""
    return told(connection, insert(bookings).values(values))


def told(connection: Connection, statement: Any) -> str | None:
    savepoint = connection.begin_nested()
    try:
        connection.execute(statement)
    except DBAPIError as error:
        savepoint.rollback()
        return next(what for what, name in TAKEN.items() if name in str(error.orig))
    savepoint.commit()
    return None


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_is_refused(diary: Store, what: str) -> None:
    others = {name: other for name, other in ALL_OTHERS.items() if name != what}
    with diary.noting() as connection:
        assert put(connection, row()) is None
        assert put(connection, row(**others)) == what
        assert put(connection, row(**ALL_OTHERS)) is None


@pytest.mark.parametrize(
    ("what", "length", "refused"),
    [
        ("room", 60, None),  # until 12:15, and the next ones arrive at 12:15
        ("room", 61, "room"),
        ("chair", 75, None),
        ("chair", 76, "chair"),
        ("minute_taker", 75, None),
        ("minute_taker", 76, "minute_taker"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_times_are_padded_and_ends_may_touch(diary: Store, what: str, length: int, refused: str | None, first: bool) -> None:
    """The later booking begins at 12:45, so that its people arrive at 12:15; the earlier one at 11:00."""
    others = {name: other for name, other in ALL_OTHERS.items() if name != what}
    pair = [row("11:00", length), row("12:45", **others)]
    with diary.noting() as connection:
        assert put(connection, pair[not first]) is None
        assert put(connection, pair[first]) == refused


def test_one_that_stands_no_more_is_in_nobodys_way(diary: Store) -> None:
    with diary.noting() as connection:
        assert put(connection, row(active=False)) is None
        assert put(connection, row()) is None
        assert put(connection, row(active=False)) is None


def test_nobody_and_no_room_are_never_taken(diary: Store) -> None:
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
def test_a_change_is_refused_like_a_new_one(
    diary: Store, before: dict[str, Any], change: dict[str, Any], refused: str | None
) -> None:
    with diary.noting() as connection:
        assert put(connection, row()) is None
        assert put(connection, row() | before) is None
        second = connection.execute(select(bookings.c.number).order_by(bookings.c.number.desc())).scalars().first()
        assert told(connection, update(bookings).where(bookings.c.number == second).values(change)) == refused


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


def expected(standing: list[dict[str, Any]], new: dict[str, Any]) -> set[str]:
    """What is taken, worked out minute by minute."""
    return {
        what
        for what in TAKEN
        for old in standing
        if old["active"] and new["active"] and old[what] == new[what] and new[what] is not None
        if moments(old, what) & moments(new, what)
    }


def moments(one: dict[str, Any], what: str) -> set[dt.datetime]:
    until = one["cleared" if what == "room" else "end"]
    return {one["arrival"] + minutes(n) for n in range(0, (until - one["arrival"]) // minutes(1), 15)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=8))
def test_any_rows_are_taken_or_refused_as_the_minutes_say(diary: Store, rows: list[dict[str, Any]]) -> None:
    with diary.engine.connect() as connection, connection.begin() as transaction:
        standing: list[dict[str, Any]] = []
        for new in rows:
            refused, clashes = put(connection, new), expected(standing, new)
            assert refused in clashes if clashes else refused is None
            standing += [] if clashes else [new]
        transaction.rollback()


@pytest.mark.parametrize("what", TAKEN)
def test_of_racing_writers_that_lock_nothing_exactly_one_wins(diary: Store, what: str) -> None:
    """All want the same room or person at times that overlap, each in a transaction of its own."""
    with diary.noting() as connection:
        for identifier in OWN_CHAIRS:
            nouns.add(connection, nouns.CHAIRS, identifier, Chair(id=identifier), NOW)
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
    """Whether this writer's booking was taken."""
    start.wait()
    try:
        with store.noting() as connection:
            connection.execute(insert(bookings).values(values))
    except DBAPIError as error:
        # PostgreSQL lets one of two go that wait for each other.
        assert any(name in str(error.orig) for name in (*TAKEN.values(), "deadlock detected"))
        return False
    return True
