"""The application: the only module that knows every part of the service."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from api.clock import utc_now
from api.database.migrate import migrate
from api.database.session import Store
from api.decisions import repair_routes, why_routes
from api.decisions import routes as decisions
from api.decisions.solving import Solving
from api.demo import diary as demo
from api.diary.absences import routes as absences
from api.diary.bookings import routes as bookings
from api.diary.conferences import handover_routes as handovers
from api.diary.conferences import lateness_routes as lateness
from api.diary.conferences import outcome_routes as outcomes
from api.diary.conferences import routes as conferences
from api.diary.conflicts import routes as conflicts
from api.diary.holidays import routes as holidays
from api.diary.registers import routes as registers
from api.diary.service import list_routes
from api.diary.service import routes as documents
from api.exchange import routes as exchange
from api.feeds import routes as feeds
from api.feeds import subscriptions
from api.free_busy import routes as free_busy
from api.free_busy.download import fetch
from api.free_busy.fetcher import Fetcher
from api.http import documentation, health, problem_details
from api.http.head import Head
from api.http.hosts import HostCheck, KnownHosts
from api.http.permissions import EVERYBODY
from api.http.resources import PathPrefix
from api.http.safe_headers import SafeHeaders
from api.jobs.runner import Runner
from api.pages import routing as page_routing
from api.pages import static_files
from api.pages.bring_in import routes as bring_in_pages
from api.pages.by_hand import routes as by_hand_pages
from api.pages.calendar_links import routes as calendar_pages
from api.pages.calls import routes as call_pages
from api.pages.changes import routes as change_pages
from api.pages.changing import routes as changing_pages
from api.pages.conference import routes as conference_pages
from api.pages.diary import routes as diary_pages
from api.pages.diary.rendered import RenderedPages
from api.pages.information import routes as information_pages
from api.pages.people import absence_routes as absence_pages
from api.pages.people import routes as people_pages
from api.pages.plans import routes as plan_pages
from api.pages.repairs import routes as repair_pages
from api.pages.reports import routes as report_pages
from api.pages.requests import routes as request_pages
from api.pages.settings import days_routes as day_pages
from api.pages.settings import routes as settings_pages
from api.pages.today import routes as today_pages
from api.pages.what_if import routes as what_if_pages
from api.pages.why import routes as why_pages
from api.planning import routes as plans
from api.publishing import routes as publications
from api.reports import routes as reports
from api.settings import Settings
from api.whatif import routes as whatif
from api.whatif import sweeps, value_routes

ROUTERS: tuple[APIRouter, ...] = (
    repair_routes.router,
    why_routes.router,  # before the conferences, whose ids may contain slashes
    *decisions.ROUTERS,  # before the holds, whose ids could be "advice"
    bookings.router,
    lateness.router,  # before the conferences, whose ids may contain slashes
    handovers.of_chairs,
    handovers.router,
    outcomes.router,
    outcomes.of_many,
    conferences.router,
    conflicts.router,
    *absences.ROUTERS,
    *registers.ROUTERS,
    *documents.ROUTERS,
    list_routes.router,
    *holidays.ROUTERS,
    plans.router,
    publications.of_plans,
    publications.router,
    *whatif.ROUTERS,
    value_routes.router,
    *exchange.ROUTERS,
    feeds.router,
    *free_busy.ROUTERS,
    reports.router,
)
PREFIX = "/api/v1"
PAGES: tuple[APIRouter, ...] = (
    today_pages.router,
    diary_pages.router,
    *request_pages.ROUTERS,
    why_pages.router,  # before the conferences, whose ids may contain slashes
    *changing_pages.ROUTERS,
    *conference_pages.ROUTERS,
    *bring_in_pages.ROUTERS,
    *by_hand_pages.ROUTERS,
    report_pages.router,
    *what_if_pages.ROUTERS,
    *absence_pages.ROUTERS,
    *calendar_pages.ROUTERS,
    *people_pages.ROUTERS,
    *settings_pages.ROUTERS,
    *day_pages.ROUTERS,
    *plan_pages.ROUTERS,
    *change_pages.ROUTERS,
    *call_pages.ROUTERS,
    *repair_pages.ROUTERS,
    information_pages.router,
    static_files.router,
)


def _routes() -> Sequence[BaseRoute]:
    whole = APIRouter()
    for router in ROUTERS:
        whole.include_router(router, prefix=PREFIX)
    whole.include_router(health.router)
    whole.include_router(subscriptions.router)
    for router in PAGES:
        whole.include_router(router)
    return whole.routes


ROUTES = _routes()
"""Built once for all apps of a process, because building routes is slow."""


def create_app(settings: Settings, clock: Callable[[], dt.datetime] = utc_now) -> FastAPI:
    """Return the service over its database, and migrate the database first.

    Raise NewerDatabaseError if a later version has changed the database, or OtherDiaryError if it has real data and is to be the
    demonstration's.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    url = demo.url_of(settings, clock()) if settings.demo else settings.url
    store = Store(url, settings.database_wait, settings.database_statement)
    migrate(store)
    if settings.demo:
        demo.fill(store, clock())
    runner = Runner(store, clock, settings.plan_processes, sweeps, settings.whatif_executor, settings.plan_memory)
    every = dt.timedelta(minutes=settings.calendar_minutes)
    fetcher = Fetcher(store, clock, every, partial(fetch, hosts=settings.calendar_hosts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runner.start()
        fetcher.start()
        yield
        await run_in_threadpool(fetcher.stop)
        await run_in_threadpool(runner.stop)
        await run_in_threadpool(state.solving.close)
        store.close()

    def wake() -> None:
        runner.wake()
        fetcher.wake()

    app = FastAPI(
        title="Conference planner",
        version="1",
        description="The diary of a child protection conference service: bookings, plans with their proofs, and publications.",
        lifespan=lifespan,
        routes=list(ROUTES),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    state: Any = app.state
    state.settings, state.store, state.clock, state.lock, state.wake = settings, store, clock, asyncio.Lock(), wake
    state.solving = Solving()
    state.reading, state.drawing = asyncio.Lock(), asyncio.Lock()
    state.diary_pages = RenderedPages()
    state.pages, state.calendars = bookings.Pages(store), subscriptions.Calendars(store)
    state.is_ending = lambda: False
    state.caller_of = lambda _: EVERYBODY
    state.form_key = settings.form_key.encode() or secrets.token_bytes(32)
    problem_details.install(app)
    page_routing.install(app)
    documentation.install(app, f"{PREFIX}/docs")
    app.add_middleware(subscriptions.Unchanged)  # the last added is the outermost
    app.add_middleware(PathPrefix, prefix=settings.path_prefix)
    app.add_middleware(Head)
    app.add_middleware(HostCheck, hosts=KnownHosts(settings), prefix=settings.path_prefix)
    app.add_middleware(problem_details.ServerErrors)
    app.add_middleware(SafeHeaders)
    return app
