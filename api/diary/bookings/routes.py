"""Routes for bookings: list them, and make, move and cancel them by hand."""

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
from api.diary.bookings import freed
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.freed import FreedMatch
from api.diary.bookings.queries import StoredBooking
from api.diary.bookings.schemas import BookingItem, ChangeReason, Lock, NoticeWaiver, RecordedException, WhyChanged
from api.diary.conferences.follow_up import Reason
from api.diary.references import refuse_unknown
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.errors import not_found
from api.http.etags import IfMatch, etag, expect
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.conference import Mode, one_of
from scheduler.domain.values import Date, Identifier, Moment, Positive, Value

MOST = 500
MOST_PAGES = 256

router = APIRouter(prefix="/bookings", tags=["bookings"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The booking's number.")]
Minutes = Annotated[Positive, Field(le=720)]


class BookingPage(BaseModel):
    """A page of bookings by start; ``next`` is the number after which the next page begins, null on the last page."""

    items: list[BookingItem]
    next: int | None


FILTERED: dict[str, Register[Any]] = {
    "site": registers.SITES,
    "room": registers.ROOMS,
    "chair": registers.CHAIRS,
    "minute_taker": registers.MINUTE_TAKERS,
}


class BookingFilter(Value):
    """A query for bookings: the days from ``first`` to ``last``, both included, and any further filters."""

    first: Date | None = None
    last: Date | None = None
    site: Identifier | None = None
    room: Identifier | None = None
    chair: Identifier | None = None
    minute_taker: Identifier | None = None
    conference: Identifier | None = None
    state: Literal["active", "ended", "all"] = "active"
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="The `next` of the page before.")] = 0
    most: Annotated[int, Field(ge=1, le=MOST, description="The most bookings on the page.")] = 100


class NewBooking(Value):
    """A booking by hand. It is virtual if ``room`` is null.

    It needs an exception if it is late, and a waiver if it is too soon for the family's notice. Plans keep all of it, regardless
    of ``locks``, until its locks are set (``PUT …/locks``).
    """

    conference: Identifier
    start: Moment
    room: Identifier | None
    chair: Identifier
    minute_taker: Identifier | None = None
    locks: tuple[Lock, ...] = ()
    exception: RecordedException | None = None
    waiver: NoticeWaiver | None = None


class BookingMove(Value):
    """A booking's move and its reason. Omitted fields keep their values; the booking is virtual if ``room`` is null.

    ``minutes`` and ``mode`` change the conference's length and mode with it.
    It needs an exception if it is late, and a waiver if it moves from or to one of the next days.
    """

    reason: WhyChanged
    start: Moment | None = None
    room: Identifier | None = None
    chair: Identifier | None = None
    minute_taker: Identifier | None = None
    minutes: Minutes | None = None
    mode: Annotated[Mode, one_of(Mode)] | None = None
    exception: RecordedException | None = None
    waiver: NoticeWaiver | None = None


class BookingGone(BookingItem):
    """A moved or cancelled booking, with the conferences that could take the slot that it leaves free, those due first."""

    freed: list[FreedMatch]


class SwapException(RecordedException):
    """The exception of one of two conferences that swap."""

    conference: Identifier


class BookingSwap(Value):
    """The number of the booking to swap with, and the reason. The families keep their chairs, unless ``chairs`` swap too."""

    other: Annotated[int, Field(ge=1, le=2**31 - 1)]
    reason: WhyChanged
    chairs: bool = False
    exceptions: tuple[SwapException, ...] = ()
    waiver: NoticeWaiver | None = None


class SwappedBookings(BaseModel):
    """The bookings after a swap: that of the requested conference first."""

    items: list[BookingItem]


class BookingLocks(Value):
    """What plans must keep of a booking. An empty list takes every lock off, also from a booking made by hand."""

    locks: tuple[Lock, ...]


@dataclass(frozen=True)
class Page:
    """A page as a response, with the diary's version that it shows."""

    version: int
    response: Response


class Pages:
    """The pages of the latest queries, by query: each is sent again until the diary changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.pages: OrderedDict[bytes, Page] = OrderedDict()

    async def page(self, query: bytes) -> Page:
        """Return the page of a query from the current diary. Raise ValidationError if the query is invalid."""
        if self.store.is_sqlite:
            version = self.store.version()  # it takes microseconds, less than a thread would
        else:
            version = await run_in_threadpool(self.store.version)
        page = self.pages.get(query)
        if page is None or page.version != version:
            request = BookingFilter.model_validate(dict(QueryParams(query)))
            page = self.pages[query] = await run_in_threadpool(self._read, request)
        self.pages.move_to_end(query)
        if len(self.pages) > MOST_PAGES:
            self.pages.popitem(last=False)
        return page

    def _read(self, request: BookingFilter) -> Page:
        filters = request.model_dump(exclude={"state", "after", "most"})
        active = {"active": True, "ended": False, "all": None}[request.state]
        with self.store.reading() as connection:
            refuse_unknown(connection, {name: (register, filters[name]) for name, register in FILTERED.items()})
            conditions = bookings.matching(**filters, active=active)
            rows = bookings.items(connection, *conditions, after=request.after, most=request.most + 1)
            version = version_of(connection)
        items = [item for item, _ in rows[: request.most]]
        content = {"items": items, "next": items[-1]["number"] if len(rows) > request.most else None}
        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        return Page(version, Response(body, media_type="application/json", headers=_headers(version)))


def _headers(version: int) -> dict[str, str]:
    return {"ETag": etag(version), "Cache-Control": "private, no-cache"}


def _parameters() -> list[dict[str, Any]]:
    """Return the fields of ``BookingFilter`` as OpenAPI query parameters."""
    fields = BookingFilter.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in fields.items()]


@router.get(
    "",
    response_model=BookingPage,
    responses={304: {"description": "The diary has not changed since the ETag in If-None-Match."}},
    dependencies=[_reads],
    openapi_extra={"parameters": _parameters()},
    summary="List bookings",
)
async def listed(request: Request) -> Response:
    """Return the bookings of a period, by start."""
    try:  # FastAPI's own parsing of a query takes longer than the rest of the request
        page: Page = await request.app.state.pages.page(request.scope["query_string"])
    except ValidationError as error:
        faults = [{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None
    if etag(page.version) in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_headers(page.version))
    return page.response


@router.get("/{number}", response_model=BookingItem, dependencies=[_reads], summary="One booking")
def one(connection: Reading, response: Response, number: Number) -> Any:
    """Return a booking, active or ended."""
    return shown(connection, response, number)


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
    """Book a conference if that breaks no rule. Plans keep the booking's time, chair and room."""
    chosen = {name: getattr(new, name) for name in ("start", "room", "chair", "minute_taker")}
    recorded = _recorded(new.exception)
    waiver = _recorded(new.waiver)
    number = booking_workflow.book(connection, new.conference, chosen, now, locks=new.locks, exception=recorded, waiver=waiver)
    response.headers["Location"] = resource_path("bookings", number)
    return shown(connection, response, number)


