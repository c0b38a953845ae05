"""The fate of a booking that left a feed, and how one came to the feed's person: cover and handovers (contract, section 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, select

from api.database.tables import conferences
from api.diary.bookings.queries import Ending
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import history as history_of
from api.feeds.calendar import Fate, Feed, FeedOf, Origin

NAMING_A_CHAIR = (Fate.COVERED, Fate.HANDED_OVER, Fate.MOVED)
"""The fate of a booking that somebody else chairs; the entry has the title of chairs."""


@dataclass(frozen=True)
class OwnChairs:
    """A family's own chair, None before its first conference, and the former ones, each replaced at ``changed_at``."""

    now: str | None = None
    former: tuple[str, ...] = ()
    changed_at: tuple[dt.datetime, ...] = ()

    def has_handed_over(self, chair: str) -> bool:
        """True if the family was this chair's and is another's now."""
        return chair in self.former and chair != self.now

    def was_handed_over_to(self, chair: str) -> bool:
        """True if the family is this chair's now and was another's before."""
        return chair == self.now and any(one != chair for one in self.former)


def own_chairs_of(connection: Connection, identifiers: Iterable[str]) -> dict[str, OwnChairs]:
    """Return the own chairs of the families of conferences, by conference."""
    ids = list(identifiers)
    chair = conferences.c.value["chair"].as_string().label("chair")
    rows = connection.execute(select(conferences.c.id, chair).where(conferences.c.id.in_(ids)))
    replaced: dict[str, list[tuple[str, dt.datetime]]] = {}
    for event in history_of(connection, ids):
        before = _replaced_chair(event)
        if before is not None:
            replaced.setdefault(event.conference, []).append((before, event.at))
    return {
        row.id: OwnChairs(
            row.chair,
            tuple(chair for chair, _ in replaced.get(row.id, ())),
            tuple(at for _, at in replaced.get(row.id, ())),
        )
        for row in rows
    }


def _replaced_chair(event: Any) -> str | None:
    """Return the chair whom an event of a conference's history replaced as the family's own."""
    before = event.detail.get("before")
    match event.event:
        case ConferenceEvent.HANDED_OVER:
            return None if before is None else str(before)
        case ConferenceEvent.CHANGED if isinstance(before, dict):
            chair = before.get("chair")
            return None if chair is None else str(chair)
        case _:
            return None


def fate_of(feed: Feed, row: Any, history: Sequence[Any], own: OwnChairs) -> Fate:
    """Return the fate of an ended booking; the next booking of its conference determines that of a moved one.

    A booking that went to another chair is covered if the family is still the chair's own, and handed over if it was.
    """
    after = next((later for later in history if later.number > row.number), None)
    if after is None or row.ended_by != Ending.MOVED:
        return Fate.CANCELLED
    if feed.of is FeedOf.CHAIR:
        if row.chair == own.now:
            return Fate.COVERED
        return Fate.HANDED_OVER if own.has_handed_over(row.chair) else Fate.MOVED
    if feed.of is FeedOf.MINUTE_TAKER:
        return Fate.MOVED if after.minute_taker else Fate.NOT_NEEDED
    return Fate.HELD_VIRTUALLY if after.room is None else Fate.HELD_ELSEWHERE


def origin_of(feed: Feed, row: Any, history: Sequence[Any], own: OwnChairs) -> Origin | None:
    """Return how an active booking came to the feed's person; None if it was always theirs, or the feed is of no person."""
    if feed.of is FeedOf.CHAIR:
        if own.now not in (None, row.chair):
            return Origin.COVER
        if own.was_handed_over_to(row.chair):
            return Origin.HANDOVER
    if not _was_somebody_elses(feed, row, history):
        return None
    return Origin.BACK if feed.of is FeedOf.CHAIR and row.chair == own.now else Origin.MOVE


def _was_somebody_elses(feed: Feed, row: Any, history: Sequence[Any]) -> bool:
    """True if the booking was somebody else's before it moved, directly or over other moves, to the person of this feed."""
    if not feed.of.travels:
        return False
    earlier = reversed([one for one in history if one.number < row.number])
    people = [getattr(one, feed.of) for one in takewhile(lambda one: one.ended_by == Ending.MOVED, earlier)]
    return next((person is not None for person in people if person != feed.subject), False)
