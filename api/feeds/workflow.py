"""Workflow of calendar feeds: making one, and replacing and revoking its link."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from sqlalchemy import Connection

from api.diary.references import hint_of
from api.diary.registers import queries as registers
from api.errors import ErrorItem, conflict, invalid, not_found
from api.feeds import queries as feeds
from api.feeds.calendar import Detail, FeedOf
from api.feeds.paths import path_of
from api.feeds.queries import StoredFeed
from scheduler.domain.conference import one_of
from scheduler.domain.values import Identifier, Value

__all__ = ["NewFeed", "StoredFeed", "active", "active_of", "add", "address_of", "number", "replace_link", "require", "revoke"]


class NewFeed(Value):
    """A new feed ``of`` the whole service, or of the chair, minute taker, room or site with the id ``subject``."""

    of: Annotated[FeedOf, one_of(FeedOf)]
    subject: Identifier | None = None
    detail: Annotated[Detail, one_of(Detail)] = Detail.REFERENCE


def add(connection: Connection, new: NewFeed, now: dt.datetime) -> tuple[StoredFeed, str]:
    """Store a new feed; return it, and its secret, which can't be read again. Raise InvalidError if its subject is wrong."""
    _check_subject(connection, new)
    identifier, secret = feeds.add(connection, new.of, new.subject, new.detail, now)
    return require(connection, identifier), secret


def replace_link(connection: Connection, stored: StoredFeed) -> str:
    """Replace a feed's link, so that the old one stops working; return the new secret. Raise ConflictError if it is revoked."""
    if stored.revoked_at is not None:
        raise conflict("revoked", "This feed has been revoked. Create a new one.")
    return feeds.rotate(connection, stored.feed.id)


def revoke(connection: Connection, stored: StoredFeed, now: dt.datetime) -> None:
    """Revoke a feed, if it is not revoked already, so that its link stops working for good."""
    if stored.revoked_at is None:
        feeds.revoke(connection, stored.feed.id, now)


def require(connection: Connection, identifier: str) -> StoredFeed:
    """Return the feed with an id. Raise NotFoundError if there is none."""
    stored = feeds.find(connection, identifier)
    if stored is None:
        raise not_found("feed", identifier)
    return stored


def active(connection: Connection, *, after: int = 0, most: int | None = None) -> list[StoredFeed]:
    """Return feeds whose links work, by position: at most ``most``, after the position ``after``."""
    return feeds.list_feeds(connection, after=after, most=most, is_active=True)


def active_of(connection: Connection, of: str, subject: str | None) -> list[StoredFeed]:
    """Return the feeds of one chair, minute taker, room or site whose links work."""
    return feeds.list_feeds(connection, is_active=True, of=(FeedOf(of), subject))


def number(connection: Connection) -> int:
    """Return the number of feeds that were ever made, which grows with each."""
    return feeds.number(connection)


def address_of(secret: str, public_address: str) -> str:
    """Return the whole address at which calendar programs fetch a feed, at the address of the service."""
    return public_address.rstrip("/") + path_of(secret)


def _check_subject(connection: Connection, new: NewFeed) -> None:
    """Raise InvalidError if the subject is missing, unknown or not needed."""
    register = feeds.SUBJECTS.get(new.of)
    if register is None:
        message = "is not needed for a feed of the whole service. Leave it out." if new.subject is not None else None
    elif new.subject is None:
        message = f"is missing. Enter the id of a {register.name}."
    else:
        is_known = registers.find(connection, register, new.subject) is not None
        hint = hint_of(connection, register, new.subject)
        message = None if is_known else f"there is no {register.name} '{new.subject}'.{hint} Enter the id of an existing one."
    if message is not None:
        raise invalid("The request has errors.", [ErrorItem(where="subject", message=message)])
