from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.diary.service.feed_settings import FeedSettings
from api.feeds.calendar import Detail, Entry, Fate, Feed, FeedOf, Origin, calendar
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.schedule import Booking

LONDON = ZoneInfo("Europe/London")
FEED = Feed("6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11", FeedOf.CHAIR, "C1", Detail.REFERENCE)
SITES = {"AYL": "Aylesbury", "WYC": "Wycombe"}
TRAVEL = {("AYL", "WYC"): 40, ("WYC", "AYL"): 40}
CHANGED = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)

HEAD = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Conference planner//Calendar feeds//EN
CALSCALE:GREGORIAN
X-WR-CALDESC:Calendars fetch this every 30 minutes to 24 hours. It is not 
 for changes on the same day.
X-WR-CALNAME:Conferences: C1
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""  # noqa: W291 - folded lines may end with a space


def entry(reference: str = "CPC-1", start: str = "2027-01-12T10:00", *, held: bool = False, **changes: Any) -> Entry:
    """Return an entry of a hybrid initial conference of 105 minutes in AYL-1, with changes."""
    begins = dt.datetime.fromisoformat(start)
    values: dict[str, Any] = {
        "number": 3,
        "booking": Booking.model_construct(conference=reference, start=begins, end=begins + 105 * MINUTE, chair="C1", held=held),
        "fate": None,
        "origin": None,
        "arrival": begins - 30 * MINUTE,
        "cleared": begins + 120 * MINUTE,
        "site": "AYL",
        "place": "Room 1, Aylesbury",
        "mode": Mode.HYBRID,
        "kind": ConferenceKind.INITIAL,
        "changed_at": CHANGED,
        "changes": 2,
    }
    return Entry(**values | changes)


VIRTUAL = {"site": None, "place": None}
HELD = {"held": True, "mode": None, "kind": None}


def written(*entries: Entry, feed: Feed = FEED, settings: FeedSettings | None = None) -> bytes:
    return calendar(feed, "Conferences: C1", entries, settings or FeedSettings(), SITES, TRAVEL, "CPA")


