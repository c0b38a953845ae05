"""Feeds as calendar programs fetch them, by a secret link. Most fetches find the feed unchanged, so that answer is fast."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.clock import local_day
from api.database.outages import OutageLog, outage
from api.database.session import Store, version_of
from api.errors import NotFoundError
from api.feeds import queries as feeds
from api.feeds.entries import feed_bytes
from api.feeds.paths import PREFIX, SUFFIX
from api.feeds.queries import Fetch
from api.http.etags import etag, names
from api.http.permissions import Permission, needs
from api.http.problem_details import DATABASE_ERRORS, ERRORS, outage_response

LINK = re.compile(rf"{PREFIX}/([^/]+)\{SUFFIX}")
MAX_CACHED = 1000
MAX_CLIENT_CHARACTERS = 200
MINUTE = dt.timedelta(minutes=1)
_log = logging.getLogger(__name__)

router = APIRouter(prefix=PREFIX, tags=["calendars"], dependencies=[needs(Permission.NOTHING)], responses=ERRORS)


@dataclass
class Ready:
    """A feed's body, valid until the diary's version or the day changes. ``noted_at`` is the time of the last noted fetch."""

    feed: str
    version: int
    day: dt.date
    body: bytes
    etag: str
    noted_at: dt.datetime | None

    def __post_init__(self) -> None:
        self.headers = {"ETag": self.etag, "Cache-Control": "private, no-cache"}
        self.not_modified = Response(status_code=304, headers=self.headers)

    def is_noted(self, now: dt.datetime) -> bool:
        """True if a fetch was noted less than a minute ago."""
        return self.noted_at is not None and now - self.noted_at < MINUTE


class Calendars:
    """A cache of the last feeds fetched, by the sha256 of their secret, and the clients that fetched them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cache: OrderedDict[str, Ready] = OrderedDict()
        self.making = asyncio.Lock()  # one feed at a time, so that waiting requests occupy no thread
        self.fetches: dict[str, Fetch] = {}
        self.noting = False
        self.outages = OutageLog(_log, "Noting the fetches of feeds")

    async def ready(self, secret: str, now: dt.datetime) -> Ready | None:
        """Return the current feed with a secret, or None if there is none."""
        digest = feeds.digest(secret)
        ready = await self._cached(digest, now)
        if ready is None:
            async with self.making:
                ready = await self._cached(digest, now) or await run_in_threadpool(self._make, digest, local_day(now))
        if ready is None:
            self.cache.pop(digest, None)
            return None
        self.cache[digest] = ready
        self.cache.move_to_end(digest)
        if len(self.cache) > MAX_CACHED:
            self.cache.popitem(last=False)
        return ready

    async def unchanged(self, secret: str, seen: str, now: dt.datetime) -> Response | None:
        """Return 304 if the client has the current feed and this fetch needs no note, else None."""
        ready = self.cache.get(feeds.digest(secret))
        if ready is None or not names(seen, ready.etag) or not ready.is_noted(now):
            return None
        return ready.not_modified if await self._is_current(ready, now) else None

    def remember(self, ready: Ready, client: str, now: dt.datetime) -> None:
        """Remember a fetch until ``note`` writes it."""
        ready.noted_at = now
        self.fetches[ready.feed] = Fetch(ready.feed, now, client[:MAX_CLIENT_CHARACTERS])

    async def note(self) -> None:
        """Write the remembered fetches, in one transaction at a time, regardless of the number of fetches.

        During an outage of the database they stay remembered.
        """
        if self.noting:
            return
        self.noting = True
        try:
            while self.fetches:
                fetches, self.fetches = self.fetches, {}
                if not await self._noted(fetches):
                    self.fetches = fetches | self.fetches
                    return
        finally:
            self.noting = False

    async def _cached(self, digest: str, now: dt.datetime) -> Ready | None:
        ready = self.cache.get(digest)
        return ready if ready is not None and await self._is_current(ready, now) else None

    async def _is_current(self, ready: Ready, now: dt.datetime) -> bool:
        if self.store.is_sqlite:
            version = self.store.version()  # takes microseconds, less than a hand-over to a thread
        else:
            version = await run_in_threadpool(self.store.version)
        return (ready.version, ready.day) == (version, local_day(now))

    def _make(self, digest: str, day: dt.date) -> Ready | None:
        with self.store.reading() as connection:
            version, feed = version_of(connection), feeds.behind(connection, digest)
            if feed is None:
                return None
            body = feed_bytes(connection, feed, day)
        before = self.cache.get(digest)
        tag = etag(hashlib.sha256(body).hexdigest()[:32])  # equal in every process and after a restart
        return Ready(feed.id, version, day, body, tag, None if before is None else before.noted_at)

    async def _noted(self, fetches: dict[str, Fetch]) -> bool:
        """Write the fetches. Return False during an outage of the database."""
        with self.outages.attempt(raise_others=True):
            await run_in_threadpool(self._write, fetches)
        return not self.outages.present

    def _write(self, fetches: dict[str, Fetch]) -> None:
        with self.store.noting() as connection:
            feeds.note_fetches(connection, fetches.values())


async def _unchanged(calendars: Calendars, secret: str, seen: str, now: dt.datetime, scope: Scope) -> Response | None:
    """Return ``calendars.unchanged``, or the response to an outage: no exception handler surrounds a middleware."""
    try:
        return await calendars.unchanged(secret, seen, now)
    except DATABASE_ERRORS as error:
        detected = outage(error)
        if detected is None:
            raise
        return outage_response(detected, scope)


class Unchanged:
    """Middleware that answers fetches of unchanged feeds before routing, which would take longer than the rest of the work."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send 304, or pass the request on."""
        path = scope["path"].removeprefix(scope["root_path"]) if scope["type"] == "http" and scope["method"] == "GET" else ""
        if link := LINK.fullmatch(path):
            state = scope["app"].state
            seen = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"), "")
            answer = await _unchanged(state.calendars, link[1], seen, state.clock(), scope)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


@router.get(
    f"/{{secret}}{SUFFIX}",
    response_class=Response,
    responses={
        200: {"description": "The feed.", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "The feed is unchanged since the ETag in If-None-Match."},
    },
    summary="Fetch a feed",
)
async def fetch(request: Request, secret: str) -> Response:
    """Return the feed as an iCalendar file. The link is the only credential; all links that open no feed get the same answer."""
    calendars: Calendars = request.app.state.calendars
    now = request.app.state.clock()
    ready = await calendars.ready(secret, now)
    if ready is None:
        message = "This link opens no calendar. Ask the person who gave it to you for a new one."
        raise NotFoundError("no-calendar", message)
    noting = None
    if not ready.is_noted(now):
        calendars.remember(ready, request.headers.get("user-agent", ""), now)
        noting = BackgroundTask(calendars.note)
    seen = request.headers.get("if-none-match", "")
    if names(seen, ready.etag):
        return Response(status_code=304, headers=ready.headers, background=noting)
    return Response(ready.body, headers=ready.headers, media_type="text/calendar; charset=utf-8", background=noting)
