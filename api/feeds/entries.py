"""The entries of a feed: the bookings that it shows, the fate of those that left it, and the latest change of each.

An entry shows more than its booking: the names of its room and site, the feeds' settings, the way from the booking before. Its
change time is the latest of all of these, and its changes are counted by their versions. A count never falls: it takes in each
room that the conference was ever booked in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, select, true

from api.clock import LONDON
from api.database import tables
from api.database.tables import bookings, conferences, rooms
from api.diary.bookings.queries import booking_of
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.feeds.calendar import Detail, Entry, Fate, Feed, FeedOf, calendar
from api.feeds.fates import NAMING_A_CHAIR, OwnChairs, fate_of, origin_of, own_chairs_of
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.places import Room, travel_minutes

PAST_DAYS, CANCELLED_DAYS = 60, 30
SETTINGS, TRAVEL, SERVICE = "feed_settings", "travel", "service"


@dataclass(frozen=True)
class Change:
    """The latest change of something that entries show, and how often it was changed."""

    at: dt.datetime
    count: int


@dataclass(frozen=True)
class Surroundings:
    """The data that entries show beside their bookings, by id, with the changes of each.

    ``history`` has every booking of a conference, first to last; ``taken`` has the bookings in rooms of the feed's person by day,
    also those that have ended. ``own_chairs`` has the chairs of the families that a chair's feed shows.
    """

    rooms: Mapping[str, Room]
    sites: Mapping[str, str]
    room_changes: Mapping[str, Change]
    site_changes: Mapping[str, Change]
    documents: Mapping[str, Change]
    history: Mapping[str, Sequence[Any]]
    taken: Mapping[dt.date, Sequence[Any]]
    own_chairs: Mapping[str, OwnChairs]

    def place(self, room: Room) -> str:
        """Return a room's place in words."""
        return f"{room.label}, {self.sites[room.site]}"


def feed_bytes(connection: Connection, feed: Feed, today: dt.date) -> bytes:
    """Return a feed as an iCalendar file: active bookings from 60 days ago on, and those that left it in the last 30 days."""
    service, settings, travel = (documents.get(connection, name)[0] for name in (SERVICE, SETTINGS, TRAVEL))
    shown, around = entries(connection, feed, today)
    title = _feed_title(feed, service.name, around)
    return calendar(feed, title, shown, settings, around.sites, travel_minutes(travel), service.chair_title)


def _feed_title(feed: Feed, service: str, around: Surroundings) -> str:
    match feed.of:
        case FeedOf.SERVICE:
            whose = service
        case FeedOf.SITE:
            whose = around.sites.get(feed.subject or "", feed.subject or "")
        case FeedOf.ROOM if room := around.rooms.get(feed.subject or ""):
            whose = around.place(room)
        case _:
            whose = feed.subject or ""
    return f"Conferences: {whose}" if whose else "Conferences"


def entries(connection: Connection, feed: Feed, today: dt.date) -> tuple[list[Entry], Surroundings]:
    """Return a feed's entries: active bookings from 60 days ago on, and those that left the feed in the last 30 days."""
    around = _surroundings(connection, feed, today)
    queries = _active(feed, today), _cancelled(feed, today)
    return [_entry(feed, row, around) for query in queries for row in connection.execute(query)], around


def _surroundings(connection: Connection, feed: Feed, today: dt.date) -> Surroundings:
    history, taken = defaultdict(list), defaultdict(list)
    for row in connection.execute(_history(feed, today)):
        history[row.conference].append(row)
    if feed.of.travels and feed.detail is Detail.REFERENCE:
        for row in connection.execute(_taken(feed, today)):
            taken[row.start.date()].append(row)
    return Surroundings(
        rooms={room.id: room for room in registers.values(connection, registers.ROOMS)},
        sites={site.id: site.label for site in registers.values(connection, registers.SITES)},
        room_changes=_changes(connection, rooms, rooms.c.id),
        site_changes=_changes(connection, tables.sites, tables.sites.c.id),
        documents=_changes(connection, tables.documents, tables.documents.c.name),
        history=history,
        taken=taken,
        own_chairs=own_chairs_of(connection, history) if feed.of is FeedOf.CHAIR else {},
    )


def _changes(connection: Connection, table: FromClause, key: ColumnElement[str]) -> dict[str, Change]:
    query = select(key.label("key"), table.c.changed_at, table.c.version)
    return {row.key: Change(row.changed_at, row.version) for row in connection.execute(query)}


def _active(feed: Feed, today: dt.date) -> Select[Any]:
    return _shown(today).where(bookings.c.active, _of(feed, bookings))


def _cancelled(feed: Feed, today: dt.date) -> Select[Any]:
    """Return the query for ended bookings, without those replaced in this feed. Held slots are left out: nobody was invited."""
    ended = dt.datetime.combine(today - dt.timedelta(days=CANCELLED_DAYS), dt.time(), LONDON)
    later = bookings.alias("later")
    of_same = (later.c.conference == bookings.c.conference) & (later.c.number > bookings.c.number)
    in_its_place = exists().where(of_same, _of(feed, later))
    promised = ~bookings.c.active & bookings.c.conference.is_not(None)
    return _shown(today).where(promised, bookings.c.ended_at >= ended, _of(feed, bookings), ~in_its_place)


