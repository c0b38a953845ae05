"""Bookings: the diary of a month, quick to read; made, moved and cancelled by hand."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from api.database.session import Store, version_of
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_by_hand
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences.follow_up import Reason
from api.errors import not_found
from api.http.etags import IfMatch, etag, expect
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.conference import ConferenceKind, Mode, one_of
from scheduler.domain.values import Date, Identifier, Moment, Value

MOST = 500
PAGES_KEPT = 256

router = APIRouter(prefix="/bookings", tags=["bookings"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)

Lock = Literal["time", "chair", "room"]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The booking's number.")]
WhyChanged = Annotated[Reason, one_of(Reason)]


class RecordedException(Value):
    """Who allowed a conference to be late (a reference, not a name), why, and that the safety plan was reviewed."""

    by: Identifier
    reason: WhyChanged
    safety_plan_reviewed: Literal[True]


class BookingItem(BaseModel):
    """A booking. ``site`` is where it is held, null if virtually; ``late`` counts the working days after the due date.

    Of a held slot ``conference`` is the slot's own reference, and ``kind`` and ``mode`` are null.
    """

    number: int
    conference: Identifier
    start: Moment
    end: Moment
    arrival: Moment
    room: Identifier | None
    site: Identifier | None
    chair: Identifier
    minute_taker: Identifier | None
    mode: Mode | None
    kind: ConferenceKind | None
    held: bool
    locks: list[Lock]
    by_hand: bool
    publication: int | None
    exception: RecordedException | None
    active: bool
    late: int


class BookingPage(BaseModel):
    """A page of bookings by start; ``next`` is where the following one begins, null on the last."""

    items: list[BookingItem]
    next: int | None


class BookingFilter(Value):
    """Which bookings are asked for: those of the days from ``first`` to ``last``, both included, and of each filter given."""

    first: Date | None = None
    last: Date | None = None
    site: Identifier | None = None
    room: Identifier | None = None
    chair: Identifier | None = None
    minute_taker: Identifier | None = None
    conference: Identifier | None = None
    state: Literal["active", "ended", "all"] = "active"
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="Go on after this place: the `next` of the page before.")] = 0
    most: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 100


class NewBooking(Value):
    """A booking by hand; ``room`` null holds it virtually. One that is late needs an exception."""

    conference: Identifier
    start: Moment
    room: Identifier | None
    chair: Identifier
    minute_taker: Identifier | None = None
    locks: tuple[Lock, ...] = ()
    exception: RecordedException | None = None


class BookingMove(Value):
    """Where a booking moves, and why; what is left out stays as it is. ``room`` null holds it virtually."""

    reason: WhyChanged
    start: Moment | None = None
    room: Identifier | None = None
    chair: Identifier | None = None
    minute_taker: Identifier | None = None
    exception: RecordedException | None = None


class ChangeReason(Value):
    """Why it is cancelled."""

    reason: WhyChanged


@dataclass(frozen=True)
class Page:
    """A page, ready to be sent, and the diary's version of which it is."""

    version: int
    response: Response


class Pages:
    """The pages that were asked for last, by the query that asked, ready to be sent while nothing is written."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.kept: OrderedDict[bytes, Page] = OrderedDict()

    async def page(self, query: bytes) -> Page:
        """What a query asks for, as the diary is now. Raises ValidationError where it can't be."""
        if self.store.is_sqlite:
            version = self.store.version()  # a read of microseconds, sooner done than handed to a thread
        else:
            version = await run_in_threadpool(self.store.version)
        page = self.kept.get(query)
        if page is None or page.version != version:
            wanted = BookingFilter.model_validate(dict(QueryParams(query)))
            page = self.kept[query] = await run_in_threadpool(self._read, wanted)
        self.kept.move_to_end(query)
        if len(self.kept) > PAGES_KEPT:
            self.kept.popitem(last=False)
        return page

    def _read(self, wanted: BookingFilter) -> Page:
        asked = wanted.model_dump(exclude={"state", "after", "most"})
        active = {"active": True, "ended": False, "all": None}[wanted.state]
        with self.store.reading() as connection:
            told = bookings.told(connection, *bookings.matching(**asked, active=active), after=wanted.after, most=wanted.most + 1)
            version = version_of(connection)
        items = [item for item, _ in told[: wanted.most]]
        content = {"items": items, "next": items[-1]["number"] if len(told) > wanted.most else None}
        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        return Page(version, Response(body, media_type="application/json", headers=_headers(version)))


