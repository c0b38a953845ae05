"""Routes to request, watch, cancel and read plans. ``api/publishing`` has the routes that publish them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.database.outages import OutageLog
from api.database.session import Store
from api.errors import conflict
from api.http.paging import After, Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.state import store_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.jobs import queue as jobs
from api.jobs.queue import Job, JobEventKind, JobState
from api.planning import queries as plans
from api.planning import workflow
from api.planning.workflow import PlanRequest
from scheduler.domain.schedule import PlanException, Schedule, Tier, TierName, Unplaced
from scheduler.domain.values import Date, Moment

SECONDS_BETWEEN_LOOKS = 0.3
"""Seconds between a stream's queries for new events."""
LOOKS_BETWEEN_PINGS = 50
"""Queries without a new event after which a stream sends a comment, so that proxies keep it open."""
MAX_EVENTS = 100
"""Most events on a page."""
_log = logging.getLogger(__name__)

router = APIRouter(prefix="/plans", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class TierItem(BaseModel):
    """A plan's progress: the current tier, its best value so far, its bound, and the seconds since the start."""

    tier: TierName
    value: int | None
    bound: int | None
    seconds: float


class LateItem(BaseModel):
    """A booking after its due date, with the number of working days it is late, and the reason."""

    conference: str
    start: Moment
    due: Date
    working_days: int
    why: str


class PlanResult(BaseModel):
    """A plan's result without its bookings; ``remarks`` lists what looks wrong in the data, and the assumptions.

    ``exceptions`` lists rules waived, locks dropped and conferences left unplaced.
    """

    tiers: list[Tier]
    unplaced: list[Unplaced]
    late: list[LateItem]
    remarks: list[str]
    made_at: AwareDatetime
    exceptions: list[PlanException] = []


class PlanItem(BaseModel):
    """A plan in a list. ``attempt`` counts its starts: more than one if a server was interrupted."""

    id: str
    state: JobState
    first: Date
    last: Date
    time_limit: int
    seed: int
    attempt: int
    cancelled: bool
    error: str | None
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class Plan(PlanItem):
    """A plan with its progress or its result. A cancelled plan has a result if it had found a schedule by then."""

    progress: TierItem | None
    result: PlanResult | None
    links: dict[str, str]


class PlanPage(BaseModel):
    """A page of plans, newest first. The next page begins after the plan ``next``."""

    items: list[PlanItem]
    next: str | None = None


class JobEventItem(BaseModel):
    """An event of a plan: queued, started, progress or cancelling, and last of all done, cancelled or failed."""

    number: int
    at: AwareDatetime
    event: JobEventKind
    data: dict[str, Any]


class EventPage(BaseModel):
    """A page of events. The next page begins after the number ``next``, which is null after the last event."""

    items: list[JobEventItem]
    next: int | None = None


_EVENTS: dict[str, Any] = {
    "description": "A page of events, or a stream until the last event if the client accepts `text/event-stream`.",
    "content": {EventSourceResponse.media_type: {"schema": {"type": "string"}}},
}
_EXAMPLE = request_example({"first": "2027-01-01", "last": "2027-01-31"})


@router.post("", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], openapi_extra=_EXAMPLE, summary="Plan some days")
def add(connection: Writing, now: Now, request: Request, response: Response, new: PlanRequest) -> Plan:
    """Queue a plan of the days, from the current data. It is solved in the background: GET the plan, or its events."""
    job = workflow.begin(connection, new, request.app.state.settings, now)
    response.headers["Location"] = resource_path("plans", job.id)
    return _plan(connection, job)


@router.get("", dependencies=[reads], summary="List the plans, newest first")
def listed(
    connection: Reading,
    after: Annotated[str | None, Query(description="The `next` of the previous page.")] = None,
    most: Most = 100,
) -> PlanPage:
    """Return a page of plans."""
    results = jobs.list_jobs(connection, after=None if after is None else workflow.require(connection, after), most=most + 1)
    page = [PlanItem.model_validate(_item(job)) for job in results[:most]]
    return PlanPage(items=page, next=page[-1].id if len(results) > most else None)