def _shown(today: dt.date) -> Select[Any]:
    conference = conferences.c
    return (
        select(
            bookings,
            conference.value["mode"].as_string().label("mode"),
            conference.value["kind"].as_string().label("kind"),
            conference.changed_at.label("conference_changed_at"),
            conference.version.label("conference_version"),
        )
        .outerjoin(conferences, conference.id == bookings.c.conference)
        .where(_since(bookings, today))
    )


def _history(feed: Feed, today: dt.date) -> Select[Any]:
    """Return the query for every booking of the conferences that a feed may show."""
    mine = bookings.alias("mine")
    conference = select(mine.c.conference).where(_of(feed, mine), _since(mine, today), mine.c.conference.is_not(None))
    names = "conference", "number", "chair", "minute_taker", "room", "ended_by"
    columns = [bookings.c[name] for name in names]
    return select(*columns).where(bookings.c.conference.in_(conference)).order_by(bookings.c.number)


def _taken(feed: Feed, today: dt.date) -> Select[Any]:
    columns = bookings.c.start, bookings.c.room, bookings.c.made_at, bookings.c.ended_at
    return select(*columns).where(_of(feed, bookings), _since(bookings, today), bookings.c.room.is_not(None))


def _since(table: FromClause, today: dt.date) -> ColumnElement[bool]:
    since: ColumnElement[bool] = table.c.start >= dt.datetime.combine(today - dt.timedelta(days=PAST_DAYS), dt.time())
    return since


def _of(feed: Feed, table: FromClause) -> ColumnElement[bool]:
    match feed.of:
        case FeedOf.SERVICE:
            return true()
        case FeedOf.SITE:
            at_site = select(rooms.c.id).where(rooms.c.value["site"].as_string() == feed.subject)
            return table.c.room.in_(at_site)
        case _:
            return table.c[feed.of] == feed.subject


def _entry(feed: Feed, row: Any, around: Surroundings) -> Entry:
    room = around.rooms.get(row.room)
    history = around.history.get(row.conference, [])
    own = around.own_chairs.get(row.conference, OwnChairs()) if feed.of is FeedOf.CHAIR else OwnChairs()
    fate = None if row.active else fate_of(feed, row, history, own)
    origin = origin_of(feed, row, history, own) if fate is None else None
    changes = list(_shown_changes(feed, row, around, history))
    return Entry(
        number=row.number,
        booking=booking_of(row),
        fate=fate,
        origin=origin,
        arrival=row.arrival,
        cleared=row.cleared,
        site=None if room is None else room.site,
        place=None if room is None else around.place(room),
        mode=None if row.mode is None else Mode(row.mode),
        kind=None if row.kind is None else ConferenceKind(row.kind),
        changed_at=_changed_at(row, changes) if fate is None else _left_at(feed, row, fate, around),
        changes=sum(change.count for change in changes),
    )


def _shown_changes(feed: Feed, row: Any, around: Surroundings, history: Sequence[Any]) -> Iterator[Change]:
    """Yield the changes of everything that the feed shows of a booking."""
    yield Change(row.changed_at or row.made_at, row.changes)
    if row.conference is not None:
        yield Change(row.conference_changed_at, row.conference_version)
    if feed.detail is Detail.BUSY:
        return
    yield from _of_document(around, SETTINGS)
    if feed.of is FeedOf.CHAIR:  # "moved from another CPA": the title is the service's
        yield from _of_document(around, SERVICE)
    yield from _of_places(around, row.room, [one.room for one in history if one.number <= row.number])
    before = [one for one in around.taken.get(row.start.date(), ()) if row.room is not None and one.start < row.start]
    for one in before:
        yield Change(one.ended_at or one.made_at, 1 if one.ended_at is None else 2)
    if before:
        yield from _of_document(around, TRAVEL)
        yield from _of_places(around, None, [one.room for one in before])


def _of_document(around: Surroundings, name: str) -> Iterator[Change]:
    if name in around.documents:
        yield around.documents[name]


def _of_places(around: Surroundings, room: str | None, others: Iterable[str | None]) -> Iterator[Change]:
    """Yield the changes of rooms and their sites."""
    room_ids = sorted({one for one in (room, *others) if one in around.rooms and one is not None})
    yield from (around.room_changes[one] for one in room_ids)
    yield from (around.site_changes[site] for site in sorted({around.rooms[one].site for one in room_ids}))


def _changed_at(row: Any, changes: Iterable[Change]) -> dt.datetime:
    instants: list[dt.datetime] = [row.made_at, *(change.at for change in changes)]
    return max(instants)


def _left_at(feed: Feed, row: Any, fate: Fate, around: Surroundings) -> dt.datetime:
    """Return the time of the latest change of an ended booking's entry: by its end, a handover, or the title of chairs."""
    instants: list[dt.datetime] = [row.ended_at]
    if feed.of is FeedOf.CHAIR and feed.detail is Detail.REFERENCE and fate in NAMING_A_CHAIR:
        instants += [change.at for change in _of_document(around, SERVICE)]
        instants += around.own_chairs.get(row.conference, OwnChairs()).changed_at
    return max(instants)
