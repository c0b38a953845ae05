"""Feeds show no personal data: each is searched for every text in the database that it is not permitted to show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import icalendar
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.database.session import Store
from api.database.tables import metadata
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.diary.service.feed_settings import FeedSettings
from api.feeds.calendar import FRESHNESS, Detail, Fate, Feed, FeedOf
from api.feeds.entries import feed_bytes
from api.free_busy import queries as busy_calendars
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Service
from tests.api.support.builders import NOW, book
from tests.builders import booking

NAMES = {"C1": "Zelda Quill", "C2": "Orrin Vane", "C3": "Maud Thistle"}
WORKER, MANAGER, TAKER = "sw-marlow", "mgr-pike", "Tess Hollis"
LINK = "https://calendar.google.com/calendar/ical/s3cret/basic.ics"
EXCEPTION = {"by": MANAGER, "reason": "no room", "safety_plan_reviewed": True}
SITES = {"AYL": "Aylesbury", "AMR": "Amersham", "WYC": "Wycombe"}
PLACES = {f"{site}-1": f"{site}-1, {name}" for site, name in SITES.items()}
SUBJECTS: list[tuple[FeedOf, str | None]] = [
    *((FeedOf.CHAIR, chair) for chair in NAMES),
    *((FeedOf.MINUTE_TAKER, taker) for taker in ("M1", "M2")),
    *((FeedOf.ROOM, room) for room in PLACES),
    *((FeedOf.SITE, site) for site in SITES),
    (FeedOf.SERVICE, None),
]
FIXED = (
    "|".join(fate.upper() for fate in Fate),
    r"(Handed over|Moved) (to|from) another (CPA|minute taker)(, with the family)?",
    r"Covered by another CPA|The family stays with you|Yours again: no longer covered by another CPA",
    r"You cover for the family's own CPA",
    r"Held elsewhere: (in another room|at another site)",
    r"Held virtually: it needs no room",
    r"Conferences?",
    r"Held for an initial conference",
    r"Held virtually",
    r"Busy|Held",
    r"(A slot kept free\. If it is taken, the|The) conference begins at [\d:]+ and ends at [\d:]+",
    r"The pre-meet begins at [\d:]+",
    r"Travel from (?=.*: \d+ minutes; the one before ends at [\d:]+\.)|: \d+ minutes; the one before ends at [\d:]+",
    re.escape(FRESHNESS),
)
"""Fixed texts of feeds, which the database may hold too."""
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "X-WR-CALNAME", "X-WR-CALDESC"}
NO_TEXTS = {
    "VERSION", "PRODID", "CALSCALE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "TZID", "TZNAME",
    "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "STATUS", "TRANSP",
}  # fmt: skip
"""Properties that hold a number, a time or a standard keyword."""


@pytest.fixture
def full(seeded: TestClient, store: Store) -> Store:
    """Return a diary with texts in every place that can hold one."""
    with store.writing() as connection:
        for noun, names in ((registers.CHAIRS, NAMES), (registers.MINUTE_TAKERS, {"M1": TAKER})):
            for identifier, name in names.items():
                stored = registers.find(connection, noun, identifier)
                assert stored is not None
                registers.replace(connection, noun, identifier, stored.value.model_copy(update={"name": name}), NOW)
        documents.put(connection, "service", Service(name="Buckinghamshire"), NOW)
        documents.put(connection, "feed_settings", FeedSettings(joining_note="As usual"), NOW)
        for stored in conferences.list_conferences(connection):
            texts_ = {
                "social_worker": WORKER,
                "not_chairs": ("C3",),
                "unavailable": [{"start": "2027-02-01T10:00", "end": "2027-02-01T12:00"}],
            }
            conferences.change(connection, type(stored.value).model_validate(stored.value.model_dump() | texts_), NOW)
            conferences.record_event(connection, stored.value.id, "moved", NOW, MANAGER, "family asked", before={"chair": "C3"})
        bookings.add(connection, DiaryBooking(booking("HOLD-AYL-2027-01-18-1", "2027-01-19T10:00")), Policy(), NOW)
        busy_calendars.store_link(connection, "C1", LINK, NOW)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1", locks=("time", "chair"))
    book(store, "CPC-2", "2027-01-12T14:00", room="WYC-1", minute_taker="M1")
    book(store, "CPC-3", "2027-01-13T10:00", chair="C2", room=None, minute_taker="M2")
    gone = [
        book(store, name, "2027-01-14T10:00", chair=chair, room=room)
        for name, chair, room in (("CPC-4", "C1", "AMR-1"), ("CPC-5", "C2", "WYC-1"))
    ]
    with store.writing() as connection:
        bookings.allow(connection, gone[0], EXCEPTION)
        bookings.end(connection, gone, Ending.MOVED, NOW)
    book(store, "CPC-4", "2027-01-15T10:00", chair="C3", room="WYC-1")
    answer = seeded.post(
        "/api/v1/feeds", json={"of": "chair", "subject": "C1"}, headers={"idempotency-key": "a-key", "user-agent": "khal"}
    )
    assert seeded.get(answer.json()["links"]["https"]).status_code == 200
    return store


def texts(result: Any) -> Iterator[str]:
    """Yield every text in a value, its lists and its JSON objects."""
    if isinstance(result, str):
        yield result
    elif isinstance(result, dict):
        yield from texts([*result.keys(), *result.values()])
    elif isinstance(result, list | tuple):
        for one in result:
            yield from texts(one)


def every_text(store: Store) -> set[str]:
    with store.reading() as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return {text for text in texts(rows) if len(text) > 1 and not re.fullmatch(r"\d\d:\d\d", text)}


def permitted_texts(of: FeedOf, subject: str | None, detail: Detail) -> set[str]:
    """Return the texts that a feed may show: its subject, and those of its level of detail."""
    texts_ = {subject or "Buckinghamshire"}
    if of is FeedOf.SITE:
        texts_.add(SITES[str(subject)])
    elif of is FeedOf.ROOM:
        texts_.add(SITES[str(subject)[:3]])
    if detail is Detail.REFERENCE:
        ids = [f"CPC-{n}" for n in range(1, 6)]
        texts_ |= {*ids, *map(str.casefold, ids), *PLACES, *SITES.values(), "As usual", "hybrid"}
    return texts_


def leaked_texts(content: bytes, secrets: set[str]) -> set[str]:
    """Return the texts that occur as words in a feed, apart from its fixed texts."""
    properties = [(name, str(value)) for part in icalendar.Calendar.from_ical(content).walk() for name, value in part.items()]
    assert {name for name, _ in properties} <= TEXTS | NO_TEXTS
    output = "\n".join(value for name, value in properties if name in TEXTS)
    for fixed in FIXED:
        output = re.sub(fixed, "", output)
    return {text for text in secrets if re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", output, re.IGNORECASE)}


def test_feeds_show_permitted_texts_only(full: Store) -> None:
    all_texts = every_text(full)
    assert {
        *NAMES.values(),
        WORKER,
        MANAGER,
        TAKER,
        LINK,
        "C3",
        "M1",
        "family asked",
        "initial",
        "HOLD-AYL-2027-01-18-1",
    } <= all_texts
    feeds_seen = 0
    for (of, subject), detail in product(SUBJECTS, Detail):
        with full.reading() as connection:
            content = feed_bytes(connection, Feed("6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11", of, subject, detail), NOW.date())
        assert leaked_texts(content, all_texts) <= permitted_texts(of, subject, detail), (of, subject, detail)
        feeds_seen += b"BEGIN:VEVENT" in content
    assert feeds_seen >= 20


def test_a_leaked_text_would_be_found(full: Store) -> None:
    all_texts = every_text(full)
    for leaked in (NAMES["C1"], WORKER, TAKER, "initial"):
        event = icalendar.Event()
        event.add("description", f"{'x' * 70} {leaked}")
        file = icalendar.Calendar()
        file.add_component(event)
        assert leaked_texts(file.to_ical(), all_texts) == {leaked}
