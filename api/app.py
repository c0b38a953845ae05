"""The only place where the parts are put together."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from api import demo, errors
from api.busy.fetching import fetch
from api.jobs.fetcher import Fetcher
from api.jobs.runner import Runner
from api.routes import (
    absences,
    bookings,
    busy,
    calendars,
    conferences,
    day_files,
    documents,
    exchange,
    feeds,
    health,
    nouns,
    plans,
    publications,
    reports,
    values,
    whatif,
)
from api.settings import Settings
from api.store.migrate import migrate
from api.store.session import Store

ROUTERS: tuple[APIRouter, ...] = (
    bookings.router,
    conferences.router,
    *absences.ROUTERS,
    *nouns.ROUTERS,
    *documents.ROUTERS,
    day_files.router,
    plans.router,
    publications.of_plans,
    publications.router,
    *whatif.ROUTERS,
    values.router,
    exchange.router,
    feeds.router,
    *busy.ROUTERS,
    reports.router,
)
PREFIX = "/api/v1"


def _routes() -> Sequence[BaseRoute]:
    whole = APIRouter()
    for router in ROUTERS:
        whole.include_router(router, prefix=PREFIX)
    whole.include_router(health.router)
    whole.include_router(calendars.router)
    return whole.routes


ROUTES = _routes()
"""Made ready once for all apps of a process, as each is asked for."""


def utc_now() -> dt.datetime:
    """The present instant."""
    return dt.datetime.now(dt.UTC)


def create_app(settings: Settings, clock: Callable[[], dt.datetime] = utc_now) -> FastAPI:
    """The service over its database, which is brought up to date first.

    Raises NewerDatabaseError where a later version has made the database.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    store = Store(settings.url)
    migrate(store)
    if settings.demo:
        demo.fill(store, clock())
    runner = Runner(store, clock, settings.plan_processes, settings.whatif_executor)
    every = dt.timedelta(minutes=settings.calendar_minutes)
    fetcher = Fetcher(store, clock, every, partial(fetch, hosts=settings.calendar_hosts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runner.start()
        fetcher.start()
        yield
        await run_in_threadpool(fetcher.stop)
        await run_in_threadpool(runner.stop)
        store.close()

    def wake() -> None:
        runner.wake()
        fetcher.wake()

    app = FastAPI(
        title="Conference planner",
        version="1",
        description="The diary of a child protection conference service: bookings, plans with their proof, publications.",
        lifespan=lifespan,
        routes=list(ROUTES),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=f"{PREFIX}/docs",
        swagger_ui_oauth2_redirect_url=None,
        redoc_url=None,
    )
    state: Any = app.state
    state.settings, state.store, state.clock, state.lock, state.wake = settings, store, clock, asyncio.Lock(), wake
    state.reading, state.drawing = asyncio.Lock(), asyncio.Lock()
    state.pages, state.calendars = bookings.Pages(store), calendars.Calendars(store)
    state.is_ending = lambda: False
    errors.install(app)
    app.add_middleware(calendars.Unchanged)
    return app
