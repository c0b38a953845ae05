"""Routes for explanations: why a conference isn't held in another slot, or what that would cost."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from api.decisions.explaining import DiaryWeeks, weeks_of
from api.decisions.solving import checked
from api.diary.bookings import queries as bookings
from api.diary.conferences.views import require_conference
from api.errors import conflict, not_found
from api.http.limits import LimitedRoute
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.state import store_of
from api.http.transaction import Now
from scheduler.domain.values import Date, Identifier, TimeOfDay, Value
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation

router = APIRouter(tags=["decisions"], route_class=LimitedRoute, responses=ERRORS)
_reads = needs(Permission.READ_DIARY)
_EXAMPLE = request_example({"date": "2027-01-13", "time": "10:00", "room": "WYC-1"})


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
async def of_booking(
    request: Request,
    now: Now,
    number: Annotated[int, Path(ge=1, le=2**31 - 1, description="The booking's number.")],
    slot: PreferredSlot,
) -> Any:
    """Return the same for the conference of a booking."""
    return await _explained(request, now, await run_in_threadpool(_conference_of, request, number), slot)


async def _explained(request: Request, now: dt.datetime, conference: str, slot: PreferredSlot) -> Explanation:
    weeks = await run_in_threadpool(_weeks, request, now, conference, slot.date)
    question = Question(conference=conference, **slot.model_dump())
    future = request.app.state.solving.submit("explain_why_not", weeks.problem, weeks.schedule, question=question)
    result: Explanation = checked(await asyncio.wrap_future(future))
    return result


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
