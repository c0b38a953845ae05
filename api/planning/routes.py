"""Plans: asked for, made in the background, watched, cancelled, and read. What is made of one is in ``publications.py``."""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.clock import still_to_come
from api.database.session import Store
from api.diary import snapshot
from api.errors import conflict, not_found
from api.http.paging import After, Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.state import store_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.jobs import queue as jobs
from api.jobs.queue import Job, JobEventKind, JobState
from api.planning import queries as plans
from api.settings import Settings
from scheduler.domain.schedule import Schedule, Tier, TierName, Unplaced
from scheduler.domain.values import Date, Moment, Period, Whole

SECONDS_BETWEEN_LOOKS = 0.3
LOOKS_BETWEEN_PINGS = 50
MOST_EVENTS = 100

router = APIRouter(prefix="/plans", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class PlanRequest(Period):
    """Which days to plan; best whole weeks, since what a chair may have in a week counts beyond the days when it is published.

    Where some of them are over, the plan begins today: what stood on the others stays. Where all are over, all are planned.
    ``time_limit`` is in seconds, at most as many as the service allows; ``seed`` starts the search.
    """

    time_limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    seed: Whole = 1


class TierItem(BaseModel):
    """How far a plan is: the tier that is being solved, its best value so far, its bound, and the seconds since the start."""

    tier: TierName
    value: int | None
    bound: int | None
    seconds: float


class LateItem(BaseModel):
    """A booking after its due date: by how many working days, and why."""

    conference: str
    start: Moment
    due: Date
    working_days: int
    why: str


class PlanResult(BaseModel):
    """What came out, without its bookings; ``remarks`` says what was assumed."""

    tiers: list[Tier]
    unplaced: list[Unplaced]
    late: list[LateItem]
    remarks: list[str]
    made_at: AwareDatetime


class PlanItem(BaseModel):
    """A plan as lists tell it. ``attempt`` counts how often it was begun: more than once where a server was cut off."""

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
    """A plan: how far it is, or what came out. A cancelled one has a result too, where it had one by then."""

    progress: TierItem | None
    result: PlanResult | None
    links: dict[str, str]


class PlanPage(BaseModel):
    """A page of the plans, the latest first; ``next`` is the plan after which the following page begins."""

    items: list[PlanItem]
    next: str | None = None


class JobEventItem(BaseModel):
    """Something that happened to a plan: queued, started, progress, cancelling; the last is done, cancelled or failed."""

    number: int
    at: AwareDatetime
    event: JobEventKind
    data: dict[str, Any]


class EventPage(BaseModel):
    """What has happened so far. Ask again ``after`` the number in ``next``; it is null once nothing more will happen."""

    items: list[JobEventItem]
    next: int | None = None


_EVENTS: dict[str, Any] = {
    "description": "A page of events; or, to a client that accepts `text/event-stream`, each as it happens, until the last.",
    "content": {EventSourceResponse.media_type: {"schema": {"type": "string"}}},
}
_EXAMPLE = request_example({"first": "2027-01-01", "last": "2027-01-31"})


@router.post("", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], openapi_extra=_EXAMPLE, summary="Plan some days")
def ask(connection: Writing, now: Now, request: Request, response: Response, asked: PlanRequest) -> Plan:
    """Begin to plan the days by the present data. It goes on in the background: GET the plan, or its events."""
    settings: Settings = request.app.state.settings
    days = still_to_come(asked, now)
    problem = snapshot.problem_of(connection, days.first, days.last)
    seconds = min(asked.time_limit or settings.plan_seconds, settings.plan_seconds)
    wanted = asked.model_dump(mode="json") | days.model_dump(mode="json")
    wanted |= {"time_limit": seconds, "workers": settings.plan_workers}
    job = jobs.add(connection, problem, wanted, now)
    response.headers["Location"] = resource_path("plans", job.id)
    return _plan(connection, job)


@router.get("", dependencies=[reads], summary="List the plans, the latest first")
def listed(
    connection: Reading,
    after: Annotated[str | None, Query(description="Go on after this plan: the `next` of the page before.")] = None,
    most: Most = 100,
) -> PlanPage:
    """A page of the plans."""
    found = jobs.listed(connection, after=None if after is None else _found(connection, after), most=most + 1)
    page = [PlanItem.model_validate(_in_short(job)) for job in found[:most]]
    return PlanPage(items=page, next=page[-1].id if len(found) > most else None)


