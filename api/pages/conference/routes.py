"""Pages of a conference: what is known of it, move, cancel, outcome; and the search that finds it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import booking, offers
from api.decisions.requests import OfferRequest
from api.diary.bookings import freed
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.notice import first_movable_day
from api.diary.conferences import outcomes
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.conferences.views import require_conference, views
from api.diary.service import queries as documents
from api.errors import conflict
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.conference.entry import CANCEL_DATE, outcome_of, reason_of
from api.pages.conference.history_view import history_rows
from api.pages.conference.outcome_page import outcome_page
from api.pages.conference.view import conference_view, freed_rows
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.requests.booking_entry import booking_of, filter_of, is_there
from api.pages.requests.dates_view import dates_view
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.versions import hold_to_version
from api.pages.words import KINDS, REASONS, day_short, moment_short
from scheduler.domain.faults import InputError

MOST_FOUND = 50
MOST_EVENTS = 200
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


@pages.get("/find", dependencies=[_reads])
def find(request: Request, connection: PageReading, now: Now, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find conferences by a part of a reference, of a family or of a social worker. The only one found is opened."""
    text, today = q.strip(), local_day(now)
    found = conferences.list_conferences(connection, find=text, most=MOST_FOUND + 1) if text else []
    if len(found) == 1:
        return redirect(f"/conferences/{quote(found[0].value.id)}")
    booked = bookings.items_of_conferences(connection, [one.value.id for one in found])
    names = place_names(connection)
    rows = [
        (
            one.value.id,
            KINDS[one.value.kind],
            names.site(one.value.site),
            one.value.social_worker or "",
            _state_in_words(one, booked.get(one.value.id, {}).get("start"), today),
            day_short(one.due, today),
        )
        for one in found[:MOST_FOUND]
    ]
    return page(request, "found.html", f"Conferences with ‘{text}’", rows=rows, text=text, has_more=len(found) > MOST_FOUND)


@pages.get("/conferences/{id:path}/move", dependencies=[_reads])
def move_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the dates to which a booking can move."""
    booked = bookings.active_of(connection, require_conference(connection, id).value.id)
    if booked is None:
        return redirect(f"/requests/{quote(id)}/dates")
    typed, today = TypedForm(request.query_params.multi_items()), local_day(now)
    first = first_movable_day(today, conferences.calendar(connection), documents.get(connection, "policy")[0])
    with shown_again(lambda after, problems: _move(request, after, now, id, TypedForm(), problems)):
        try:
            return _move(request, connection, now, id, typed, NO_PROBLEMS)
        except InputError:
            if booked.booking.day >= first:
                raise
    when = moment_short(booked.booking.start, today)
    title = f"{id} is too near to move"
    return page(request, "too_near.html", title, reference=id, when=when, first=day_short(first, today))


@forms.post("/conferences/{id:path}/move", dependencies=[_changes])
def move(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Move a booking to another date."""
    with shown_again(lambda after, problems: _move(request, after, now, id, typed, problems)):
        booked = bookings.active_of(connection, id)
        wanted = booking_of(id, typed, None if booked is None else booked.number)
        if booked is not None and is_there(booked.booking, wanted):
            return redirect(f"/conferences/{quote(id)}")
        booking.book(connection, wanted, now)
    assert booked is not None
    return redirect(f"/conferences/{quote(id)}?left={booked.number}")


@pages.get("/conferences/{id:path}/cancel", dependencies=[_reads])
def cancel_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the form that cancels a date or a conference."""
    return _cancel(request, connection, now, id, TypedForm([("what", CANCEL_DATE)]), NO_PROBLEMS)


@forms.post("/conferences/{id:path}/cancel", dependencies=[_changes])
def cancel(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Cancel the date of a conference, or the conference itself."""
    with shown_again(lambda after, problems: _cancel(request, after, now, id, typed, problems)):
        stored, reason = require_conference(connection, id), reason_of(typed)
        hold_to_version(id, stored.version, typed)
        booked = bookings.active_of(connection, id)
        if booked is not None and typed["what"] == CANCEL_DATE:
            booking_workflow.cancel(connection, booked, reason, now)
        else:
            conference_workflow.cancel(connection, stored, reason, now)
    left = "" if booked is None else f"?left={booked.number}"
    return redirect(f"/conferences/{quote(id)}{left}")


