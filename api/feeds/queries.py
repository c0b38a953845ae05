"""Calendar feeds as rows, with the sha256 of their secrets."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from api.database.tables import feeds
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.feeds.calendar import Detail, Feed, FeedOf

SECRET_BYTES = 32
SUBJECTS: dict[FeedOf, Register[Any]] = {
    FeedOf.CHAIR: registers.CHAIRS,
    FeedOf.MINUTE_TAKER: registers.MINUTE_TAKERS,
    FeedOf.ROOM: registers.ROOMS,
    FeedOf.SITE: registers.SITES,
}


@dataclass(frozen=True)
class StoredFeed:
    """A feed as a row, with its latest fetch; ``fetched_by`` is the client's own name."""

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


def list_feeds(
    connection: Connection,
    *,
    after: int = 0,
    most: int | None = None,
    is_active: bool = False,
    of: tuple[FeedOf, str | None] | None = None,
) -> list[StoredFeed]:
    """Return feeds by position: at most ``most``, after the position ``after``.

    ``is_active`` leaves out those that are revoked, and ``of`` those of others than one subject.
    """
    query = select(feeds).where(feeds.c.position > after).order_by(feeds.c.position).limit(most)
    if is_active:
        query = query.where(feeds.c.revoked_at.is_(None))
    if of is not None:
        query = query.where(feeds.c.of == of[0], feeds.c.subject == of[1])
    return [_stored(row) for row in connection.execute(query)]


def number(connection: Connection) -> int:
    """Return the number of feeds that were ever made."""
    return int(connection.execute(select(func.count()).select_from(feeds)).scalar_one())


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


def _change(connection: Connection, identifier: str, **columns: Any) -> None:
    connection.execute(update(feeds).where(feeds.c.id == identifier).values(version=feeds.c.version + 1, **columns))


def _stored(row: Any) -> StoredFeed:
    feed = Feed(row.id, FeedOf(row.of), row.subject, Detail(row.detail))
    return StoredFeed(row.position, feed, row.version, row.made_at, row.revoked_at, row.fetched_at, row.fetched_by)