@router.get("/{id}", dependencies=[reads], summary="One plan: how far it is, or what came out")
def one(connection: Reading, id: str) -> Plan:
    """The plan with that id."""
    return _plan(connection, _found(connection, id))


@router.post("/{id}/cancel", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], summary="End a plan with what it has")
def cancel(connection: Writing, now: Now, id: str) -> Plan:
    """Let a plan end soon, and keep the best schedule so far; one that has not begun ends at once, without any."""
    _found(connection, id)
    could = jobs.cancel(connection, id, now)
    job = _found(connection, id)
    if not could:
        raise conflict("ended", f"The plan '{id}' has ended already: it is {job.state}. Ask for a new one instead.")
    return _plan(connection, job)


@router.get("/{id}/schedule", response_model=Schedule, dependencies=[reads], summary="The schedule that a plan has found")
def schedule(connection: Reading, id: str) -> Response:
    """The schedule as the contract writes it."""
    job = _found(connection, id)
    found = plans.schedule_of(connection, id)
    if found is None:
        instead = "Ask for a new one" if job.has_ended else "GET the plan, or its events, until it has ended"
        raise conflict("no-schedule", f"The plan '{id}' has no schedule: it is {job.state}. {instead}.")
    return JSONResponse(found)


@router.get(
    "/{id}/events", response_model=EventPage, responses={200: _EVENTS}, dependencies=[reads], summary="What happens to a plan"
)
async def events(
    request: Request,
    id: str,
    after: After = 0,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[int | None, Header(ge=0, le=2**31 - 1, description="The last event that was seen.")] = None,
) -> Response:
    """What has happened since an event, as a page; or as server-sent events, which go on until the last."""
    store, after = store_of(request), after if last_event_id is None else last_event_id
    page = await run_in_threadpool(_events, store, id, after)
    if EventSourceResponse.media_type in accept:
        return EventSourceResponse(
            _stream(store, id, page, request.app.state.is_ending),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    return Response(page.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _stream(store: Store, identifier: str, page: EventPage, is_ending: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The events from a page on, unless the server ends; while there is none it holds neither a connection nor a thread."""
    looks = 0
    while True:
        for item in page.items:
            content = item.model_dump_json(include={"at", "data"})
            yield format_sse_event(event=item.event, data_str=content, id=str(item.number))
        if page.next is None or is_ending():
            return
        if not page.items:
            looks += 1
            if looks % LOOKS_BETWEEN_PINGS == 0:
                yield format_sse_event(comment="ping")
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        page = await run_in_threadpool(_events, store, identifier, page.next)


def _events(store: Store, identifier: str, after: int) -> EventPage:
    with store.reading() as connection:
        job = _found(connection, identifier)
        found = jobs.events(connection, identifier, after=after, most=MOST_EVENTS)
    items = [JobEventItem(number=event.number, at=event.at, event=event.event, data=event.data) for event in found]
    is_last = job.has_ended and len(items) < MOST_EVENTS
    return EventPage(items=items, next=None if is_last else items[-1].number if items else after)


def _found(connection: Connection, identifier: str) -> Job:
    job = jobs.found(connection, identifier)
    if job is None:
        raise not_found("plan", identifier)
    return job


def _in_short(job: Job) -> dict[str, Any]:
    asked = {name: job.asked[name] for name in ("first", "last", "time_limit", "seed")}
    return asked | {name: getattr(job, name) for name in PlanItem.model_fields if name not in asked}


def _plan(connection: Connection, job: Job) -> Plan:
    made = plans.summary(connection, job.id)
    result = made and {
        "tiers": made.tiers,
        "unplaced": made.unplaced,
        "late": made.report["late"],
        "remarks": made.report["remarks"],
        "made_at": made.made_at,
    }
    path = resource_path("plans", job.id)
    actions = ("events", *(("schedule", "diff", "publish") if made else () if job.has_ended else ("cancel",)))
    return Plan.model_validate(
        _in_short(job)
        | {
            "progress": None if job.has_ended else jobs.latest_progress(connection, job.id),
            "result": result,
            "links": {"self": path} | {name: f"{path}/{name}" for name in actions},
        }
    )
