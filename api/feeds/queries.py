"""Calendar feeds: the links to them, of whose secrets only the sha256 is kept, and what each shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, func, insert, select, true, update

from api.clock import LONDON
from api.database.tables import bookings, conferences, feeds, rooms
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
    """A feed with what is known of its link; it is fetched by clients that name themselves ``fetched_by``."""

    position: int
    feed: Feed
    version: int
    made_at: dt.datetime
    revoked_at: dt.datetime | None
    fetched_at: dt.datetime | None
    fetched_by: str | None


@dataclass(frozen=True)
class Fetch:
    """Who fetched a feed, and when."""

    feed: str
    at: dt.datetime
    by: str


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def listed(connection: Connection, *, after: int = 0, most: int | None = None) -> list[StoredFeed]:
    """All, in the order in which they came; those ``after`` a position, at most so many."""
    query = select(feeds).where(feeds.c.position > after).order_by(feeds.c.position).limit(most)
    return [_kept(row) for row in connection.execute(query)]


def found(connection: Connection, identifier: str) -> StoredFeed | None:
    """The feed with that id."""
    row = connection.execute(select(feeds).where(feeds.c.id == identifier)).one_or_none()
    return None if row is None else _kept(row)


def behind(connection: Connection, secret_digest: str) -> Feed | None:
    """The feed that a secret opens."""
    row = connection.execute(select(feeds).where(feeds.c.secret == secret_digest)).one_or_none()
    return None if row is None else _kept(row).feed


def add(connection: Connection, of: FeedOf, subject: str | None, detail: Detail, now: dt.datetime) -> tuple[str, str]:
    """Keep a new feed; gives its id and its secret, which can't be had again."""
    identifier, secret = str(uuid.uuid4()), secrets.token_urlsafe(SECRET_BYTES)
    row = {"id": identifier, "of": of, "subject": subject, "detail": detail, "secret": digest(secret), "version": 1}
    connection.execute(insert(feeds).values(**row, made_at=now))
    return identifier, secret


def rotate(connection: Connection, identifier: str) -> str:
    """Give a feed a new secret in place of the old; gives it."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    _change(connection, identifier, secret=digest(secret), fetched_at=None, fetched_by=None)
    return secret


def revoke(connection: Connection, identifier: str, now: dt.datetime) -> None:
    """Let nothing open a feed any more."""
    _change(connection, identifier, secret=None, revoked_at=now)


def note(connection: Connection, fetches: Iterable[Fetch]) -> None:
    """Keep who fetched feeds last."""
    for fetch in fetches:
        connection.execute(update(feeds).where(feeds.c.id == fetch.feed).values(fetched_at=fetch.at, fetched_by=fetch.by))


def written(connection: Connection, feed: Feed, today: dt.date) -> bytes:
    """What a feed shows on a day, as an iCalendar file: what stands, from 60 days ago, and for 30 days what was cancelled."""
    parts = {name: documents.get(connection, name)[0] for name in ("service", "feed_settings", "travel")}
    sites = {site.id: site.label for site in nouns.values(connection, nouns.SITES)}
    kept_rooms = {room.id: room for room in nouns.values(connection, nouns.ROOMS)}
    entries = [
        _entry(row, kept_rooms.get(row.room), sites)
        for query in (_standing(feed, today), _cancelled(feed, today))
        for row in connection.execute(query)
    ]
    title = _title(feed, parts["service"].name, kept_rooms, sites)
    return calendar(feed, title, entries, parts["feed_settings"], sites, travel_minutes(parts["travel"]))


def _title(feed: Feed, service: str, kept_rooms: dict[str, Room], sites: dict[str, str]) -> str:
    match feed.of:
        case FeedOf.SERVICE:
            whose = service
        case FeedOf.SITE:
            whose = sites.get(feed.subject or "", feed.subject or "")
        case FeedOf.ROOM if feed.subject in kept_rooms:
            whose = _place(kept_rooms[feed.subject], sites)
        case _:
            whose = feed.subject or ""
    return f"Conferences: {whose}" if whose else "Conferences"


def _standing(feed: Feed, today: dt.date) -> Select[Any]:
    return _shown(today).where(bookings.c.active, _of(feed, bookings))


def _cancelled(feed: Feed, today: dt.date) -> Select[Any]:
    """What ended, unless another booking of the conference has taken its place in the feed. Holds were promised to nobody."""
    ended = dt.datetime.combine(today - dt.timedelta(days=CANCELLED_DAYS), dt.time(), LONDON)
    later = bookings.alias("later")
    of_same = (later.c.conference == bookings.c.conference) & (later.c.number > bookings.c.number)
    in_its_place = exists().where(of_same, _of(feed, later))
    promised = ~bookings.c.active & bookings.c.conference.is_not(None)
    return _shown(today).where(promised, bookings.c.ended_at >= ended, _of(feed, bookings), ~in_its_place)


def _shown(today: dt.date) -> Select[Any]:
    since = dt.datetime.combine(today - dt.timedelta(days=PAST_DAYS), dt.time())
    asked = conferences.c
    return (
        select(
            bookings,
            func.coalesce(bookings.c.hold, bookings.c.conference).label("reference"),
            asked.value["mode"].as_string().label("mode"),
            asked.value["kind"].as_string().label("kind"),
            asked.changed_at,
        )
        .outerjoin(conferences, asked.id == bookings.c.conference)
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
        reference=row.reference,
        held=row.hold is not None,
        cancelled=not row.active,
        arrival=row.arrival,
        start=row.start,
        end=row.end,
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


def _kept(row: Any) -> StoredFeed:
    feed = Feed(row.id, FeedOf(row.of), row.subject, Detail(row.detail))
    return StoredFeed(row.position, feed, row.version, row.made_at, row.revoked_at, row.fetched_at, row.fetched_by)
