"""Calendar feeds as iCalendar bytes: deterministic, and without personal data at any level of detail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from uuid import UUID, uuid5

from icalendar import Calendar, Event, Timezone, vDuration

from api.clock import LONDON
from api.diary.service.feed_settings import FeedSettings
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.places import minutes_between
from scheduler.domain.schedule import Booking
from scheduler.wording import KIND_IN_WORDS, MODE_IN_WORDS, capitalised, count_of

PRODUCT = "-//Conference planner//Calendar feeds//EN"
FRESHNESS = "Calendars fetch this every 30 minutes to 24 hours. It is not for changes on the same day."
SEQUENCE_EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""Instant from which SEQUENCE counts seconds: a calendar's 32 bits last until 2088."""
END = b"END:VCALENDAR\r\n"
MOST_EVENTS = 30_000
LONDON_TIMES = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


class FeedOf(StrEnum):
    """What a feed is for: a person, a room, a site or the whole service."""

    CHAIR = "chair"
    MINUTE_TAKER = "minute_taker"
    ROOM = "room"
    SITE = "site"
    SERVICE = "service"

    @property
    def shows_room_time(self) -> bool:
        """True if an entry ends when the room is free again, and not already when the people are."""
        return self in (FeedOf.ROOM, FeedOf.SITE)

    @property
    def travels(self) -> bool:
        """True if the feed is for a person, who travels between bookings."""
        return self in (FeedOf.CHAIR, FeedOf.MINUTE_TAKER)


class Detail(StrEnum):
    """How much a feed shows: references and places, or only that the time is taken."""

    REFERENCE = "reference"
    BUSY = "busy"


class Fate(StrEnum):
    """The fate of a booking that is no longer in a feed."""

    CANCELLED = "cancelled"
    COVERED = "covered"
    HANDED_OVER = "handed over"
    MOVED = "moved"
    NOT_NEEDED = "not needed"
    HELD_ELSEWHERE = "held elsewhere"
    HELD_VIRTUALLY = "held virtually"


class Origin(StrEnum):
    """How a booking came to the person of a feed: as cover, by a handover of the family, back from cover, or by a move."""

    COVER = "cover"
    HANDOVER = "handover"
    BACK = "back"
    MOVE = "move"


@dataclass(frozen=True)
class Feed:
    """A feed: ``id`` is a UUID, the namespace of its entries' UIDs; ``subject`` is None for the whole service."""

    id: str
    of: FeedOf
    subject: str | None
    detail: Detail


@dataclass(frozen=True)
class Entry:
    """A booking under its number, with everything that a feed may show of it.

    People's time begins at ``arrival``, the room's ends at ``cleared``; both are local. ``site`` and ``place`` are None if the
    booking is virtual, ``mode`` and ``kind`` are None for a held slot. ``fate`` is None unless it has left this feed; ``origin``
    is None unless the person covers it, or it was somebody else's before. ``changes`` counts the changes of everything that the
    feed shows of it, the latest at ``changed_at``.
    """

    number: int
    booking: Booking
    fate: Fate | None
    origin: Origin | None
    arrival: dt.datetime
    cleared: dt.datetime
    site: str | None
    place: str | None
    mode: Mode | None
    kind: ConferenceKind | None
    changed_at: dt.datetime
    changes: int

    @property
    def sequence(self) -> int:
        """Return the SEQUENCE. It rises with each change, also within a second, and if a booking moves and becomes a new row."""
        seconds = int((self.changed_at - SEQUENCE_EPOCH).total_seconds())
        return seconds + self.changes + 2 * self.number + (self.fate is not None)


def calendar(
    feed: Feed,
    title: str,
    entries: Iterable[Entry],
    settings: FeedSettings,
    sites: Mapping[str, str],
    travel: Mapping[tuple[str, str], int],
    chair_title: str,
) -> bytes:
    """Return the feed as an iCalendar file. ``sites`` are labels by id, ``travel`` the minutes from site to site."""
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", PRODUCT)
    file.add("calscale", "GREGORIAN")
    file.add("x-wr-calname", _printable(title))
    file.add("x-wr-caldesc", FRESHNESS)
    file.add("refresh-interval", vDuration(dt.timedelta(hours=1)), parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "PT1H")
    file.add_component(Timezone.from_ical(LONDON_TIMES))
    ordered = sorted(entries, key=lambda entry: (entry.booking.start, entry.number))
    journeys = dict(_journeys(ordered, sites, travel)) if feed.of.travels else {}
    events = (_event(feed, entry, settings, journeys.get(entry.number), chair_title) for entry in ordered)
    begun: bytes = file.to_ical().removesuffix(END)
    return b"".join((begun, *events, END))


