"""Calendar feeds as rows, with the sha256 of their secrets, and the bookings that each shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, insert, select, true, update

from api.clock import LONDON
from api.database.tables import bookings, conferences, feeds, rooms
from api.diary.bookings.queries import booking_of
from api.diary.registers import queries as nouns
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.feeds.calendar import Detail, Entry, Feed, FeedOf, calendar
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.places import Room, travel_minutes

PAST_DAYS, CANCELLED_DAYS = 60, 30
SECRET_BYTES = 32
SUBJECTS: dict[FeedOf, Register[Any]] = {
    FeedOf.CHAIR: nouns.CHAIRS,
    FeedOf.MINUTE_TAKER: nouns.MINUTE_TAKERS,
    FeedOf.ROOM: nouns.ROOMS,
    FeedOf.SITE: nouns.SITES,
}


@dataclass(frozen=True)
class StoredFeed:
    """A feed as a row, with its latest fetch; ``fetched_by`` is what the client calls itself."""

    position: int
    feed: Feed
    version: int
    made_at: dt.datetime
    revoked_at: dt.datetime | None
    fetched_at: dt.datetime | None
    fetched_by: str | None


@dataclass(frozen=True)
class Fetch:
    """A fetch of a feed: which client, and when."""

    feed: str
    at: dt.datetime
    by: str


def digest(secret: str) -> str:
    """Return the digest of a secret, which is stored in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()


def list_feeds(connection: Connection, *, after: int = 0, most: int | None = None) -> list[StoredFeed]:
    """Return feeds by position: at most ``most``, after the position ``after``."""
    query = select(feeds).where(feeds.c.position > after).order_by(feeds.c.position).limit(most)
    return [_stored(row) for row in connection.execute(query)]


def find(connection: Connection, identifier: str) -> StoredFeed | None:
    """Return the feed with an id."""
    row = connection.execute(select(feeds).where(feeds.c.id == identifier)).one_or_none()
    return None if row is None else _stored(row)


def behind(connection: Connection, secret_digest: str) -> Feed | None:
    """Return the feed that a secret opens."""
    row = connection.execute(select(feeds).where(feeds.c.secret == secret_digest)).one_or_none()
    return None if row is None else _stored(row).feed


def add(connection: Connection, of: FeedOf, subject: str | None, detail: Detail, now: dt.datetime) -> tuple[str, str]:
    """Store a new feed; return its id and its secret, which can't be read again."""
    identifier, secret = str(uuid.uuid4()), secrets.token_urlsafe(SECRET_BYTES)
    row = {"id": identifier, "of": of, "subject": subject, "detail": detail, "secret": digest(secret), "version": 1}
    connection.execute(insert(feeds).values(**row, made_at=now))
    return identifier, secret


def rotate(connection: Connection, identifier: str) -> str:
    """Replace a feed's secret; return the new one."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    _change(connection, identifier, secret=digest(secret), fetched_at=None, fetched_by=None)
    return secret


def revoke(connection: Connection, identifier: str, now: dt.datetime) -> None:
    """Revoke a feed, so that no secret opens it."""
    _change(connection, identifier, secret=None, revoked_at=now)


def note_fetches(connection: Connection, fetches: Iterable[Fetch]) -> None:
    """Record the latest fetches of feeds."""
    for fetch in fetches:
        connection.execute(update(feeds).where(feeds.c.id == fetch.feed).values(fetched_at=fetch.at, fetched_by=fetch.by))


def feed_bytes(connection: Connection, feed: Feed, today: dt.date) -> bytes:
    """Return a feed as an iCalendar file: active bookings from 60 days ago on, and what was cancelled in the last 30 days."""
    parts = {name: documents.get(connection, name)[0] for name in ("service", "feed_settings", "travel")}
    sites = {site.id: site.label for site in nouns.values(connection, nouns.SITES)}
    stored_rooms = {room.id: room for room in nouns.values(connection, nouns.ROOMS)}
    entries = [
        _entry(row, stored_rooms.get(row.room), sites)
        for query in (_active(feed, today), _cancelled(feed, today))
        for row in connection.execute(query)
    ]
    title = _title(feed, parts["service"].name, stored_rooms, sites)
    return calendar(feed, title, entries, parts["feed_settings"], sites, travel_minutes(parts["travel"]))


def _title(feed: Feed, service: str, stored_rooms: dict[str, Room], sites: dict[str, str]) -> str:
    match feed.of:
        case FeedOf.SERVICE:
            whose = service
        case FeedOf.SITE:
            whose = sites.get(feed.subject or "", feed.subject or "")
        case FeedOf.ROOM if feed.subject in stored_rooms:
            whose = _place(stored_rooms[feed.subject], sites)
        case _:
            whose = feed.subject or ""
    return f"Conferences: {whose}" if whose else "Conferences"


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
    since = dt.datetime.combine(today - dt.timedelta(days=PAST_DAYS), dt.time())
    conference = conferences.c
    return (
        select(
            bookings,
            conference.value["mode"].as_string().label("mode"),
            conference.value["kind"].as_string().label("kind"),
            conference.changed_at,
        )
        .outerjoin(conferences, conference.id == bookings.c.conference)
        .where(bookings.c.start >= since)
    )


def _of(feed: Feed, table: FromClause) -> ColumnElement[bool]:
    match feed.of:
        case FeedOf.SERVICE:
            return true()
        case FeedOf.SITE:
            at_site = select(rooms.c.id).where(rooms.c.value["site"].as_string() == feed.subject)
            return table.c.room.in_(at_site)
        case _:
            return table.c[feed.of] == feed.subject


def _entry(row: Any, room: Room | None, sites: dict[str, str]) -> Entry:
    return Entry(
        number=row.number,
        booking=booking_of(row),
        cancelled=not row.active,
        arrival=row.arrival,
        cleared=row.cleared,
        site=None if room is None else room.site,
        place=None if room is None else _place(room, sites),
        mode=None if row.mode is None else Mode(row.mode),
        kind=None if row.kind is None else ConferenceKind(row.kind),
        changed_at=row.ended_at or max(row.made_at, row.changed_at or row.made_at),
    )


def _place(room: Room, sites: dict[str, str]) -> str:
    return f"{room.label}, {sites[room.site]}"


def _change(connection: Connection, identifier: str, **columns: Any) -> None:
    connection.execute(update(feeds).where(feeds.c.id == identifier).values(version=feeds.c.version + 1, **columns))


def _stored(row: Any) -> StoredFeed:
    feed = Feed(row.id, FeedOf(row.of), row.subject, Detail(row.detail))
    return StoredFeed(row.position, feed, row.version, row.made_at, row.revoked_at, row.fetched_at, row.fetched_by)
