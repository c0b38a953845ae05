"""What becomes of bookings in feeds, and that a change of anything that an entry shows raises its SEQUENCE."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.feeds.calendar import Detail, Feed, FeedOf
from api.feeds.entries import feed_bytes
from scheduler.domain.conference import Mode
from scheduler.domain.policy import Policy
from tests.api.support.builders import NOW, book, fill
from tests.api.support.databases import Databases

LATER = NOW + dt.timedelta(hours=3)
UUID = "6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11"
Change = Callable[[Store, dt.datetime], None]


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def feed_of(store: Store, of: FeedOf, subject: str | None, detail: Detail = Detail.REFERENCE) -> bytes:
    with store.reading() as connection:
        return feed_bytes(connection, Feed(UUID, of, subject, detail), NOW.date())


def events(content: bytes) -> dict[str, icalendar.Event]:
    """Return a feed's entries by conference."""
    return {str(one["SUMMARY"]).split()[-1]: one for one in icalendar.Calendar.from_ical(content).walk("VEVENT")}


def summaries(store: Store, of: FeedOf, subject: str | None) -> list[tuple[str, str]]:
    """Return each entry's title, and the first line of its description."""
    shown = events(feed_of(store, of, subject)).values()
    return [(str(one["SUMMARY"]), str(one["DESCRIPTION"]).splitlines()[0]) for one in shown]


