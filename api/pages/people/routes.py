"""Pages of people and rooms: their lists, one of each, and the forms that add, change and remove them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.absences import workflow as absences
from api.diary.bookings import queries as bookings
from api.diary.caseloads import given_by_bookings
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.office_days import office_days
from api.diary.registers import queries as registers
from api.diary.registers import workflow
from api.diary.service import queries as documents
from api.errors import ErrorItem, ServiceError
from api.feeds import workflow as feeds
from api.free_busy import queries as busy_calendars
from api.free_busy import workflow as busy
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.calendar_links.stale import stale_of
from api.pages.calendar_links.view import busy_state, link_rows
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.mending import hits_of_broken
from api.pages.names import PlaceNames, place_names
from api.pages.people.entry import differences, typed_of, value_of
from api.pages.people.kinds import CHAIRS, DAYS, KINDS, MINUTE_TAKERS, OFFICES, ROOMS, ItemKind
from api.pages.people.tabs import ACTIVE, tabs
from api.pages.people.view import (
    BAR,
    WEEKS_AHEAD,
    ItemRow,
    away_rows,
    caseload_bar,
    chair_rows,
    details,
    room_cells,
    taker_cells,
    too_many_office_days,
)
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.versions import hold_to_version
from api.reports import caseloads
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.people import Chair
from scheduler.domain.values import Period, monday_of
from scheduler.wording import capitalised

pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
HEADINGS = {
    MINUTE_TAKERS: ("Offices", "Works on", "Most a day", "Away"),
    ROOMS: ("Office", "Starts", "Hybrid", "Step-free", "In use", "Closed"),
    OFFICES: (),
}


@pages.get("/people", dependencies=[_reads])
def chairs(request: Request, connection: PageReading, now: Now) -> Response:
    """Show every chair with the caseload against the cap, office days and absences."""
    today, names = local_day(now), place_names(connection)
    found = registers.values(connection, registers.CHAIRS)
    calendars = {one.chair: one for one in busy_calendars.listed(connection, stale_of(request, now))}
    rows = chair_rows(found, _caseloads(connection, found, today), _office_days(connection, today), calendars, today)
    return _page(request, "chairs.html", f"{names.chair_title}s", names, rows=rows, kind=CHAIRS, bar=BAR)


def _list_of(kind: ItemKind) -> None:
    @pages.get(kind.path, dependencies=[_reads])
    def listed(request: Request, connection: PageReading, now: Now) -> Response:
        today, names = local_day(now), place_names(connection)
        rows = [
            ItemRow(one.id, one.label, _cells(kind, one, names, today)) for one in registers.values(connection, kind.register)
        ]
        return _page(request, "items.html", kind.many, names, rows=rows, kind=kind, headings=HEADINGS[kind])


def _cells(kind: ItemKind, value: Any, names: PlaceNames, today: dt.date) -> Any:
    if kind is MINUTE_TAKERS:
        return taker_cells(value, names, today)
    return room_cells(value, names, today) if kind is ROOMS else ()


def _pages_of(kind: ItemKind) -> None:
    """Add the pages of one item, and the forms that add, change and remove one."""
    of_one = f"{kind.path}/{{id:path}}"

    @pages.get(f"{kind.path}/new", dependencies=[_reads])
    def new(request: Request, connection: PageReading, now: Now) -> Response:
        return _form(request, connection, kind, None, TypedForm(kind.usual), NO_PROBLEMS, now)

    @forms.post(f"{kind.path}/new", dependencies=[_changes])
    def add(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
        with shown_again(lambda after, problems: _form(request, after, kind, None, typed, problems, now)):
            value = value_of(kind, typed, None, local_day(now))
            try:
                workflow.add(connection, kind.register, value, now)
            except ServiceError as error:
                where = error.errors or [ErrorItem(where="id", message=error.detail)]
                raise type(error)(error.kind, error.detail, where) from None
        return redirect(_path(kind, value.id))

    @pages.get(f"{of_one}/change", dependencies=[_reads])
    def change_form(request: Request, connection: PageReading, now: Now, id: str) -> Response:
        stored = workflow.require(connection, kind.register, id)
        return _form(request, connection, kind, id, typed_of(kind, stored.value), NO_PROBLEMS, now)

    @forms.post(f"{of_one}/change", dependencies=[_changes])
    def change(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
        with shown_again(lambda after, problems: _form(request, after, kind, id, typed, problems, now)):
            stored = workflow.require(connection, kind.register, id)
            hold_to_version(stored.value.label, stored.version, typed)
            value = value_of(kind, typed, stored.value, local_day(now))
            workflow.replace(connection, kind.register, id, value, now)
        return redirect(_path(kind, id))

    @forms.post(f"{of_one}/remove", dependencies=[_changes])
    def remove(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
        with shown_again(lambda after, problems: _one(request, after, kind, id, problems, now)):
            stored = workflow.require(connection, kind.register, id)
            hold_to_version(stored.value.label, stored.version, typed)
            workflow.remove(connection, kind.register, id)
        return redirect(kind.path)

    @pages.get(of_one, dependencies=[_reads])
    def one(request: Request, connection: PageReading, now: Now, id: str) -> Response:
        return _one(request, connection, kind, id, NO_PROBLEMS, now)


for each in (MINUTE_TAKERS, ROOMS, OFFICES):
    _list_of(each)
for each in KINDS:
    _pages_of(each)


def _one(request: Request, connection: Connection, kind: ItemKind, id: str, problems: Problems, now: dt.datetime) -> Response:
    stored, today, names = workflow.require(connection, kind.register, id), local_day(now), place_names(connection)
    value = stored.value
    mine = [one for one in absences.everything(connection) if (one.of, one.whose) == (kind.of, id)] if kind.away else []
    broken = _broken_of(connection, kind, id, now)
    more = _of_chair(request, connection, value, now) if kind is CHAIRS else {}
    return _page(
        request,
        "item.html",
        value.label,
        names,
        problems=problems,
        kind=kind,
        id=id,
        version=stored.version,
        noun=kind.noun(names.chair_title),
        details=details(kind, value, names),
        away=away_rows(mine, names, today),
        hits=hits_of_broken(broken, names, today),
        links=link_rows(feeds.active_of(connection, kind.of, id), names, now),
        who=f"{kind.of}:{id}",
        typed=TypedForm(),
        **more,
    )


def _of_chair(request: Request, connection: Connection, chair: Chair, now: dt.datetime) -> dict[str, Any]:
    """Return what a chair's page has in addition: the caseload, weeks with too many office days, and their own calendar."""
    today = local_day(now)
    row = _caseloads(connection, (chair,), today)[0]
    stored = busy.require(connection, chair.id, stale_of(request, now))
    return {
        "caseload": caseload_bar(row, max(row.after, row.cap) or 1),
        "too_many": too_many_office_days(chair, _office_days(connection, today).get(chair.id, {}), today),
        "calendar": busy_state(stored, today),
        "calendar_version": stored.version,
    }


