"""Pages of explanations. They are shown on demand: an answer takes at most ten seconds, in the process for questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.clock import local_day
from api.decisions.explaining import DiaryWeeks, weeks_of
from api.decisions.solving import OverTimeError, solving_of
from api.diary.conferences.views import require_conference
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import BusyError, ErrorItem, ServiceError, error_items, invalid
from api.http.leaving import while_client_waits
from api.http.permissions import Permission, needs
from api.http.problem_details import status_of
from api.http.state import store_of
from api.http.transaction import Now
from api.pages.entries import NearestYear, date_of
from api.pages.forms import NO_PROBLEMS, Problems, TypedForm, problems_of
from api.pages.names import place_names
from api.pages.rendering import page
from api.pages.routing import PageRoute, name_service
from api.pages.why.view import explanation_view
from scheduler.domain.faults import InputError
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation
from scheduler.explanations.target import VIRTUAL

FIELDS = ("date", "time", "room", "chair")
router = APIRouter(route_class=PageRoute, include_in_schema=False)
_reads = needs(Permission.READ_DIARY)


@dataclass(frozen=True)
class WantedSlot:
    """What somebody would prefer, as it is typed; what is empty may be any."""

    date: str
    time: str
    room: str
    chair: str


_Text = Annotated[str, Query(max_length=200)]


def _slot(date: _Text = "", time: _Text = "", room: _Text = "", chair: _Text = "") -> WantedSlot:
    return WantedSlot(date.strip(), time, room, chair)


@router.get("/conferences/{id:path}/why", dependencies=[_reads])
async def why(request: Request, now: Now, id: str) -> Response:
    """Show why a conference is booked as it is, or has no booking."""
    weeks = await run_in_threadpool(_weeks, request, now, id, None)
    found = await _answer(request, weeks, "explain_why", conference=id)
    return await run_in_threadpool(_shown, request, now, id, found)


@router.get("/conferences/{id:path}/why-not", dependencies=[_reads])
async def why_not(request: Request, now: Now, id: str, slot: Annotated[WantedSlot, Depends(_slot)]) -> Response:
    """Ask for another slot; if one is given, show what forbids it or what it would cost."""
    if not any(vars(slot).values()):
        return await run_in_threadpool(_shown, request, now, id, None, slot)
    try:
        question = _question(id, slot, local_day(now))
        weeks = await run_in_threadpool(_weeks, request, now, id, question.date)
        found = await _answer(request, weeks, "explain_why_not", question=question)
    except InputError as error:
        refused = invalid("The question has faults.", error_items(error.faults))
        return await run_in_threadpool(_shown, request, now, id, None, slot, problems_of(refused, status_of(refused)))
    except ServiceError as error:
        if not error.errors:
            raise
        return await run_in_threadpool(_shown, request, now, id, None, slot, problems_of(error, status_of(error)))
    return await run_in_threadpool(_shown, request, now, id, found, slot)


def _question(conference: str, slot: WantedSlot, today: dt.date) -> Question:
    """Return the question that a form asks. Raise InvalidError with each entry that can't be read."""
    day = date_of(slot.date, today, NearestYear.COMING) if slot.date else None
    faults = []
    if slot.date and day is None:
        faults.append(ErrorItem(where="date", message=f"'{slot.date}' is not a date. Enter a date such as 14/1."))
    try:
        time = dt.time.fromisoformat(slot.time) if slot.time else None
    except ValueError:
        time = None
        faults.append(ErrorItem(where="time", message=f"'{slot.time}' is not a time. Choose one of the list."))
    if faults:
        raise invalid("The question has faults.", faults)
    return Question(conference=conference, date=day, time=time, room=slot.room or None, chair=slot.chair or None)


def _weeks(request: Request, now: dt.datetime, conference: str, date: dt.date | None) -> DiaryWeeks:
    with store_of(request).reading() as connection:
        return weeks_of(connection, require_conference(connection, conference), now, date)


async def _answer(request: Request, weeks: DiaryWeeks, name: str, **arguments: Any) -> Explanation | None:
    """Return the answer to a question, or None if it takes too long."""
    try:
        found: Explanation = await while_client_waits(
            request, solving_of(request).ask(name, weeks.problem, weeks.schedule, **arguments)
        )
    except (BusyError, OverTimeError):
        return None
    return found


def _shown(
    request: Request,
    now: dt.datetime,
    id: str,
    found: Explanation | None,
    slot: WantedSlot | None = None,
    problems: Problems = NO_PROBLEMS,
) -> Response:
    """Return the page of an answer, or of the form without one; ``slot`` is None if the question is why."""
    today = local_day(now)
    with store_of(request).reading() as connection:
        name_service(request, connection)
        stored, names = require_conference(connection, id), place_names(connection)
        rooms = registers.values(connection, registers.ROOMS)
        virtual = documents.get(connection, "virtual_starts")[0] or ()
    starts = sorted({start for room in rooms for start in room.starts} | set(virtual))
    day = date_of(slot.date, today, NearestYear.COMING) if slot is not None and slot.date else None
    return page(
        request,
        "why.html",
        f"Why is {id} not in another slot?" if slot is not None else f"Why is {id} where it is?",
        problems=problems,
        view=None if found is None else explanation_view(found, names, today, is_about_slot=slot is not None),
        was_asked=slot is None or (any(vars(slot).values()) and not problems),
        reference=stored.value.id,
        asks=slot is not None,
        fields=FIELDS,
        typed=TypedForm(vars(slot).items() if slot is not None else ()),
        times={f"{start:%H:%M}": f"{start:%H:%M}" for start in starts},
        rooms={**{room.id: names.room(room.id) for room in rooms}, VIRTUAL: "Virtual"},
        chairs=names.chairs,
        chair_title=names.chair_title,
        move="" if day is None else f"?{urlencode({'first': day.isoformat(), 'last': day.isoformat()})}",
    )
