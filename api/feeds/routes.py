"""Routes that create calendar feeds, and rotate and revoke their secret links. ``subscriptions`` serves the feeds themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.datastructures import URL

from api.feeds import queries as feeds
from api.feeds import workflow
from api.feeds.calendar import Detail, FeedOf
from api.feeds.queries import StoredFeed
from api.feeds.workflow import NewFeed
from api.http.etags import IfMatch, etag, expect
from api.http.idempotency import store_instead
from api.http.paging import After, Most, page_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.values import Identifier

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


class LastFetched(BaseModel):
    """The last fetch of a feed, to about a minute, and the client's name for itself."""

    at: dt.datetime
    client: str


class FeedItem(BaseModel):
    """A feed. Its link stops working when it is revoked."""

    id: str
    of: FeedOf
    subject: Identifier | None
    detail: Detail
    made_at: dt.datetime
    revoked_at: dt.datetime | None
    last_fetched: LastFetched | None


class FeedPage(BaseModel):
    """A page of feeds; ``next`` is the place after which the next page begins, or null on the last page."""

    items: list[FeedItem]
    next: int | None


class Links(BaseModel):
    """A feed's secret and its links: ``https`` for Outlook and Google, ``webcal`` for programs that subscribe to such a link."""

    secret: str
    https: str
    webcal: str


class FeedWithLinks(FeedItem):
    """A feed with its links, which are shown only once: they are null in the answer to a repeated request."""

    links: Links | None


@router.get("", response_model=FeedPage, dependencies=[_reads], summary="List every feed")
def listed(connection: Reading, after: After = 0, most: Most = 100) -> Any:
    """Return the feeds in the order in which they were created."""
    return page_of(feeds.list_feeds(connection, after=after, most=most + 1), most, _item, lambda feed: feed.position)


@router.get("/{id}", response_model=FeedItem, dependencies=[_reads], summary="One feed")
def one(connection: Reading, response: Response, id: str) -> Any:
    """Return a feed without its links, which are not stored."""
    return _shown(connection, response, id)


@router.post(
    "",
    response_model=FeedWithLinks,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"of": "chair", "subject": "C1"}),
    summary="Create a feed",
)
def add(connection: Writing, now: Now, request: Request, response: Response, new: NewFeed) -> Any:
    """Create a feed. The response contains its links, which are never shown again.

    Calendar programs fetch a feed every 30 minutes to 24 hours.
    """
    stored, secret = workflow.add(connection, new, now)
    response.headers["Location"] = resource_path("feeds", stored.feed.id)
    return _with_links(connection, request, response, stored.feed.id, secret)


@router.post("/{id}/rotate", response_model=FeedWithLinks, dependencies=[_changes], summary="Give a feed new links")
def rotate(connection: Writing, request: Request, response: Response, id: str, if_match: IfMatch = None) -> Any:
    """Replace the links: the old ones stop working at once. The response contains the new ones, which are never shown again."""
    secret = workflow.replace_link(connection, _expected(connection, id, if_match))
    return _with_links(connection, request, response, id, secret)


@router.post("/{id}/revoke", response_model=FeedItem, dependencies=[_changes], summary="Revoke a feed")
def revoke(connection: Writing, now: Now, response: Response, id: str, if_match: IfMatch = None) -> Any:
    """Revoke the feed. Its links stop working at once and for good."""
    workflow.revoke(connection, _expected(connection, id, if_match), now)
    return _shown(connection, response, id)


def _expected(connection: Connection, identifier: str, if_match: str | None) -> StoredFeed:
    stored = workflow.require(connection, identifier)
    expect(stored.version, if_match)
    return stored


def _shown(connection: Connection, response: Response, identifier: str) -> FeedItem:
    stored = workflow.require(connection, identifier)
    response.headers["ETag"] = etag(stored.version)
    return _item(stored)


def _item(stored: StoredFeed) -> FeedItem:
    feed, fetched_at = stored.feed, stored.fetched_at
    return FeedItem(
        id=feed.id,
        of=feed.of,
        subject=feed.subject,
        detail=feed.detail,
        made_at=stored.made_at,
        revoked_at=stored.revoked_at,
        last_fetched=None if fetched_at is None else LastFetched(at=fetched_at, client=stored.fetched_by or ""),
    )


def _with_links(connection: Connection, request: Request, response: Response, identifier: str, secret: str) -> FeedWithLinks:
    item = dict(_shown(connection, response, identifier))
    response.headers["Cache-Control"] = "no-store"
    store_instead(request, FeedWithLinks(**item, links=None))
    base = request.app.state.settings.public_address or str(request.base_url)
    link = URL(workflow.address_of(secret, base))
    return FeedWithLinks(**item, links=Links(secret=secret, https=str(link), webcal=str(link.replace(scheme="webcal"))))
