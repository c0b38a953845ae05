"""Routes for daily decisions: offers of slots, and booking one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.decisions import booking, hold_advice, offers, waiting
from api.decisions.booking import OfferGoneError
from api.decisions.hold_advice import HoldAdvice
from api.decisions.offers import DiaryOffers, OfferSearch
from api.decisions.requests import OfferBooking, OfferRequest
from api.decisions.solving import OverTimeError, solving_of
from api.diary.bookings import queries as bookings
from api.diary.bookings.freed import FreedMatch
from api.diary.bookings.schemas import BookingItem
from api.diary.conferences.views import ConferenceView, require_conference, views
from api.errors import BusyError
from api.http.etags import etag
from api.http.leaving import while_client_waits
from api.http.limits import LimitedRoute
from api.http.paging import After, page_model, page_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.state import now_of, store_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.hold_advice import MOST_PERCENT
from scheduler.offers.results import Offers


class OfferRoute(WritingRoute):
    """A route that books an offer. If that is gone, its error gets fresh offers, once its transaction no longer stops others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler within a transaction."""
        write = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await write(request)
            except OfferGoneError as gone:
                gone.extra = {"offers": await _fresh_offers(request, gone.request)}
                raise

        return answer


async def _fresh_offers(request: Request, body: OfferBooking) -> dict[str, Any]:
    """Return offers for the same request, solved again if bookings may move for them; nothing waits for this."""
    wanted = body.model_copy(update={"cures": False})
    search, found = await run_in_threadpool(_found, request, wanted, now_of(request))
    if body.moves:
        found = await _solved(request, search, wanted, found)
    return (await run_in_threadpool(_answer, request, search, found)).model_dump(mode="json")


class WaitingItem(BaseModel):
    """A request without a booking, and how urgent it is.

    ``working_days_left`` are counted from today to the due date, and are negative if it is overdue. ``slots_left`` counts the
    starts in a room, or virtually, at which it can be held until then; null if it is due in more than half a year.
    """

    conference: ConferenceView
    working_days_left: int
    slots_left: int | None


class OfferBooked(BaseModel):
    """A booked offer: the booking and its conference, the held slots that it ``released``, and the bookings that it ``changed``.

    Those have moved, or have another minute taker. ``freed`` are the conferences that could take the slot that a rebooked one
    leaves free.
    """

    booking: BookingItem
    conference: ConferenceView
    released: list[str]
    changed: list[BookingItem]
    freed: list[FreedMatch]


WaitingPage = page_model(WaitingItem)
router = APIRouter(tags=["decisions"], route_class=OfferRoute, responses=ERRORS)
questions = APIRouter(tags=["decisions"], route_class=LimitedRoute, responses=ERRORS)
ROUTERS = (router, questions)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)
MOST_WAITING = 100
"""The most requests on a page: for each the slots that it has left are counted."""
_NEW: dict[str, Any] = {
    "id": "CPC-0101", "kind": "initial", "children": 2, "site": "WYC", "trigger": "2027-01-04", "social_worker": "SW-12",
}  # fmt: skip


@questions.post(
    "/offers",
    response_model=DiaryOffers,
    dependencies=[_reads],
    openapi_extra=request_example({"new": _NEW, "filter": {"weekdays": ["tue", "thu"], "mode": "room"}, "top": 3}),
    summary="Offer slots for a conference",
)
async def offer(request: Request, now: Now, response: Response, body: OfferRequest) -> Any:
    """Return the best slots in the present diary, one for each day, with the cost of each. Nothing is written.

    The offers are ordered by what the whole diary then costs, and the first is proven best if it says so. Nobody moves unless
    `moves` allows it. If no slot is in time, the answer says why, and which changes would make one possible.
    """
    search, found = await run_in_threadpool(_found, request, body, now)
    if body.moves or (body.cures and not found.in_time):
        found = await _solved(request, search, body, found)
    response.headers["ETag"] = etag(search.version)
    return await run_in_threadpool(_answer, request, search, found)


async def _solved(request: Request, search: OfferSearch, body: OfferRequest, found: Offers) -> Offers:
    """Return offers with moves and cures; if that takes too long, those that were ``found`` without, which say so."""
    asking = solving_of(request).ask(
        "offers_by_solver",
        search.board.problem,
        search.schedule,
        conference=search.subject.value,
        top=body.top,
        accepted=search.accepted,
        moves=body.moves,
        with_cures=body.cures,
    )
    try:
        result: Offers = await while_client_waits(request, asking)
    except (BusyError, OverTimeError):
        return offers.without_solver(found, body)
    return result


def _answer(request: Request, search: OfferSearch, found: Offers) -> DiaryOffers:
    with store_of(request).reading() as connection:
        return search.answer(connection, found)


def _found(request: Request, body: OfferRequest, now: dt.datetime) -> tuple[OfferSearch, Offers]:
    with store_of(request).reading() as connection:
        search = offers.search_of(connection, body, now)
    return search, search.found()


@router.post(
    "/offers/book",
    response_model=OfferBooked,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example({"new": _NEW, "start": "2027-01-12T10:00", "room": "WYC-1", "chair": "C3"}),
    summary="Book an offer",
)
def book(connection: Writing, now: Now, response: Response, request: OfferBooking) -> Any:
    """Book an offer, with its new conference in the same step. If somebody was faster, the error 409 lists fresh ``offers``.

    The offer is looked for again in the present diary: if it is still possible there, it is booked. One for which bookings move
    must also still cost what it states, and need the moves. Plans keep the booking's time, chair and room.
    """
    done = booking.book(connection, request, now)
    item, version = bookings.items(connection, bookings.numbered(done.number))[0]
    response.headers["Location"], response.headers["ETag"] = resource_path("bookings", done.number), etag(version)
    stored = require_conference(connection, item["conference"])
    changed = [bookings.items(connection, bookings.numbered(number))[0][0] for number in done.changed]
    conference = views(connection, [stored], now)[0]
    return {"booking": item, "conference": conference, "released": done.released, "changed": changed, "freed": done.freed}


@router.get("/waiting", response_model=WaitingPage, dependencies=[_reads], summary="The requests without a booking")
def wait(
    connection: Reading,
    now: Now,
    after: After = 0,
    most: Annotated[int, Query(ge=1, le=MOST_WAITING, description="The maximum number of items.")] = 25,
) -> Any:
    """Return the requests that wait for a booking, most urgent first: by due date, then by the slots that are left."""
    rows = waiting.most_urgent(connection, after, most + 1, now)
    shown = views(connection, [one.stored for one in rows], now)
    items = [
        {"conference": view, "working_days_left": one.working_days_left, "slots_left": one.slots_left}
        for one, view in zip(rows, shown, strict=True)
    ]
    positions = [one.stored.position for one in rows]
    return page_of(list(zip(items, positions, strict=True)), most, lambda row: row[0], lambda row: row[1])


@router.get("/holds/advice", response_model=HoldAdvice, dependencies=[_reads], summary="How many slots to keep free")
def advise(
    connection: Reading,
    now: Now,
    percent: Annotated[
        int, Query(ge=0, le=MOST_PERCENT, description="The share of weeks that may run out of free slots, in percent.")
    ] = 10,
    weeks: Annotated[
        int, Query(ge=hold_advice.LEAST_WEEKS, le=520, description="The number of past weeks to count, up to this one.")
    ] = 52,
) -> Any:
    """Return for each site how many slots to keep free in a week, and when to release unused ones, with the arithmetic.

    The counts are those of the service's own initial conferences or, while it has too short a history, the published volumes.
    """
    return hold_advice.advice(connection, percent, weeks, now)