@router.post(
    "/{number}/move",
    response_model=BookingGone,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.FAMILY_ASKED, "start": "2027-01-13T14:00"}),
    summary="Move a booking",
)
def move(connection: Writing, now: Now, response: Response, number: Number, to: BookingMove, if_match: IfMatch = None) -> Any:
    """Replace the booking by another one; the conference's history records both. Who could take its old slot is listed."""
    booked = _current(connection, number, if_match)
    changes = {name: getattr(to, name) for name in to.model_fields_set & {"start", "room", "chair", "minute_taker"}}
    changes = {name: to for name, to in changes.items() if to is not None or name in ("room", "minute_taker")}
    needs = {name: getattr(to, name) for name in ("minutes", "mode") if getattr(to, name) is not None}
    moved = booking_workflow.move(
        connection, booked, changes, to.reason, now, needs=needs, exception=_recorded(to.exception), waiver=_recorded(to.waiver)
    )
    response.headers["Location"] = resource_path("bookings", moved)
    after = bookings.find(connection, moved)
    assert after is not None
    left = freed.left_by(connection, booked.booking, after.booking, now)
    return shown(connection, response, moved) | {"freed": left}


@router.post(
    "/{number}/swap",
    response_model=SwappedBookings,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"other": 2, "reason": Reason.FAMILY_ASKED}),
    summary="Swap two bookings",
)
def swap(connection: Writing, now: Now, number: Number, to: BookingSwap, if_match: IfMatch = None) -> Any:
    """Exchange the times, rooms and minute takers of two bookings at once, if that breaks no rule."""
    booked, other = _current(connection, number, if_match), bookings.find(connection, to.other)
    if other is None:
        raise not_found("booking", to.other)
    exceptions = {one.conference: one.model_dump(mode="json", exclude={"conference"}) for one in to.exceptions}
    numbers = booking_workflow.swap(
        connection,
        booked,
        other,
        to.reason,
        now,
        chairs=to.chairs,
        exceptions=exceptions,
        waiver=_recorded(to.waiver),
    )
    return {"items": [bookings.items(connection, bookings.numbered(one))[0][0] for one in numbers]}


@router.put(
    "/{number}/locks",
    response_model=BookingItem,
    dependencies=[_changes],
    openapi_extra=request_example({"locks": ["time"]}),
    summary="Set the locks of a booking",
)
def lock(connection: Writing, now: Now, response: Response, number: Number, new: BookingLocks, if_match: IfMatch = None) -> Any:
    """Set a lock or take one off. A booking made by hand is then held by these locks alone."""
    booking_workflow.set_locks(connection, _current(connection, number, if_match), new.locks, now)
    return shown(connection, response, number)


@router.post(
    "/{number}/cancel",
    response_model=BookingGone,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.REPORT_MISSING}),
    summary="Cancel a booking",
)
def cancel(connection: Writing, now: Now, response: Response, number: Number, why: ChangeReason, if_match: IfMatch = None) -> Any:
    """End the booking, so that the conference is requested again, and list who could take its slot.

    To withdraw the request, cancel the conference.
    """
    booked = _current(connection, number, if_match)
    booking_workflow.cancel(connection, booked, why.reason, now)
    return shown(connection, response, number) | {"freed": freed.matches(connection, booked.booking, now)}


def shown(connection: Connection, response: Response, number: int) -> dict[str, Any]:
    """Return a booking as the API shows it, and set the response's ETag."""
    rows = bookings.items(connection, bookings.numbered(number))
    if not rows:
        raise not_found("booking", number)
    item, version = rows[0]
    response.headers["ETag"] = etag(version)
    return item


def _current(connection: Connection, number: int, if_match: str | None) -> StoredBooking:
    """Return a booking if ``If-Match`` names its current version."""
    rows, stored = bookings.items(connection, bookings.numbered(number)), bookings.find(connection, number)
    if stored is None:
        raise not_found("booking", number)
    expect(rows[0][1], if_match)
    return stored


def _recorded(given: RecordedException | NoticeWaiver | None) -> dict[str, Any] | None:
    return None if given is None else given.model_dump(mode="json")
