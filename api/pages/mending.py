"""Bookings that an entry makes impossible, and the way to mend them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from api.diary.bookings.queries import StoredBooking
from api.diary.conflicts.queries import BrokenBooking
from api.pages.names import PlaceNames
from api.pages.words import moment_short


@dataclass(frozen=True)
class HitRow:
    """A booking that something hits: its conference, or the words for a slot kept free, when, where and with whom."""

    reference: str
    kept_free: bool
    booked: str
    place: str
    chair: str
    what: str = ""


@dataclass(frozen=True)
class Hits:
    """The bookings that are hit, and the address of the page that mends them, if they are to come."""

    rows: Sequence[HitRow] = ()
    mend: str = ""

    @property
    def number(self) -> int:
        """Return how many bookings are hit; one that breaks several rules has several rows."""
        return len({row.reference for row in self.rows})


def hits_of_bookings(stored: Sequence[StoredBooking], names: PlaceNames, today: dt.date) -> Hits:
    """Return bookings that are on the days of an absence or closure."""
    rows = [
        HitRow(
            one.booking.conference,
            one.booking.held,
            moment_short(one.booking.start, today),
            names.room(one.booking.room),
            names.chair(one.booking.chair),
        )
        for one in stored
    ]
    return Hits(rows, _mend((one.booking.day for one in stored), today))


def hits_of_broken(broken: Sequence[BrokenBooking], names: PlaceNames, today: dt.date) -> Hits:
    """Return bookings that break a rule, each with the sentence that says which."""
    rows = [
        HitRow(
            one.conference,
            one.conference.startswith("HOLD-"),
            moment_short(one.start, today),
            names.room(one.room),
            names.chair(one.chair),
            one.text_with(names.person),
        )
        for one in broken
    ]
    return Hits(rows, _mend((one.start.date() for one in broken), today))


def _mend(days: Iterable[dt.date], today: dt.date) -> str:
    """Return the address of the page that repairs the diary on some days, or an empty text if they are all over."""
    known = [day for day in days if day >= today]
    return f"/repairs/new?{urlencode({'first': min(known), 'last': max(known)})}" if known else ""
