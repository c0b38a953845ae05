"""Calendar feeds: made, and their secret links rotated and revoked. Calendars fetch them elsewhere, by the link alone."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.datastructures import URL

from api.diary.registers import queries as nouns
from api.errors import ErrorItem, conflict, invalid, not_found
from api.feeds import queries as feeds
from api.feeds.calendar import Detail, FeedOf
from api.feeds.queries import StoredFeed
from api.feeds.subscriptions import path_of
from api.http.etags import IfMatch, etag, expect
from api.http.idempotency import store_instead
from api.http.paging import After, Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.conference import one_of
from scheduler.domain.values import Identifier, Value

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


class NewFeed(Value):
    """A feed ``of`` a chair, minute taker, room or site, whose id is the ``subject``, or of the whole service."""

    of: Annotated[FeedOf, one_of(FeedOf)]
    subject: Identifier | None = None
    detail: Annotated[Detail, one_of(Detail)] = Detail.REFERENCE


class LastFetched(BaseModel):
    """When a feed was fetched last, to the minute or so, and what the client calls itself."""

    at: dt.datetime
    client: str


class FeedItem(BaseModel):
    """A feed; its link opens nothing once it is revoked."""

    id: str
    of: FeedOf
    subject: Identifier | None
    detail: Detail
    made_at: dt.datetime
    revoked_at: dt.datetime | None
    last_fetched: LastFetched | None


class FeedPage(BaseModel):
    """A page of feeds; ``next`` is where the following one begins, null on the last."""

    items: list[FeedItem]
    next: int | None


class Links(BaseModel):
    """A feed's secret, and the links with it: ``https`` for Outlook and Google, ``webcal`` for calendars that open it so."""

    secret: str
    https: str
    webcal: str


class FeedWithLinks(FeedItem):
    """A feed with its links, which can't be had again: they are null where the same request comes a second time."""

    links: Links | None


@router.get("", response_model=FeedPage, dependencies=[_reads], summary="List every feed")
def listed(connection: Reading, after: After = 0, most: Most = 100) -> Any:
    """Feeds in the order in which they were made."""
    kept = feeds.listed(connection, after=after, most=most + 1)
    items = [_item(one) for one in kept[:most]]
    return FeedPage(items=items, next=kept[most - 1].position if len(kept) > most else None)


@router.get("/{id}", response_model=FeedItem, dependencies=[_reads], summary="One feed")
def one(connection: Reading, response: Response, id: str) -> Any:
    """A feed without its links, which are kept nowhere."""
    return _told(connection, response, id)


@router.post(
    "",
    response_model=FeedWithLinks,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"of": "chair", "subject": "C1"}),
    summary="Make a feed",
)
def add(connection: Writing, now: Now, request: Request, response: Response, new: NewFeed) -> Any:
    """The links are told now, and never again. Calendars fetch a feed every 30 minutes to 24 hours."""
    _hold_to_subject(connection, new)
    identifier, secret = feeds.add(connection, new.of, new.subject, new.detail, now)
    response.headers["Location"] = resource_path("feeds", identifier)
    return _with_links(connection, request, response, identifier, secret)


@router.post("/{id}/rotate", response_model=FeedWithLinks, dependencies=[_changes], summary="Give a feed new links")
def rotate(connection: Writing, request: Request, response: Response, id: str, if_match: IfMatch = None) -> Any:
    """The old links open nothing from now on. The new ones are told now, and never again."""
    if _seen(connection, id, if_match).revoked_at is not None:
        raise conflict("revoked", "This feed has been revoked. Make a new one instead.")
    return _with_links(connection, request, response, id, feeds.rotate(connection, id))


@router.post("/{id}/revoke", response_model=FeedItem, dependencies=[_changes], summary="Revoke a feed")
def revoke(connection: Writing, now: Now, response: Response, id: str, if_match: IfMatch = None) -> Any:
    """Its links open nothing from now on, for good."""
    if _seen(connection, id, if_match).revoked_at is None:
        feeds.revoke(connection, id, now)
    return _told(connection, response, id)


def _hold_to_subject(connection: Connection, new: NewFeed) -> None:
    """ApiError 422 where a feed is of nothing that there is."""
    noun = feeds.SUBJECTS.get(new.of)
    if noun is None:
        message = "is not needed for a feed of the whole service. Leave it out." if new.subject is not None else None
    elif new.subject is None:
        message = f"is missing. Enter the id of a {noun.name}."
    else:
        known = nouns.found(connection, noun, new.subject) is not None
        message = None if known else f"there is no {noun.name} '{new.subject}'. Enter the id of one that there is."
    if message is not None:
        raise invalid("What was sent can't be taken.", [ErrorItem(where="subject", message=message)])


def _seen(connection: Connection, identifier: str, if_match: str | None) -> StoredFeed:
    kept = _found(connection, identifier)
    expect(kept.version, if_match)
    return kept


def _found(connection: Connection, identifier: str) -> StoredFeed:
    kept = feeds.found(connection, identifier)
    if kept is None:
        raise not_found("feed", identifier)
    return kept


def _told(connection: Connection, response: Response, identifier: str) -> FeedItem:
    kept = _found(connection, identifier)
    response.headers["ETag"] = etag(kept.version)
    return _item(kept)


def _item(kept: StoredFeed) -> FeedItem:
    feed, fetched_at = kept.feed, kept.fetched_at
    return FeedItem(
        id=feed.id,
        of=feed.of,
        subject=feed.subject,
        detail=feed.detail,
        made_at=kept.made_at,
        revoked_at=kept.revoked_at,
        last_fetched=None if fetched_at is None else LastFetched(at=fetched_at, client=kept.fetched_by or ""),
    )


def _with_links(connection: Connection, request: Request, response: Response, identifier: str, secret: str) -> FeedWithLinks:
    item = dict(_told(connection, response, identifier))
    response.headers["Cache-Control"] = "no-store"
    store_instead(request, FeedWithLinks(**item, links=None))
    base = request.app.state.settings.public_address or str(request.base_url)
    link = URL(base.rstrip("/") + path_of(secret))
    return FeedWithLinks(**item, links=Links(secret=secret, https=str(link), webcal=str(link.replace(scheme="webcal"))))
