"""Calendar links and chairs' own calendars in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.clock import LONDON
from api.feeds.workflow import StoredFeed
from api.free_busy.queries import CalendarSource, StoredCalendar
from api.pages.names import PlaceNames
from api.pages.words import day_short, moment_short
from scheduler.wording import count_of

SHOWS = {"reference": "References and places", "busy": "Only that the time is taken"}
"""What a link shows, by the name of its detail."""
CLIENTS = (
    ("google", "Google"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("thunderbird", "Thunderbird"),
    ("dataaccessd", "Apple"),
    ("calendaragent", "Apple"),
    ("ios/", "Apple"),
    ("macos/", "Apple"),
)
"""A part of the name that a calendar program gives itself, and what people call the program."""
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class LinkRow:
    """A calendar link: whose conferences it shows, in which detail, since when, and when it was last fetched."""

    id: str
    version: int
    whose: str
    shows: str
    made: str
    fetched: str
    is_unused: bool


def link_rows(found: Sequence[StoredFeed], names: PlaceNames, now: dt.datetime) -> list[LinkRow]:
    """Return links in the order in which they were made."""
    today = now.astimezone(LONDON).date()
    return [
        LinkRow(
            one.feed.id,
            one.version,
            names.subject(one.feed.of, one.feed.subject),
            SHOWS[one.feed.detail],
            day_short(one.made_at.astimezone(LONDON).date(), today),
            fetched(one, now),
            one.fetched_at is None,
        )
        for one in found
    ]


def fetched(one: StoredFeed, now: dt.datetime) -> str:
    """Return when a link was last fetched, and by which program: ``2 hours ago, by Outlook``."""
    if one.fetched_at is None:
        return "Not yet"
    name = (one.fetched_by or "").lower()
    program = next((words for part, words in CLIENTS if part in name), "")
    return f"{_ago(now - one.fetched_at)}{f', by {program}' if program else ''}"


def _ago(time: dt.timedelta) -> str:
    if time < HOUR:
        return f"{count_of(int(time.total_seconds() // 60), 'minute')} ago" if time.total_seconds() >= 60 else "Just now"
    return f"{count_of(time // HOUR, 'hour')} ago" if time < DAY else f"{count_of(time.days, 'day')} ago"


@dataclass(frozen=True)
class BusyState:
    """A chair's own calendar: where it is from, when it was last read, what is wrong, and whether it is out of date."""

    source: str
    read: str
    error: str
    is_stale: bool
    has_link: bool
    has_calendar: bool
    notes: Sequence[str]

    @property
    def words(self) -> str:
        """Return the state in a few words."""
        if not self.has_calendar:
            return "None"
        return f"Out of date: {self.read[:1].lower()}{self.read[1:]}" if self.is_stale else self.read


def busy_state(stored: StoredCalendar, today: dt.date) -> BusyState:
    """Return the state of a chair's own calendar."""
    match stored.source:
        case CalendarSource.LINK:
            source = f"A link to {stored.host}"
        case CalendarSource.FILE:
            source = "A file"
        case _:
            source = "None"
    never = "Never read" if stored.stale else "Not read yet"
    read = never if stored.good_at is None else f"Read {moment_short(stored.good_at.astimezone(LONDON), today)}"
    return BusyState(
        source,
        read,
        stored.error or "",
        stored.stale,
        stored.source is CalendarSource.LINK,
        stored.source is not None,
        stored.notes,
    )