def events(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def properties(content: bytes, *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(None if name not in one else str(one[name]) for name in names) for one in events(content)]


def test_an_empty_feed_is_a_valid_calendar() -> None:
    assert written() == HEAD.replace(b"\n", b"\r\n") + b"END:VCALENDAR\r\n"


def test_a_feed_has_exactly_these_bytes() -> None:
    content = written(
        entry(),
        entry("CPC-2", "2027-06-15T14:00", number=5, fate=Fate.CANCELLED, changed_at=CHANGED + dt.timedelta(days=1)),
        entry("HOLD-AYL-2027-01-18-1", "2027-01-19T14:00", number=4, **HELD),
    )
    body = b"""BEGIN:VEVENT
SUMMARY:Conference CPC-1
DTSTART;TZID=Europe/London:20270112T093000
DTEND;TZID=Europe/London:20270112T114500
DTSTAMP:20270104T090000Z
UID:0f33d0c7-ab9a-54f2-a414-47b0be1b67fb
SEQUENCE:221216408
DESCRIPTION:The conference begins at 10:00 and ends at 11:45.\\nThe pre-mee
 t begins at 09:30.\\nHybrid.
LAST-MODIFIED:20270104T090000Z
LOCATION:Room 1\\, Aylesbury
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
SUMMARY:Held for an initial conference
DTSTART;TZID=Europe/London:20270119T133000
DTEND;TZID=Europe/London:20270119T154500
DTSTAMP:20270104T090000Z
UID:892da9d9-3b5b-505b-8092-6bc30374a195
SEQUENCE:221216410
DESCRIPTION:A slot kept free. If it is taken\\, the conference begins at 14
 :00 and ends at 15:45.\\nThe pre-meet begins at 13:30.
LAST-MODIFIED:20270104T090000Z
LOCATION:Room 1\\, Aylesbury
STATUS:TENTATIVE
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
SUMMARY:CANCELLED: Conference CPC-2
DTSTART;TZID=Europe/London:20270615T133000
DTEND;TZID=Europe/London:20270615T154500
DTSTAMP:20270105T090000Z
UID:b61b9a29-26a9-59e4-a0e8-d4184eaa867b
SEQUENCE:221302813
DESCRIPTION:Cancelled.
LAST-MODIFIED:20270105T090000Z
STATUS:CANCELLED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""
    assert content == (HEAD + body).replace(b"\n", b"\r\n")


def test_a_busy_feed_shows_only_that_the_time_is_taken() -> None:
    content = written(
        entry(),
        entry("CPC-2", number=4, fate=Fate.CANCELLED),
        entry("HOLD-1", number=5, **HELD),
        feed=replace(FEED, detail=Detail.BUSY),
    )
    assert properties(content, "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "TRANSP") == [
        ("Busy", None, None, "CONFIRMED", "OPAQUE"),
        ("CANCELLED: Busy", None, None, "CANCELLED", "TRANSPARENT"),
        ("Held", None, None, "TENTATIVE", "TRANSPARENT"),
    ]
    assert b"CPC" not in content
    assert b"Aylesbury" not in content


@pytest.mark.parametrize(
    ("of", "ends"),
    [
        (FeedOf.CHAIR, "11:45"),
        (FeedOf.MINUTE_TAKER, "11:45"),
        (FeedOf.ROOM, "12:00"),
        (FeedOf.SITE, "12:00"),
        (FeedOf.SERVICE, "11:45"),
    ],
)
def test_entries_end_with_the_people_or_the_room(of: FeedOf, ends: str) -> None:
    (event,) = events(written(entry(), feed=replace(FEED, of=of)))
    assert [f"{event.decoded(name):%H:%M}" for name in ("DTSTART", "DTEND")] == ["09:30", ends]


@pytest.mark.parametrize(
    ("changes", "settings", "place", "description"),
    [
        (VIRTUAL, {}, "Held virtually", ["Held virtually instead of hybrid."]),
        (VIRTUAL | {"mode": Mode.IN_PERSON}, {}, "Held virtually", ["Held virtually instead of in person."]),
        (VIRTUAL | {"mode": Mode.VIRTUAL}, {}, "Held virtually", ["Held virtually."]),
        (VIRTUAL, {"joining_note": "See your invitation"}, "See your invitation", ["Held virtually instead of hybrid."]),
        ({"mode": Mode.IN_PERSON}, {"joining_note": "See it"}, "Room 1, Aylesbury", ["In person."]),
        ({}, {"show_kind": True}, "Room 1, Aylesbury", ["Hybrid.", "Initial (ICPC)."]),
    ],
)
def test_an_entry_shows_its_place_and_mode(
    changes: dict[str, Any], settings: dict[str, Any], place: str, description: list[str]
) -> None:
    content = written(entry(**changes), settings=FeedSettings(**settings))
    begins = ["The conference begins at 10:00 and ends at 11:45.", "The pre-meet begins at 09:30."]
    assert properties(content, "LOCATION", "DESCRIPTION") == [(place, "\n".join(begins + description))]


def test_an_entry_without_a_pre_meet_shows_none() -> None:
    content = written(entry(arrival=dt.datetime(2027, 1, 12, 10)))
    assert properties(content, "DESCRIPTION") == [("The conference begins at 10:00 and ends at 11:45.\nHybrid.",)]


def test_a_chairs_feed_shows_travel_between_sites_on_a_day() -> None:
    day = [
        entry("CPC-1", "2027-01-12T10:00", number=1),
        entry("CPC-2", "2027-01-12T11:00", number=2, site="WYC", fate=Fate.CANCELLED),
        entry("CPC-3", "2027-01-12T12:00", number=3, **VIRTUAL),
        entry("CPC-4", "2027-01-12T14:00", number=4, site="WYC", place="Room 2, Wycombe"),
        entry("CPC-5", "2027-01-12T16:30", number=5, site="WYC", place="Room 2, Wycombe"),
        entry("CPC-6", "2027-01-13T10:00", number=6),
    ]
    travel = "Travel from Aylesbury: 40 minutes; the one before ends at 11:45."
    result = {name: travel in (text or "") for name, text in properties(written(*day), "SUMMARY", "DESCRIPTION")}
    assert [name for name, travels in result.items() if travels] == ["Conference CPC-4"]
    assert b"Travel" not in written(*day, feed=replace(FEED, of=FeedOf.SERVICE))


@pytest.mark.parametrize(
    ("of", "fate", "summary", "description"),
    [
        (FeedOf.CHAIR, Fate.COVERED, "COVERED", "Covered by another CPA. The family stays with you."),
        (FeedOf.CHAIR, Fate.HANDED_OVER, "HANDED OVER", "Handed over to another CPA, with the family."),
        (FeedOf.CHAIR, Fate.MOVED, "MOVED", "Moved to another CPA."),
        (FeedOf.CHAIR, Fate.CANCELLED, "CANCELLED", "Cancelled."),
        (FeedOf.MINUTE_TAKER, Fate.MOVED, "MOVED", "Moved to another minute taker."),
        (FeedOf.MINUTE_TAKER, Fate.NOT_NEEDED, "NOT NEEDED", "Held without a minute taker."),
        (FeedOf.ROOM, Fate.HELD_ELSEWHERE, "HELD ELSEWHERE", "Held elsewhere: in another room."),
        (FeedOf.SITE, Fate.HELD_ELSEWHERE, "HELD ELSEWHERE", "Held elsewhere: at another site."),
        (FeedOf.ROOM, Fate.HELD_VIRTUALLY, "HELD VIRTUALLY", "Held virtually: it needs no room."),
    ],
)
def test_an_entry_that_has_left_says_which_it_was(of: FeedOf, fate: Fate, summary: str, description: str) -> None:
    feed = replace(FEED, of=of)
    names = "SUMMARY", "DESCRIPTION", "STATUS", "TRANSP", "LOCATION"
    answer = f"{summary}: Conference CPC-1", description, "CANCELLED", "TRANSPARENT", None
    assert properties(written(entry(fate=fate), feed=feed), *names) == [answer]
    busy = "CANCELLED: Busy", None, "CANCELLED", "TRANSPARENT", None
    assert properties(written(entry(fate=fate), feed=replace(feed, detail=Detail.BUSY)), *names) == [busy]


@pytest.mark.parametrize(
    ("of", "origin", "line"),
    [
        (FeedOf.CHAIR, Origin.COVER, "You cover for the family's own CPA."),
        (FeedOf.CHAIR, Origin.HANDOVER, "Handed over from another CPA, with the family."),
        (FeedOf.CHAIR, Origin.BACK, "Yours again: no longer covered by another CPA."),
        (FeedOf.CHAIR, Origin.MOVE, "Moved from another CPA."),
        (FeedOf.MINUTE_TAKER, Origin.MOVE, "Moved from another minute taker."),
    ],
)
def test_an_entry_says_first_how_it_came_to_a_person(of: FeedOf, origin: Origin, line: str) -> None:
    content = written(entry(origin=origin), feed=replace(FEED, of=of))
    ((summary, description),) = properties(content, "SUMMARY", "DESCRIPTION")
    assert (summary, (description or "").splitlines()[0]) == ("Conference CPC-1", line)
    assert b"DESCRIPTION" not in written(entry(origin=origin), feed=replace(FEED, of=of, detail=Detail.BUSY))


def test_an_entry_keeps_its_uid_and_each_feed_has_its_own() -> None:
    def uids(*entries: Entry, feed: Feed = FEED) -> list[tuple[str | None, ...]]:
        return properties(written(*entries, feed=feed), "UID")

    moved = entry(start="2027-02-01T14:00", number=9, fate=Fate.CANCELLED, **VIRTUAL)
    assert uids(entry()) == uids(moved) == uids(entry(), feed=replace(FEED, detail=Detail.BUSY))
    other = replace(FEED, id="00000000-0000-4000-8000-000000000000")
    assert len({*uids(entry()), *uids(entry(), feed=other), *uids(entry("CPC-2")), *uids(entry(**HELD))}) == 4


def test_control_characters_do_not_break_lines() -> None:
    content = written(entry("A\x0b\u2028\x85B", place="R\x1f\r\nBEGIN:VALARM"))
    assert properties(content, "SUMMARY", "LOCATION") == [("Conference A   B", "R   BEGIN:VALARM")]
    assert content.count(b"\nBEGIN:") == 4


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2040])
def test_the_embedded_time_zone_matches_london(year: int) -> None:
    (embedded,) = icalendar.Calendar.from_ical(written()).walk("VTIMEZONE")
    zone = embedded.to_tz(lookup_tzid=False)
    assert zone is not LONDON
    hours = (dt.datetime(year, 1, 1) + n * dt.timedelta(hours=6) for n in range(4 * 365))
    assert [hour for hour in hours if hour.replace(tzinfo=zone).utcoffset() != hour.replace(tzinfo=LONDON).utcoffset()] == []


CHANGES = [dt.date(2027, 3, 28), dt.date(2027, 10, 31)]
STARTS = st.builds(
    lambda change, days, minutes: dt.datetime.combine(change + dt.timedelta(days=days), dt.time()) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-3, 3),
    st.integers(180, 1200),
)
ENTRIES = st.builds(
    lambda reference, start, number, held, cancelled, virtual: entry(
        reference,
        start.isoformat(),
        number=number,
        fate=Fate.CANCELLED if cancelled and not held else None,
        **(HELD if held else {}),
        **(VIRTUAL if virtual else {}),
    ),
    st.text(min_size=1, max_size=60).filter(lambda text: text.strip() == text and text.isprintable()),
    STARTS,
    st.integers(1, 10_000),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
MANY = st.lists(ENTRIES, max_size=8, unique_by=(lambda one: (one.booking.held, one.booking.conference), lambda one: one.number))


@given(MANY, st.sampled_from(FeedOf), st.sampled_from(Detail))
def test_every_booking_has_its_local_time_around_clock_changes(entries: list[Entry], of: FeedOf, detail: Detail) -> None:
    content = written(*entries, feed=replace(FEED, of=of, detail=detail))
    assert content == written(*reversed(entries), feed=replace(FEED, of=of, detail=detail))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    parsed = icalendar.Calendar.from_ical(content)
    assert [one.errors for one in parsed.walk()] == [[]] * (4 + len(entries))
    result = {int(one["SEQUENCE"]): one for one in parsed.walk("VEVENT")}
    assert len({one["UID"] for one in result.values()}) == len(result) == len(entries)
    for one in entries:
        event = result[one.sequence]
        until = one.cleared if of in (FeedOf.ROOM, FeedOf.SITE) else one.booking.end
        for name, expected in (("DTSTART", one.arrival), ("DTEND", until)):
            assert event.decoded(name).astimezone(dt.UTC) == expected.replace(tzinfo=LONDON).astimezone(dt.UTC)
            assert event[name].params["TZID"] == "Europe/London"