def _headers(version: int) -> dict[str, str]:
    return {"ETag": etag(version), "Cache-Control": "private, no-cache"}


def _parameters() -> list[dict[str, Any]]:
    """The fields of ``Wanted`` as OpenAPI tells a query's parameters."""
    fields = BookingFilter.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in fields.items()]


@router.get(
    "",
    response_model=BookingPage,
    responses={304: {"description": "Nothing has been written since that ETag was given, in If-None-Match."}},
    dependencies=[_reads],
    openapi_extra={"parameters": _parameters()},
    summary="List bookings",
)
async def listed(request: Request) -> Response:
    """The bookings of some days, by start."""
    try:  # not as FastAPI reads a query, which takes longer than all the rest
        page: Page = await request.app.state.pages.page(request.scope["query_string"])
    except ValidationError as error:
        faults = [{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None
    if etag(page.version) in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_headers(page.version))
    return page.response


@router.get("/{number}", response_model=BookingItem, dependencies=[_reads], summary="One booking")
def one(connection: Reading, response: Response, number: Number) -> Any:
    """A booking, whether it stands or not."""
    return told(connection, response, number)


@router.post(
    "",
    response_model=BookingItem,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example(
        {"conference": "CPC-0101", "start": "2027-01-12T10:00", "room": "WYC-1", "chair": "C3", "minute_taker": "M4"}
    ),
    summary="Book a conference by hand",
)
def add(connection: Writing, now: Now, response: Response, new: NewBooking) -> Any:
    """Every rule is checked against the present data; plans leave the booking where it is."""
    chosen = {name: getattr(new, name) for name in ("start", "room", "chair", "minute_taker")}
    recorded = _written(new.exception)
    number = booking_by_hand.book(connection, new.conference, chosen, now, locks=new.locks, exception=recorded)
    response.headers["Location"] = resource_path("bookings", number)
    return told(connection, response, number)


@router.post(
    "/{number}/move",
    response_model=BookingItem,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.FAMILY_ASKED, "start": "2027-01-13T14:00"}),
    summary="Move a booking",
)
def move(connection: Writing, now: Now, response: Response, number: Number, to: BookingMove, if_match: IfMatch = None) -> Any:
    """Another booking stands in its place; the conference's history tells both."""
    booked = _seen(connection, number, if_match)
    changes = {name: getattr(to, name) for name in to.model_fields_set & {"start", "room", "chair", "minute_taker"}}
    changes = {name: to for name, to in changes.items() if to is not None or name in ("room", "minute_taker")}
    moved = booking_by_hand.move(connection, booked, changes, to.reason, now, exception=_written(to.exception))
    response.headers["Location"] = resource_path("bookings", moved)
    return told(connection, response, moved)


@router.post(
    "/{number}/cancel",
    response_model=BookingItem,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.REPORT_MISSING}),
    summary="Cancel a booking",
)
def cancel(connection: Writing, now: Now, response: Response, number: Number, why: ChangeReason, if_match: IfMatch = None) -> Any:
    """The conference is to be booked again; to hold it not at all, cancel the conference."""
    booking_by_hand.cancel(connection, _seen(connection, number, if_match), why.reason, now)
    return told(connection, response, number)


def told(connection: Connection, response: Response, number: int) -> dict[str, Any]:
    """A booking as the API tells it, with its ETag in the response's headers."""
    found = bookings.told(connection, bookings.numbered(number))
    if not found:
        raise not_found("booking", number)
    item, version = found[0]
    response.headers["ETag"] = etag(version)
    return item


def _seen(connection: Connection, number: int, if_match: str | None) -> StoredBooking:
    """A booking of which the caller has seen the present version."""
    found, kept = bookings.told(connection, bookings.numbered(number)), bookings.found(connection, number)
    if kept is None:
        raise not_found("booking", number)
    expect(found[0][1], if_match)
    return kept


def _written(exception: RecordedException | None) -> dict[str, Any] | None:
    return None if exception is None else exception.model_dump(mode="json")