def looks(event: icalendar.Event) -> list[str]:
    """Return what people see of an entry."""
    return [str(event.decoded(name)) for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND")]


def replace_item(noun: Register[Any], identifier: str, **changes: Any) -> Change:
    """Return the change of an item of a register."""

    def change(store: Store, now: dt.datetime) -> None:
        with store.writing() as connection:
            item = registers.find(connection, noun, identifier)
            assert item is not None
            registers.replace(connection, noun, identifier, item.value.model_copy(update=changes), now)

    return change


def put_document(name: str, value: Any) -> Change:
    """Return the change of a document."""

    def change(store: Store, now: dt.datetime) -> None:
        with store.writing() as connection:
            documents.put(connection, name, documents.BY_NAME[name].adapter.validate_python(value), now)

    return change


def pad(store: Store, now: dt.datetime) -> None:
    """Give every booking a pre-meet of 45 minutes, as a publication after a change of the policy does."""
    with store.writing() as connection:
        active = bookings.active_in(connection, dt.date(2027, 1, 1), dt.date(2027, 12, 31))
        bookings.pad(connection, active, Policy(pre_meet=45), now)


def make_in_person(store: Store, now: dt.datetime) -> None:
    with store.writing() as connection:
        stored = conferences.find(connection, "CPC-1")
        assert stored is not None
        conferences.change(connection, stored.value.model_copy(update={"mode": Mode.IN_PERSON}), now)


def move(store: Store, number: int, conference: str, start: str, now: dt.datetime = NOW, **changes: Any) -> int:
    """End a booking as moved, and book its conference again."""
    with store.writing() as connection:
        bookings.end(connection, [number], Ending.MOVED, now)
    return book(store, conference, start, now, **changes)


def end(store: Store, number: int, ending: Ending, now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        bookings.end(connection, [number], ending, now)


TRAVEL = [{"from": "AYL", "to": "WYC", "minutes": 55}]
SHOWN: dict[str, Change] = {
    "the room's name": replace_item(registers.ROOMS, "AYL-1", name="The Old Library"),
    "the site's name": replace_item(registers.SITES, "AYL", name="Aylesbury Vale"),
    "the room's site": replace_item(registers.ROOMS, "AYL-1", site="AMR"),
    "the kind": put_document("feed_settings", {"show_kind": True}),
    "the pre-meet": pad,
    "the mode": make_in_person,
    "the title of chairs": put_document("service", {"chair_title": "chairperson"}),
}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("now", [LATER, NOW], ids=["later", "within a second"])
def test_a_change_of_what_an_entry_shows_raises_its_sequence(filled: Store, name: str, now: dt.datetime) -> None:
    first = book(filled, "CPC-1", "2027-01-12T10:00", chair="C2")
    move(filled, first, "CPC-1", "2027-01-12T10:00")
    before = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-1"]
    SHOWN[name](filled, now)
    after = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-1"]
    assert looks(after) != looks(before)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (before.decoded("LAST-MODIFIED"), after.decoded("LAST-MODIFIED"), after.decoded("DTSTAMP")) == (NOW, now, now)


def test_a_joining_note_changes_virtual_entries(filled: Store) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00", room=None)
    before = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-1"]
    put_document("feed_settings", {"joining_note": "See your invitation"})(filled, LATER)
    after = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-1"]
    assert (str(before["LOCATION"]), str(after["LOCATION"])) == ("Held virtually", "See your invitation")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") == LATER


ON_THE_WAY: dict[str, Change] = {
    "the minutes": put_document("travel", TRAVEL),
    "the site before": replace_item(registers.SITES, "AYL", name="Aylesbury Vale"),
    "the booking before, ended": lambda store, now: end(store, 1, Ending.CANCELLED, now),
    "another booking between": lambda store, now: (
        book(store, "CPC-3", "2027-01-12T12:30", now, room="AMR-1", minutes=30) and None
    ),
}


@pytest.mark.parametrize("name", ON_THE_WAY)
def test_a_change_of_the_way_there_raises_the_sequence(filled: Store, name: str) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    book(filled, "CPC-2", "2027-01-12T14:00", room="WYC-1")
    before = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-2"]
    ON_THE_WAY[name](filled, LATER)
    after = events(feed_of(filled, FeedOf.CHAIR, "C1"))["CPC-2"]
    assert before["DESCRIPTION"] != after["DESCRIPTION"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") == LATER


@pytest.mark.parametrize(
    "change",
    [
        replace_item(registers.ROOMS, "WYC-1", name="Elsewhere"),
        replace_item(registers.SITES, "AMR", name="Elsewhere"),
        replace_item(registers.CHAIRS, "C1", caseload=40),
        put_document("travel", TRAVEL),
        put_document("closures", ["2027-02-01"]),
    ],
)
def test_a_change_of_anything_else_leaves_a_feed_as_it_is(filled: Store, change: Change) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    before = feed_of(filled, FeedOf.CHAIR, "C1")
    change(filled, LATER)
    assert feed_of(filled, FeedOf.CHAIR, "C1") == before


@pytest.mark.parametrize("name", ["the room's name", "the site's name", "the kind"])
def test_a_busy_feed_changes_with_its_times_only(filled: Store, name: str) -> None:
    book(filled, "CPC-1", "2027-01-12T10:00")
    before = feed_of(filled, FeedOf.CHAIR, "C1", Detail.BUSY)
    SHOWN[name](filled, LATER)
    assert feed_of(filled, FeedOf.CHAIR, "C1", Detail.BUSY) == before
    pad(filled, LATER)
    assert feed_of(filled, FeedOf.CHAIR, "C1", Detail.BUSY) != before


def test_a_feed_keeps_its_etag_until_what_it_shows_changes(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    link = seeded.post("/api/v1/feeds", json={"of": "chair", "subject": "C1"}).json()["links"]["https"]
    seen = seeded.get(link).headers["etag"]

    def rename(path: str) -> int:
        item = seeded.get(f"/api/v1/{path}")
        body = item.json() | {"name": "Another name"}
        assert seeded.put(f"/api/v1/{path}", json=body, headers={"If-Match": item.headers["etag"]}).status_code == 200
        return seeded.get(link, headers={"if-none-match": seen}).status_code

    assert [rename(path) for path in ("chairs/C1", "rooms/WYC-1", "rooms/AYL-1")] == [304, 304, 200]


def test_a_move_to_somebody_else_says_so_to_both(filled: Store) -> None:
    first = book(filled, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    second = move(filled, first, "CPC-1", "2027-01-12T10:00", chair="C2", minute_taker="M2")
    old, new = "MOVED: Conference CPC-1", "Conference CPC-1"
    assert summaries(filled, FeedOf.CHAIR, "C1") == [(old, "Moved to another CPA.")]
    assert summaries(filled, FeedOf.CHAIR, "C2") == [(new, "Moved from another CPA.")]
    assert summaries(filled, FeedOf.MINUTE_TAKER, "M1") == [(old, "Moved to another minute taker.")]
    assert summaries(filled, FeedOf.MINUTE_TAKER, "M2") == [(new, "Moved from another minute taker.")]
    starts = "The conference begins at 10:00 and ends at 11:45."
    assert summaries(filled, FeedOf.ROOM, "AYL-1") == summaries(filled, FeedOf.SERVICE, None) == [(new, starts)]

    third = move(filled, second, "CPC-1", "2027-01-13T14:00", chair="C2", minute_taker=None)
    assert summaries(filled, FeedOf.CHAIR, "C2") == [(new, "Moved from another CPA.")]
    assert summaries(filled, FeedOf.MINUTE_TAKER, "M2") == [("NOT NEEDED: Conference CPC-1", "Held without a minute taker.")]
    end(filled, third, Ending.CANCELLED)
    assert summaries(filled, FeedOf.CHAIR, "C1") == [(old, "Moved to another CPA.")]
    assert summaries(filled, FeedOf.CHAIR, "C2") == [("CANCELLED: Conference CPC-1", "Cancelled.")]


@pytest.mark.parametrize("ending", [Ending.CANCELLED, Ending.UNPLACED])
def test_a_cancellation_is_no_handover_even_if_it_is_booked_again(filled: Store, ending: Ending) -> None:
    number = book(filled, "CPC-1", "2027-01-12T10:00")
    end(filled, number, ending)
    book(filled, "CPC-1", "2027-01-14T10:00", chair="C2")
    assert summaries(filled, FeedOf.CHAIR, "C1") == [("CANCELLED: Conference CPC-1", "Cancelled.")]
    assert summaries(filled, FeedOf.CHAIR, "C2") == [("Conference CPC-1", "The conference begins at 10:00 and ends at 11:45.")]


@pytest.mark.parametrize(
    ("room", "in_room", "at_site"),
    [
        ("WYC-1", "Held elsewhere: in another room.", "Held elsewhere: at another site."),
        (None, "Held virtually: it needs no room.", "Held virtually: it needs no room."),
    ],
)
def test_a_room_and_a_site_say_where_it_has_gone(filled: Store, room: str | None, in_room: str, at_site: str) -> None:
    number = book(filled, "CPC-1", "2027-01-12T10:00")
    move(filled, number, "CPC-1", "2027-01-12T10:00", room=room)
    prefix = at_site.split(":", maxsplit=1)[0].upper()
    assert summaries(filled, FeedOf.ROOM, "AYL-1") == [(f"{prefix}: Conference CPC-1", in_room)]
    assert summaries(filled, FeedOf.SITE, "AYL") == [(f"{prefix}: Conference CPC-1", at_site)]
    (event,) = events(feed_of(filled, FeedOf.CHAIR, "C1")).values()
    assert ("Held virtually instead of hybrid." in event["DESCRIPTION"]) == (room is None)


CHANGES: list[Change] = [
    *(change for name, change in SHOWN.items() if name != "the mode"),
    *(replace_item(registers.ROOMS, room, name=name) for room in ("AYL-1", "WYC-1") for name in ("Big", "Small")),
    *(put_document("travel", [{"from": "AYL", "to": "WYC", "minutes": minutes}]) for minutes in (20, 40)),
]
STEPS = st.tuples(
    st.sampled_from(("CPC-1", "CPC-2")),
    st.sampled_from(("2027-03-26T10:00", "2027-03-26T14:00", "2027-03-29T10:00")),
    st.sampled_from(("C1", "C2")),
    st.sampled_from(("AYL-1", "WYC-1", None)),
)
FEEDS = [(FeedOf.CHAIR, "C1"), (FeedOf.CHAIR, "C2"), (FeedOf.ROOM, "AYL-1"), (FeedOf.SITE, "WYC"), (FeedOf.SERVICE, None)]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the same rows give the same feed on both
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.one_of(STEPS, st.sampled_from(CHANGES)), min_size=3, max_size=12))
def test_an_entry_that_looks_different_has_a_higher_sequence(databases: Databases, steps: list[Any]) -> None:
    store = Store(databases.migrated())
    fill(store)
    seen: dict[tuple[FeedOf, str], tuple[int, bytes]] = {}
    for n, step in enumerate(steps):
        now = NOW + dt.timedelta(minutes=n)
        if isinstance(step, tuple):
            place(store, *step, now)
        else:
            step(store, now)
        for of, subject in FEEDS:
            for entry in icalendar.Calendar.from_ical(feed_of(store, of, subject)).walk("VEVENT"):
                compare(seen, (of, str(entry["UID"]) + str(subject)), entry)
    store.close()


def place(store: Store, name: str, start: str, chair: str, room: str | None, now: dt.datetime) -> None:
    """Book or move a conference, unless its place is taken."""
    with store.reading() as connection:
        booked = bookings.active_of(connection, name)
        others = [one.booking for one in bookings.active_in(connection, dt.date(2027, 1, 1), dt.date(2027, 12, 31))]
    if any(one.conference != name and one.start.isoformat()[:16] == start for one in others):
        return
    if booked is not None:
        end(store, booked.number, Ending.MOVED, now)
    book(store, name, start, now, chair=chair, room=room)


def compare(seen: dict[tuple[FeedOf, str], tuple[int, bytes]], key: tuple[FeedOf, str], entry: icalendar.Event) -> None:
    """Check an entry's SEQUENCE against the last one, and remember it."""
    sequence = int(entry.pop("SEQUENCE"))
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        entry.pop(name)
    before = seen.get(key, (0, b""))
    assert sequence >= before[0]
    assert sequence > before[0] or entry.to_ical() == before[1]
    seen[key] = sequence, entry.to_ical()
