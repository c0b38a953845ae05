"""Pages for requests: the form, the dates to offer, one press to book, and what to read out to the caller."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import booking, offers, waiting
from api.decisions import queries as decisions
from api.decisions.requests import OfferRequest
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.entry import refuse_faults
from api.diary.conferences.follow_up import Reason
from api.diary.conferences.views import require_conference
from api.diary.registers import queries as registers
from api.errors import InvalidError, conflict
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.requests.booking_entry import booking_of, filter_of, is_there
from api.pages.requests.dates_view import dates_view
from api.pages.requests.entry import FIELDS, KINDS, by_field, conference_of, kind_of
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.today.view import waiting_row
from api.pages.words import MODES, REASONS, moment_short
from scheduler.wording import moment_in_words

MOST_WAITING = 100
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


@pages.get("/requests", dependencies=[_reads])
def listed(request: Request, connection: PageReading, now: Now, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
    """Show the requests without a date, most urgent first."""
    found = waiting.most_urgent(connection, after, MOST_WAITING + 1, now)
    names, today = place_names(connection), local_day(now)
    rows = [waiting_row(one, names, today) for one in found[:MOST_WAITING]]
    following = found[MOST_WAITING - 1].stored.position if len(found) > MOST_WAITING else None
    total = decisions.number_waiting(connection)
    return page(request, "requests.html", f"Waiting for a date ({total})", active="/requests", rows=rows, following=following)


@pages.get("/requests/new", dependencies=[_reads])
def new(request: Request, connection: PageReading, kind: str = "initial", reference: str = "") -> Response:
    """Show the form of a new request."""
    return _form(request, connection, TypedForm([("kind", kind), ("reference", reference), ("mode", "hybrid")]), NO_PROBLEMS)


@forms.post("/requests/new", dependencies=[_changes])
def take(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Save a request, and lead to its dates, or back to Today if the dates are to be found later."""
    with shown_again(lambda after, problems: _form(request, after, typed, problems)):
        value = conference_of(typed, local_day(now))
        _refuse_known(connection, value.id, local_day(now))
        try:
            refuse_faults(connection, value, None)
        except InvalidError as error:
            raise InvalidError(error.kind, error.detail, by_field(list(error.errors))) from None
        conference_workflow.request(connection, value, now)
    return redirect("/today" if typed["later"] else _dates_path(value.id))


@pages.get("/requests/{id:path}/dates", dependencies=[_reads])
def dates(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show the dates that can be offered for a conference."""
    stored = require_conference(connection, id)
    booked = bookings.active_of(connection, id)
    if booked is not None:
        return redirect(f"/conferences/{quote(id)}/move")
    typed = TypedForm(request.query_params.multi_items())
    with shown_again(lambda after, problems: _dates(request, after, now, stored.value.id, TypedForm(), problems)):
        return _dates(request, connection, now, id, typed, NO_PROBLEMS)


@forms.post("/requests/{id:path}/dates", dependencies=[_changes])
def book(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Book one of the dates. If it is gone, show those that are free now."""
    with shown_again(lambda after, problems: _dates(request, after, now, id, typed, problems)):
        wanted, present = booking_of(id, typed), bookings.active_of(connection, id)
        if present is None:
            booking.book(connection, wanted, now)
    if present is not None and not is_there(present.booking, wanted):
        at, names = present.booking, place_names(connection)
        where = names.slot(at.start, at.room, at.chair, local_day(now))
        raise conflict("already-booked", f"{id} is booked already: {where}. To change that, move it from its page.")
    return redirect(f"/requests/{quote(id)}/booked")


@pages.get("/requests/{id:path}/booked", dependencies=[_reads])
def booked(request: Request, connection: PageReading, id: str) -> Response:
    """Show what to read out to the caller, and a text for an e-mail."""
    stored, found = require_conference(connection, id), bookings.items_of_conferences(connection, [id])
    if id not in found:
        return redirect(_dates_path(id))
    item, names = found[id], place_names(connection)
    start, arrival = (dt.datetime.fromisoformat(item[name]) for name in ("start", "arrival"))
    return page(
        request,
        "booked.html",
        f"{id} is booked",
        active="/requests",
        reference=id,
        when=moment_in_words(start).replace(f" {start.year} at", " at"),
        full=moment_in_words(start),
        place=names.room(item["room"]),
        arrival=f"{arrival:%H:%M}",
        is_virtual=item["room"] is None,
        chair=names.chair(item["chair"]),
        chair_title=names.chair_title,
        social_worker=stored.value.social_worker,
    )


def _form(request: Request, connection: Connection, typed: TypedForm, problems: Problems) -> Response:
    kind = kind_of(typed["kind"])
    more = ("unavailable", "not_chairs", "minutes", "earliest", "accessible")
    return page(
        request,
        "request_form.html",
        "Take a request",
        active="/requests",
        problems=problems,
        fields=FIELDS,
        typed=typed,
        kind=kind,
        kinds=KINDS,
        modes=MODES,
        sites=registers.values(connection, registers.SITES),
        chairs=registers.values(connection, registers.CHAIRS),
        not_chairs=typed.every("not_chairs"),
        is_open=any(typed[name] or problems.of(name) for name in more),
        chair_title=place_names(connection).chair_title,
    )


def _dates(request: Request, connection: Connection, now: dt.datetime, id: str, typed: TypedForm, problems: Problems) -> Response:
    stored, today = require_conference(connection, id), local_day(now)
    names, days = place_names(connection), conferences.calendar(connection)
    search = offers.search_of(connection, OfferRequest(conference=id, filter=filter_of(typed, today)), now)
    found = search.answer(connection, search.found())
    left = days.working_days(today, stored.due) if stored.due >= today else -days.working_days(stored.due, today)
    return page(
        request,
        "dates.html",
        f"Dates for {id}",
        active="/requests",
        problems=problems,
        view=dates_view(found, stored.value, stored.due, left, names, today),
        fields=("slot", "reason", "by", "safety_plan_reviewed", "first", "last"),
        typed=typed,
        sites=names.sites,
        chairs=names.chairs,
        chair_title=names.chair_title,
        reasons=REASONS,
        usual_reason=Reason.REQUEST_LATE,
    )


def _refuse_known(connection: Connection, id: str, today: dt.date) -> None:
    """Raise ConflictError if there is such a conference, with the date for which it is booked."""
    if conferences.find(connection, id) is None:
        return
    booked = bookings.active_of(connection, id)
    state = "is there already" if booked is None else f"is booked for {moment_short(booked.booking.start, today)}"
    raise conflict("id-taken", f"{id} {state}. Find it by its reference, or enter another reference.")


def _dates_path(id: str) -> str:
    return f"/requests/{quote(id)}/dates"