@pages.get("/conferences/{id:path}/outcome", dependencies=[_reads])
def outcome_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the form that records what came of a conference."""
    return _outcome(request, connection, now, id, TypedForm(), NO_PROBLEMS)


@forms.post("/conferences/{id:path}/outcome", dependencies=[_changes])
def record(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Record what came of a conference; the page of the conference then leads to the next one."""
    with shown_again(lambda after, problems: _outcome(request, after, now, id, typed, problems)):
        stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
        entry = outcome_of(typed, local_day(now) if booked is None else booked.booking.day)
        hold_to_version(id, stored.version, typed)
        outcomes.record(connection, stored, entry, now)
    return redirect(f"/conferences/{quote(id)}")


@pages.get("/conferences/{id:path}", dependencies=[_reads])
def one(
    request: Request, connection: PageReading, now: Now, id: str, left: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """Show a conference; ``left`` is the booking whose slot it has just left, with those whom it would suit."""
    stored, today, names = require_conference(connection, id), local_day(now), place_names(connection)
    shown = views(connection, [stored], now)[0]
    events = conferences.history(connection, [id], most=MOST_EVENTS)
    gone = None if left is None else bookings.find(connection, left)
    matches = freed.matches(connection, gone.booking, now) if gone is not None and not gone.active else []
    view = conference_view(stored, shown, conferences.following(connection, id), names, today)
    return page(
        request,
        "conference.html",
        view.title,
        view=view,
        history=history_rows(events, names, today),
        freed=freed_rows(matches, names),
        left="" if gone is None else moment_short(gone.booking.start, today),
    )


def _move(request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems) -> Response:
    stored, today, names = require_conference(connection, id), local_day(now), place_names(connection)
    days = conferences.calendar(connection)
    search = offers.search_of(connection, OfferRequest(conference=id, filter=filter_of(typed, today)), now)
    found = search.answer(connection, search.found())
    left = days.working_days(today, stored.due) if stored.due >= today else -days.working_days(stored.due, today)
    booked = bookings.items_of_conferences(connection, [id]).get(id)
    was = ""
    if booked is not None:
        was = names.slot(dt.datetime.fromisoformat(booked["start"]), booked["room"], booked["chair"], today)
    return page(
        request,
        "move.html",
        f"Move {id}",
        problems=problems,
        view=dates_view(found, stored.value, stored.due, left, names, today),
        was=was,
        fields=("slot", "reason", "by", "safety_plan_reviewed", "first", "last"),
        typed=typed,
        sites=names.sites,
        chairs=names.chairs,
        chair_title=names.chair_title,
        reasons=REASONS,
    )


def _cancel(
    request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems
) -> Response:
    stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
    when = "" if booked is None else moment_short(booked.booking.start, local_day(now))
    return page(
        request,
        "cancel.html",
        f"Cancel {id}",
        problems=problems,
        fields=("what", "reason"),
        typed=typed,
        reference=id,
        when=when,
        reasons=REASONS,
        version=stored.version,
    )


def _outcome(
    request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems
) -> Response:
    stored, booked = require_conference(connection, id), bookings.active_of(connection, id)
    if stored.state is not ConferenceState.BOOKED or booked is None:
        raise conflict("not-booked", f"{id} is {stored.state}. Only a booked conference can have an outcome.")
    return outcome_page(request, f"What came of {id}?", stored, booked, local_day(now), typed, problems)


def _state_in_words(stored: StoredConference, start: str | None, today: dt.date) -> str:
    if stored.state is ConferenceState.REQUESTED:
        return "Waiting for a date"
    when = "" if start is None else f" {moment_short(dt.datetime.fromisoformat(start), today)}"
    return f"{stored.state.capitalize()}{when}"