@router.get("/{id}", dependencies=[reads], summary="A plan, with its progress or its result")
def one(connection: Reading, id: str) -> Plan:
    """Return a plan by its id."""
    return _plan(connection, workflow.require(connection, id))


@router.post("/{id}/cancel", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], summary="Cancel a plan")
def cancel(connection: Writing, now: Now, id: str) -> Plan:
    """End a running plan soon, with the best schedule so far, or a queued plan at once, without a schedule."""
    return _plan(connection, workflow.cancel(connection, id, now))


@router.get("/{id}/schedule", response_model=Schedule, dependencies=[reads], summary="The schedule of a plan")
def schedule(connection: Reading, id: str) -> Response:
    """Return the schedule as the contract defines it."""
    job = workflow.require(connection, id)
    result = plans.schedule_of(connection, id)
    if result is None:
        instead = "Ask for a new one" if job.has_ended else "GET the plan, or its events, until it has ended"
        raise conflict("no-schedule", f"The plan '{id}' has no schedule: it is {job.state}. {instead}.")
    return JSONResponse(result)


@router.get(
    "/{id}/events", response_model=EventPage, responses={200: _EVENTS}, dependencies=[reads], summary="The events of a plan"
)
async def events(
    request: Request,
    id: str,
    after: After = 0,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[int | None, Header(ge=0, le=2**31 - 1, description="The last event received.")] = None,
) -> Response:
    """Return the events after a number, as a page, or as server-sent events until the last one."""
    store, after = store_of(request), after if last_event_id is None else last_event_id
    page = await run_in_threadpool(_events, store, id, after)
    if EventSourceResponse.media_type in accept:
        return EventSourceResponse(
            _stream(store, id, page, request.app.state.is_ending),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    return Response(page.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _stream(store: Store, identifier: str, page: EventPage, is_ending: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield the events from a page on, until the last or the server's end. While waiting it holds no connection or thread.

    During an outage of the database it waits too: a browser does not reconnect to a stream that was answered with 503.
    """
    looks, outages = 0, OutageLog(_log, "A stream of events")
    while True:
        for item in page.items:
            content = item.model_dump_json(include={"at", "data"})
            yield format_sse_event(event=item.event, data_str=content, id=str(item.number))
        after = page.next
        if after is None or is_ending():
            return
        if not page.items:
            looks += 1
            if looks % LOOKS_BETWEEN_PINGS == 0:
                yield format_sse_event(comment="ping")
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        page = EventPage(items=[], next=after)
        with outages.attempt(raise_others=True):
            page = await run_in_threadpool(_events, store, identifier, after)


def _events(store: Store, identifier: str, after: int) -> EventPage:
    with store.reading() as connection:
        job = workflow.require(connection, identifier)
        results = jobs.events(connection, identifier, after=after, most=MAX_EVENTS)
    items = [JobEventItem(number=event.number, at=event.at, event=event.event, data=event.data) for event in results]
    is_last = job.has_ended and len(items) < MAX_EVENTS
    return EventPage(items=items, next=None if is_last else items[-1].number if items else after)


def _item(job: Job) -> dict[str, Any]:
    requested = {name: job.request[name] for name in ("first", "last", "time_limit", "seed")}
    return requested | {name: getattr(job, name) for name in PlanItem.model_fields if name not in requested}


def _plan(connection: Connection, job: Job) -> Plan:
    summary = plans.summary(connection, job.id)
    result = summary and {
        "tiers": summary.tiers,
        "unplaced": summary.unplaced,
        "late": summary.report["late"],
        "remarks": [*(one["text"] for one in summary.report.get("implausible", ())), *summary.report["remarks"]],
        "made_at": summary.made_at,
        "exceptions": summary.exceptions,
    }
    path = resource_path("plans", job.id)
    actions = ("events", *(("schedule", "diff", "publish") if summary else () if job.has_ended else ("cancel",)))
    return Plan.model_validate(
        _item(job)
        | {
            "progress": None if job.has_ended else jobs.latest_progress(connection, job.id),
            "result": result,
            "links": {"self": path} | {name: f"{path}/{name}" for name in actions},
        }
    )
