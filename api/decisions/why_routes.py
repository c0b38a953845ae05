"""Routes for explanations: why a booking is as it is, why it isn't in another slot, and which conferences are at risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from api.decisions.explaining import MOST_WEEKS, DiaryWeeks, days_of_next_weeks, next_weeks, weeks_of
from api.decisions.solving import RETRY_SECONDS, OverTimeError, solving_of
from api.diary.bookings import queries as bookings
from api.diary.conferences.views import require_conference
from api.errors import BusyError, conflict, not_found
from api.http.leaving import while_client_waits
from api.http.limits import LimitedRoute
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.state import store_of
from api.http.transaction import Now
from scheduler.domain.values import Date, Identifier, Period, TimeOfDay, Value
from scheduler.explanations.question import Question
from scheduler.explanations.results import AtRisk, Explanation

router = APIRouter(tags=["decisions"], route_class=LimitedRoute, responses=ERRORS)
_reads = needs(Permission.READ_DIARY)
_EXAMPLE = request_example({"date": "2027-01-13", "time": "10:00", "room": "WYC-1"})


Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The booking's number.")]


class RiskList(BaseModel):
    """The conferences at risk from ``first`` to ``last``."""

    first: Date
    last: Date
    items: tuple[AtRisk, ...]


class PreferredSlot(Value):
    """What somebody would prefer: a date, a time, a room (or ``virtual``) and a chair. What is left out may be any."""

    date: Date | None = None
    time: TimeOfDay | None = None
    room: Identifier | None = None
    chair: Identifier | None = None

    @model_validator(mode="after")
    def _asks(self) -> PreferredSlot:
        if not self.model_fields_set or all(getattr(self, name) is None for name in self.model_fields_set):
            raise PydanticCustomError("nothing", "there is nothing to explain. Enter a date, a time, a room or a chair.")
        return self


@router.post(
    "/conferences/{id:path}/why-not",
    response_model=Explanation,
    dependencies=[_reads],
    openapi_extra=_EXAMPLE,
    summary="Why a conference is not held in another slot",
)
async def of_conference(request: Request, now: Now, id: str, slot: PreferredSlot) -> Any:
    """Return which facts forbid the slot, each necessary, and the cheapest changes that would allow it; or what it would cost.

    The answer comes within ten seconds, and waits for no plan. It says what is not verified.
    """
    return await _explained(request, now, id, slot)


@router.post(
    "/bookings/{number}/why-not",
    response_model=Explanation,
    dependencies=[_reads],
    openapi_extra=_EXAMPLE,
    summary="Why a booking is not in another slot",
)
async def of_booking(request: Request, now: Now, number: Number, slot: PreferredSlot) -> Any:
    """Return the same for the conference of a booking."""
    return await _explained(request, now, await run_in_threadpool(_conference_of, request, number), slot)


@router.get(
    "/conferences/{id:path}/why",
    response_model=Explanation,
    dependencies=[_reads],
    summary="Why a conference is booked as it is, or has no booking",
)
async def why_conference(request: Request, now: Now, id: str) -> Any:
    """Return the binding reason for the worst aspect of its booking, such as that it is late, and the cheapest cures.

    Each cure is verified by a solve. The answer comes within ten seconds, waits for no plan, and says what is not verified.
    """
    return await _why(request, now, id)


@router.get("/bookings/{number}/why", response_model=Explanation, dependencies=[_reads], summary="Why a booking is as it is")
async def why_booking(request: Request, now: Now, number: Number) -> Any:
    """Return the same for the conference of a booking."""
    return await _why(request, now, await run_in_threadpool(_conference_of, request, number))


@router.get("/at-risk", response_model=RiskList, dependencies=[_reads], summary="The conferences at risk")
async def at_risk(
    request: Request,
    now: Now,
    weeks: Annotated[int, Query(ge=1, le=MOST_WEEKS, description="The number of weeks to look at, this one included.")] = 4,
) -> Any:
    """Return each conference of these weeks that is late, or has fewer than two slots left in time, the soonest due first.

    Each has its cause and its cheapest cure, as far as they are found within ten seconds; the others say so.
    """
    days = days_of_next_weeks(weeks, now)
    diary = await run_in_threadpool(_next_weeks, request, now, days)
    if diary is None:
        return RiskList(first=days.first, last=days.last, items=())
    try:
        items = await while_client_waits(request, solving_of(request).ask("list_at_risk", diary.problem, diary.schedule))
    except OverTimeError:
        raise BusyError("too-long", "The causes were not found out in time. Enter fewer weeks.", RETRY_SECONDS) from None
    return RiskList(first=days.first, last=days.last, items=items)


async def _why(request: Request, now: dt.datetime, conference: str) -> Explanation:
    weeks = await run_in_threadpool(_weeks, request, now, conference, None)
    asking = solving_of(request).ask("explain_why", weeks.problem, weeks.schedule, conference=conference)
    return await _in_time(request, asking, f"Why {conference} is booked as it is, or has no booking,")


def _next_weeks(request: Request, now: dt.datetime, days: Period) -> DiaryWeeks | None:
    with store_of(request).reading() as connection:
        return next_weeks(connection, days, now)


async def _explained(request: Request, now: dt.datetime, conference: str, slot: PreferredSlot) -> Explanation:
    weeks = await run_in_threadpool(_weeks, request, now, conference, slot.date)
    question = Question(conference=conference, **slot.model_dump())
    asking = solving_of(request).ask("explain_why_not", weeks.problem, weeks.schedule, question=question)
    return await _in_time(request, asking, f"Whether {conference} can be held in that slot")


async def _in_time(request: Request, asking: Coroutine[Any, Any, Explanation], subject: str) -> Explanation:
    """Return the answer, or at the limit that ``subject`` was not found out."""
    try:
        return await while_client_waits(request, asking)
    except OverTimeError:
        return Explanation(answer=f"{subject} was not found out in time.", verified=False, minimal=False)


def _weeks(request: Request, now: dt.datetime, conference: str, date: dt.date | None) -> DiaryWeeks:
    with store_of(request).reading() as connection:
        return weeks_of(connection, require_conference(connection, conference), now, date)


def _conference_of(request: Request, number: int) -> str:
    with store_of(request).reading() as connection:
        stored = bookings.find(connection, number)
    if stored is None:
        raise not_found("booking", number)
    if stored.booking.held or not stored.active:
        why = "is kept free for a conference" if stored.booking.held else "has ended"
        raise conflict("no-conference", f"Booking {number} {why}. Ask about the booking of a conference.")
    return stored.booking.conference
