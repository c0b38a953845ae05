from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.database.session import Store
from api.database.tables import metadata
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import ServiceError
from api.feeds import queries as feeds
from api.feeds.calendar import Detail, Fate, Feed, FeedOf
from api.feeds.entries import feed_bytes
from api.feeds.queries import Fetch
from scheduler.domain.policy import Policy
from tests.api.support.builders import NOW, book, fill
from tests.api.support.databases import Databases, slow_on_postgresql
from tests.builders import booking

TODAY = NOW.date()
DAY = dt.timedelta(days=1)
UUID = "6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11"
HOLD = "HOLD-AYL-2027-01-18-1"


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def events(
    store: Store, of: FeedOf, subject: str | None, today: dt.date = TODAY, detail: Detail = Detail.REFERENCE
) -> list[icalendar.Event]:
    with store.reading() as connection:
        content = feed_bytes(connection, Feed(UUID, of, subject, detail), today)
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def shown(store: Store, of: FeedOf, subject: str | None, today: dt.date = TODAY) -> list[tuple[str, str]]:
    """Return the titles in a feed, each with the start of the pre-meet."""
    return [(str(one["SUMMARY"]), f"{one.decoded('DTSTART'):%m-%d %H:%M}") for one in events(store, of, subject, today)]


def end(store: Store, number: int, ending: Ending = Ending.CANCELLED, now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        bookings.end(connection, [number], ending, now)


def hold(store: Store, start: str) -> int:
    with store.writing() as connection:
        return bookings.add(connection, DiaryBooking(booking(HOLD, start)), Policy(), NOW).number


@pytest.mark.parametrize(
    ("of", "subject", "title", "names"),
    [
        (FeedOf.CHAIR, "C1", "Conferences: C1", ["CPC-1", "CPC-3", None]),
        (FeedOf.CHAIR, "C2", "Conferences: C2", ["CPC-2"]),
        (FeedOf.CHAIR, "C3", "Conferences: C3", []),
        (FeedOf.MINUTE_TAKER, "M1", "Conferences: M1", ["CPC-1", "CPC-2"]),
        (FeedOf.ROOM, "AYL-1", "Conferences: AYL-1, Aylesbury", ["CPC-1", None]),
        (FeedOf.ROOM, "gone", "Conferences: gone", []),
        (FeedOf.SITE, "AYL", "Conferences: Aylesbury", ["CPC-1", None]),
        (FeedOf.SITE, "WYC", "Conferences: Wycombe", ["CPC-2"]),
        (FeedOf.SERVICE, None, "Conferences", ["CPC-1", "CPC-2", "CPC-3", None]),
    ],
)
def test_each_feed_shows_its_bookings(
    filled: Store, of: FeedOf, subject: str | None, title: str, names: list[str | None]
) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(filled, "CPC-2", "2027-01-13T10:00", chair="C2", room="WYC-1", minute_taker="M1")
    book(filled, "CPC-3", "2027-01-14T10:00", room=None)
    hold(filled, "2027-01-19T10:00")
    titles = ["Held for an initial conference" if name is None else f"Conference {name}" for name in names]
    assert [name for name, _ in shown(filled, of, subject)] == titles
    with filled.reading() as connection:
        content = feed_bytes(connection, Feed(UUID, of, subject, Detail.REFERENCE), TODAY)
    assert icalendar.Calendar.from_ical(content)["X-WR-CALNAME"] == title


def test_a_feed_of_an_empty_diary_is_empty(store: Store) -> None:
    assert events(store, FeedOf.SERVICE, None) == []


def test_feed_settings_apply(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00", room=None)
    with filled.writing() as connection:
        value = documents.BY_NAME["feed_settings"].adapter.validate_python({"show_kind": True, "joining_note": "By the link"})
        documents.put(connection, "feed_settings", value, NOW)
    (event,) = events(filled, FeedOf.CHAIR, "C1")
    assert (event["LOCATION"], event["DESCRIPTION"].splitlines()[-1]) == ("By the link", "Initial (ICPC).")


def test_travel_is_shown_with_the_names_of_sites(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00", room="WYC-1")
    book(filled, "CPC-2", "2027-01-12T14:00")
    lines = [event["DESCRIPTION"].splitlines()[-1] for event in events(filled, FeedOf.CHAIR, "C1")]
    assert lines == ["Hybrid.", "Travel from Wycombe: 40 minutes; the one before ends at 11:45."]


def test_a_moved_booking_shows_its_new_place_only(filled: Store) -> None:
    before = book(filled, "CPC-1", "2027-01-12T10:00")
    (old,) = events(filled, FeedOf.CHAIR, "C1")
    end(filled, before, Ending.MOVED)
    book(filled, "CPC-1", "2027-01-14T14:00", room="WYC-1")
    (new,) = events(filled, FeedOf.CHAIR, "C1")
    assert shown(filled, FeedOf.CHAIR, "C1") == shown(filled, FeedOf.SERVICE, None) == [("Conference CPC-1", "01-14 13:30")]
    assert (new["UID"], new["LOCATION"]) == (old["UID"], "WYC-1, Wycombe")
    assert new["SEQUENCE"] > old["SEQUENCE"]
    for gone in ((FeedOf.ROOM, "AYL-1"), (FeedOf.SITE, "AYL")):
        assert shown(filled, *gone) == [("HELD ELSEWHERE: Conference CPC-1", "01-12 09:30")]


def test_a_reassignment_changes_the_feeds_of_both_chairs(filled: Store) -> None:
    first = book(filled, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    end(filled, first, Ending.MOVED)
    second = book(filled, "CPC-1", "2027-01-12T10:00", chair="C2", minute_taker="M2")
    moved, active = [("MOVED: Conference CPC-1", "01-12 09:30")], [("Conference CPC-1", "01-12 09:30")]
    people = [(FeedOf.CHAIR, "C1"), (FeedOf.CHAIR, "C2"), (FeedOf.MINUTE_TAKER, "M1"), (FeedOf.MINUTE_TAKER, "M2")]
    assert [shown(filled, *person) for person in people] == [moved, active, moved, active]
    assert shown(filled, FeedOf.ROOM, "AYL-1") == shown(filled, FeedOf.SERVICE, None) == active

    (old,) = events(filled, FeedOf.CHAIR, "C1")
    end(filled, second, Ending.MOVED)
    book(filled, "CPC-1", "2027-01-13T10:00")
    (back,) = events(filled, FeedOf.CHAIR, "C1")
    assert (str(back["SUMMARY"]), back["UID"]) == ("Conference CPC-1", old["UID"])
    assert back["SEQUENCE"] > old["SEQUENCE"]
    assert shown(filled, FeedOf.CHAIR, "C2") == moved


def test_a_cancellation_is_shown_for_thirty_days(filled: Store) -> None:
    number = book(filled, "CPC-1", "2027-03-30T10:00")
    end(filled, number, now=NOW)
    lines = [("CANCELLED: Conference CPC-1", "03-30 09:30")]
    assert shown(filled, FeedOf.CHAIR, "C1", TODAY + 30 * DAY) == lines
    assert shown(filled, FeedOf.CHAIR, "C1", TODAY + 31 * DAY) == []
    (event,) = events(filled, FeedOf.CHAIR, "C1")
    assert event.decoded("LAST-MODIFIED") == NOW


def test_a_past_booking_is_shown_for_sixty_days(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    then = dt.date(2027, 1, 12)
    assert shown(filled, FeedOf.CHAIR, "C1", then + 60 * DAY) == [("Conference CPC-1", "01-12 09:30")]
    assert shown(filled, FeedOf.CHAIR, "C1", then + 61 * DAY) == []


def test_a_released_hold_is_not_shown_as_cancelled(filled: Store) -> None:
    number = hold(filled, "2027-01-19T10:00")
    assert shown(filled, FeedOf.CHAIR, "C1") == [("Held for an initial conference", "01-19 09:30")]
    end(filled, number, Ending.RELEASED)
    assert shown(filled, FeedOf.CHAIR, "C1") == []


def test_only_the_sha256_of_a_secret_is_stored(filled: Store) -> None:
    with filled.writing() as connection:
        identifier, secret = feeds.add(connection, FeedOf.CHAIR, "C1", Detail.BUSY, NOW)
    with filled.reading() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
        assert feeds.behind(connection, feeds.digest(secret)) == Feed(identifier, FeedOf.CHAIR, "C1", Detail.BUSY)
        assert feeds.behind(connection, secret) is None
    assert len(secret) == 43
    assert not any(secret in row for row in rows)
    assert sum(hashlib.sha256(secret.encode()).hexdigest() in row for row in rows) == 1


def test_noting_a_fetch_does_not_raise_the_version(filled: Store) -> None:
    with filled.writing() as connection:
        identifier, _ = feeds.add(connection, FeedOf.SERVICE, None, Detail.REFERENCE, NOW)
    version = filled.version()
    with filled.noting() as connection:
        feeds.note_fetches(connection, [Fetch(identifier, NOW + DAY, "vdirsyncer")])
    with filled.reading() as connection:
        stored = feeds.find(connection, identifier)
    assert stored is not None
    assert (stored.version, stored.fetched_at, stored.fetched_by, filled.version()) == (1, NOW + DAY, "vdirsyncer", version)


STEPS = st.tuples(
    st.sampled_from(("CPC-1", "CPC-2", "CPC-3")),
    st.sampled_from(("cancel", "place", "place")),
    st.sampled_from(("2027-03-26T10:00", "2027-03-29T10:00", "2027-10-29T14:00", "2027-11-01T14:00")),
    st.sampled_from(("C1", "C2")),
    st.sampled_from(("AYL-1", "WYC-1", None)),
)
FEEDS: list[tuple[FeedOf, str | None]] = [
    (FeedOf.CHAIR, "C1"), (FeedOf.CHAIR, "C2"), (FeedOf.ROOM, "AYL-1"), (FeedOf.SITE, "WYC"), (FeedOf.SERVICE, None),
]  # fmt: skip


def do(store: Store, step: tuple[str, str, str, str, str | None], now: dt.datetime) -> None:
    """Book a conference, move it or cancel it, if the diary permits it."""
    name, what, start, chair, room = step
    with store.reading() as connection:
        active = bookings.active_of(connection, name)
    try:
        with store.writing() as connection:
            if active is not None:
                bookings.end(connection, [active.number], Ending.MOVED if what == "place" else Ending.CANCELLED, now)
            if what == "place":
                bookings.add(connection, DiaryBooking(booking(name, start, chair=chair, room=room)), Policy(), now)
    except ServiceError:
        pass


def check_active_bookings(store: Store, of: FeedOf, subject: str | None, before: dict[str, int]) -> None:
    result = {str(one["UID"]): one for one in events(store, of, subject)}
    assert all(int(result[uid]["SEQUENCE"]) >= sequence for uid, sequence in before.items())
    before |= {uid: int(one["SEQUENCE"]) for uid, one in result.items()}
    with store.reading() as connection:
        active_bookings = [stored.booking for stored in bookings.active_in(connection, TODAY, dt.date(2027, 12, 31))]
        rooms = {room.id: room.site for room in registers.values(connection, registers.ROOMS)}
    subjects: dict[FeedOf, Any] = {
        FeedOf.CHAIR: lambda one: one.chair,
        FeedOf.ROOM: lambda one: one.room,
        FeedOf.SITE: lambda one: rooms.get(one.room),
        FeedOf.SERVICE: lambda one: None,
    }
    expected = sorted((f"Conference {one.conference}", one.start) for one in active_bookings if subjects[of](one) == subject)
    confirmed = [one for one in result.values() if one["STATUS"] == "CONFIRMED"]
    begins = dt.timedelta(minutes=30)
    assert sorted((str(one["SUMMARY"]), one.decoded("DTSTART").replace(tzinfo=None) + begins) for one in confirmed) == expected
    others = {str(one["SUMMARY"]) for one in result.values()} - {name for name, _ in expected}
    assert all(name.split(": ")[0] in {fate.upper() for fate in Fate} for name in others)


@slow_on_postgresql
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=3, max_size=8))
def test_feeds_show_active_bookings_after_random_changes(databases: Databases, steps: list[Any]) -> None:
    store = Store(databases.migrated())
    try:
        fill(store)
        before: dict[Any, dict[str, int]] = {feed: {} for feed in FEEDS}
        for n, step in enumerate(steps):
            do(store, step, NOW + dt.timedelta(minutes=n))
            for feed in FEEDS:
                check_active_bookings(store, *feed, before[feed])
    finally:
        store.close()