def _broken_of(connection: Connection, kind: ItemKind, id: str, now: dt.datetime) -> list[BrokenBooking]:
    """Return the bookings of a person or room that break a rule."""
    found = conflicts.broken(connection, now) if kind.away else []
    if not found:
        return []
    days = [one.start.date() for one in found]
    then = bookings.active_in(connection, min(days), max(days))
    numbers = {stored.number for stored in then if getattr(stored.booking, kind.of) == id}
    return [one for one in found if one.number in numbers]


def _form(
    request: Request,
    connection: Connection,
    kind: ItemKind,
    id: str | None,
    typed: TypedForm,
    problems: Problems,
    now: dt.datetime,
) -> Response:
    """Show the form of an item; ``id`` is None for a new one. After a conflict, it says what the diary has now."""
    names, noun = place_names(connection), kind.noun(place_names(connection).chair_title)
    stored = None if id is None else workflow.require(connection, kind.register, id)
    has_changed = stored is not None and problems.status == 409
    return _page(
        request,
        "item_form.html",
        f"Add a {noun}" if stored is None else f"Change {stored.value.label}",
        names,
        problems=problems,
        kind=kind,
        id=id,
        typed=typed,
        version="" if stored is None else stored.version,
        fields=[field.name for field in kind.fields],
        theirs=differences(kind, typed, stored.value, local_day(now)) if stored is not None and has_changed else [],
        days=DAYS,
        back=kind.path if id is None else _path(kind, id),
        button=f"Add the {noun}" if stored is None else "Save",
    )


def _caseloads(connection: Connection, chairs: Any, today: dt.date) -> list[caseloads.CaseloadRow]:
    cap = documents.get(connection, "policy")[0].caseload_cap
    return caseloads.rows(chairs, given_by_bookings(connection), cap, today)


def _office_days(connection: Connection, today: dt.date) -> Any:
    weeks = Period(first=monday_of(today), last=monday_of(today) + dt.timedelta(weeks=WEEKS_AHEAD) - ONE_DAY)
    return office_days(stored.booking for stored in bookings.active_in(connection, weeks.first, weeks.last))


def _page(request: Request, template: str, title: str, names: PlaceNames, **values: Any) -> Response:
    return page(request, template, capitalised(title), active=ACTIVE, names=names, tabs=tabs(names.chair_title), **values)


def _path(kind: ItemKind, id: str) -> str:
    return f"{kind.path}/{quote(id)}"