@lru_cache(MOST_EVENTS)  # after a change every feed is written again, and most of their events have not changed
def _event(feed: Feed, entry: Entry, settings: FeedSettings, journey: str | None, chair_title: str) -> bytes:
    event, booking = Event(), entry.booking
    event.add("uid", str(uuid5(UUID(feed.id), f"{'hold' if booking.held else 'conference'} {booking.conference}")))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.arrival.replace(tzinfo=LONDON))
    event.add("dtend", (entry.cleared if feed.of.shows_room_time else booking.end).replace(tzinfo=LONDON))
    event.add("summary", _entry_title(entry, feed.detail))
    event.add("status", "CANCELLED" if entry.fate else "TENTATIVE" if booking.held else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.fate or booking.held else "OPAQUE")
    if feed.detail is Detail.REFERENCE:
        colleague = _printable(chair_title) or "chair" if feed.of is FeedOf.CHAIR else "minute taker"
        lines = (
            _description(entry, settings, journey, colleague) if entry.fate is None else _why_gone(entry.fate, feed.of, colleague)
        )
        event.add("description", "\n".join(lines))
        if entry.fate is None:
            event.add("location", _printable(entry.place or settings.joining_note or "Held virtually"))
    written: bytes = event.to_ical()
    return written


def _entry_title(entry: Entry, detail: Detail) -> str:
    if detail is Detail.BUSY:
        title = "Held" if entry.booking.held else "Busy"
    elif entry.booking.held:
        title = "Held for an initial conference"
    else:
        title = f"Conference {_printable(entry.booking.conference)}"
    if entry.fate is None:
        return title
    return f"{(Fate.CANCELLED if detail is Detail.BUSY else entry.fate).upper()}: {title}"


def _why_gone(fate: Fate, of: FeedOf, colleague: str) -> Iterator[str]:
    """Yield the fate of a booking in words, without a name."""
    match fate:
        case Fate.CANCELLED:
            yield "Cancelled."
        case Fate.COVERED:
            yield f"Covered by another {colleague}. The family stays with you."
        case Fate.HANDED_OVER:
            yield f"Handed over to another {colleague}, with the family."
        case Fate.MOVED:
            yield f"Moved to another {colleague}."
        case Fate.NOT_NEEDED:
            yield f"Held without a {colleague}."
        case Fate.HELD_ELSEWHERE:
            yield f"Held elsewhere: {'in another room' if of is FeedOf.ROOM else 'at another site'}."
        case Fate.HELD_VIRTUALLY:
            yield "Held virtually: it needs no room."


def _where_from(origin: Origin, colleague: str) -> str:
    """Return how a booking came to a person, without a name (cover and handover: contract, section 8)."""
    match origin:
        case Origin.COVER:
            return f"You cover for the family's own {colleague}."
        case Origin.HANDOVER:
            return f"Handed over from another {colleague}, with the family."
        case Origin.BACK:
            return f"Yours again: no longer covered by another {colleague}."
        case Origin.MOVE:
            return f"Moved from another {colleague}."


def _description(entry: Entry, settings: FeedSettings, journey: str | None, colleague: str) -> Iterator[str]:
    if entry.origin is not None:
        yield _where_from(entry.origin, colleague)
    booking = entry.booking
    times = f"begins at {booking.start:%H:%M} and ends at {booking.end:%H:%M}."
    yield f"A slot kept free. If it is taken, the conference {times}" if booking.held else f"The conference {times}"
    if entry.arrival < booking.start:
        yield f"The pre-meet begins at {entry.arrival:%H:%M}."
    if entry.mode is not None:
        yield _mode(entry.mode, in_room=entry.place is not None)
    if settings.show_kind and entry.kind is not None:
        yield f"{capitalised(KIND_IN_WORDS[entry.kind])}."
    if journey is not None:
        yield journey


def _mode(mode: Mode, *, in_room: bool) -> str:
    if mode is Mode.VIRTUAL:
        return "Held virtually."
    return f"{capitalised(MODE_IN_WORDS[mode])}." if in_room else f"Held virtually instead of {MODE_IN_WORDS[mode]}."


def _journeys(
    entries: Sequence[Entry], sites: Mapping[str, str], travel: Mapping[tuple[str, str], int]
) -> Iterator[tuple[int, str]]:
    """Yield how to reach each booking whose previous one on that day is at another site."""
    in_rooms = [entry for entry in entries if entry.site is not None and entry.fate is None]
    for before, entry in pairwise(in_rooms):
        minutes = minutes_between(travel, before.site or "", entry.site or "")
        if minutes and before.booking.day == entry.booking.day:
            site = _printable(sites[before.site or ""])
            yield (
                entry.number,
                f"Travel from {site}: {count_of(minutes, 'minute')}; the one before ends at {before.booking.end:%H:%M}.",
            )


def _printable(text: str) -> str:
    """Return the text with spaces for control characters, which break the lines of a calendar."""
    return "".join(one if one.isprintable() else " " for one in text)
