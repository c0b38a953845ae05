"""Pages that change how a conference is held, and that correct its outcome or withdraw it."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.conferences import outcomes
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.queries import OPEN
from api.diary.conferences.views import require_conference
from api.errors import conflict
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.changing.entry import held_as
from api.pages.conference.entry import outcome_of
from api.pages.conference.outcome_page import outcome_page
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.versions import hold_to_version
from api.pages.words import MODES, REASONS, moment_short
from scheduler.domain.conference import Mode

pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


@pages.get("/conferences/{id:path}/how", dependencies=[_reads])
def how_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the form that changes how a conference is held."""
    stored = require_conference(connection, id)
    return _how(request, connection, now, id, TypedForm([("mode", stored.value.mode)]), NO_PROBLEMS)


@forms.post("/conferences/{id:path}/how", dependencies=[_changes])
def change_how(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Convert a conference between hybrid, virtual and in person, with the room of its booking."""
    with shown_again(lambda after, problems: _how(request, after, now, id, typed, problems)):
        stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
        hold_to_version(id, stored.version, typed)
        chosen = held_as(typed, None if booked is None else booked.booking.room, is_booked=booked is not None)
        if booked is None or chosen.reason is None:
            value = stored.value.model_copy(update={"mode": chosen.mode})
            conference_workflow.change(connection, stored, value, now)
        else:
            mode, room = {"mode": chosen.mode}, {"room": chosen.room}
            booking_workflow.move(connection, booked, room, chosen.reason, now, exception=None, waiver=chosen.waiver, needs=mode)
    return redirect(f"/conferences/{quote(id)}")


@pages.get("/conferences/{id:path}/correct", dependencies=[_reads])
def correct_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the form that corrects an outcome."""
    outcome = require_conference(connection, id).outcome or {}
    typed = [("outcome", str(outcome.get("outcome", ""))), ("children", str(outcome.get("children", "")))]
    return _correct(request, connection, now, id, TypedForm(typed), NO_PROBLEMS)


@forms.post("/conferences/{id:path}/correct", dependencies=[_changes])
def correct(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Correct an outcome; what follows from it is derived again."""
    with shown_again(lambda after, problems: _correct(request, after, now, id, typed, problems)):
        stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
        hold_to_version(id, stored.version, typed)
        entry = outcome_of(typed, local_day(now) if booked is None else booked.booking.day)
        outcomes.correct(connection, stored, entry, now)
    return redirect(f"/conferences/{quote(id)}")


@forms.post("/conferences/{id:path}/withdraw", dependencies=[_changes])
def withdraw(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Withdraw an outcome that was recorded for a conference that has not been held."""
    with shown_again(lambda after, problems: _correct(request, after, now, id, typed, problems)):
        stored = require_conference(connection, id)
        hold_to_version(id, stored.version, typed)
        outcomes.withdraw(connection, stored, now)
    return redirect(f"/conferences/{quote(id)}")


def _how(request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems) -> Response:
    stored, booked, names = require_conference(connection, id), bookings.active_of(connection, id), place_names(connection)
    if stored.state not in OPEN:
        raise conference_workflow.not_open(stored)
    return page(
        request,
        "how.html",
        f"How {id} is held",
        problems=problems,
        fields=("mode", "room", "reason", "by", "why"),
        typed=typed,
        reference=id,
        now_held=MODES[stored.value.mode],
        when="" if booked is None else moment_short(booked.booking.start, local_day(now)),
        where="" if booked is None else names.room(booked.booking.room),
        modes=[{"value": mode.value, "text": MODES[mode]} for mode in (Mode.HYBRID, Mode.IN_PERSON, Mode.VIRTUAL)],
        rooms={room: names.room(room) for room in names.rooms},
        reasons=REASONS,
        version=stored.version,
    )


def _correct(
    request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems
) -> Response:
    stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
    if stored.outcome is None or booked is None:
        raise conflict("no-outcome", f"{id} is {stored.state}. There is no outcome to correct.")
    title = f"Correct what came of {id}"
    return outcome_page(request, title, stored, booked, local_day(now), typed, problems, corrects=True)
