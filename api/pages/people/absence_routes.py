"""Pages of absences and closures: entering one, the bookings on its days, and removing it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.absences import workflow as absences
from api.diary.absences.workflow import Away
from api.errors import ErrorItem, NotFoundError, invalid, not_found
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.mending import hits_of_bookings
from api.pages.names import place_names
from api.pages.people.entry import period_of
from api.pages.people.kinds import BY_NAME
from api.pages.people.tabs import ACTIVE, tabs
from api.pages.people.view import away_rows
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.words import days_long

MOST = 100
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


@pages.get("/absences", dependencies=[_reads])
def listed(
    request: Request,
    connection: PageReading,
    now: Now,
    who: Annotated[str, Query(max_length=400)] = "",
    after: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show who is away and what is closed, from today on, and the form that enters it; ``who`` is chosen in it."""
    return _listed(request, connection, TypedForm([("who", who)]), NO_PROBLEMS, now, after)


@forms.post("/absences", dependencies=[_changes])
def enter(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Enter an absence or closure, and lead to the bookings on its days."""
    with shown_again(lambda after, problems: _listed(request, after, typed, problems, now)):
        of, _, whose = typed["who"].partition(":")
        if of not in BY_NAME or not BY_NAME[of].away:
            raise invalid("The form has faults.", [ErrorItem(where="who", message="Choose who is away, or which room is closed")])
        entered = absences.enter(connection, of, whose, period_of(typed, local_day(now)), now)
    return redirect(_path(entered.away))


@forms.post("/absences/{id:path}/remove", dependencies=[_changes])
def remove(connection: Writing, now: Now, id: str) -> Response:
    """Remove an absence or closure, and lead back to whose it was."""
    away = _require(connection, id)
    absences.remove(connection, away, now)
    return redirect(f"{BY_NAME[away.of].path}/{quote(away.whose)}")


@pages.get("/absences/{id:path}", dependencies=[_reads])
def one(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show an absence or closure with the bookings on its days, and lead to their repair."""
    away, names, today = _require(connection, id), place_names(connection), local_day(now)
    then = [stored for stored in absences.affected(connection, away) if stored.booking.day >= today]
    state = "is closed" if away.of == "room" else "is away"
    return page(
        request,
        "absence.html",
        f"{names.subject(away.of, away.whose)} {state}: {days_long(away.period)}",
        active=ACTIVE,
        names=names,
        tabs=tabs(names.chair_title),
        hits=hits_of_bookings(then, names, today),
        id=id,
        whose=names.subject(away.of, away.whose),
        path=f"{BY_NAME[away.of].path}/{away.whose}",
    )


def _require(connection: Connection, id: str) -> Away:
    """Return an absence or closure. Raise NotFoundError if there is none, such as after its removal."""
    of = id.partition(":")[0]
    if of not in BY_NAME or not BY_NAME[of].away:
        raise not_found("absence", id)
    try:
        return absences.require(connection, absences.lists_of(of), id)
    except NotFoundError:
        raise NotFoundError("not-found", "This is not entered. Somebody may have removed it meanwhile.") from None


def _listed(
    request: Request, connection: Connection, typed: TypedForm, problems: Problems, now: dt.datetime, after: int = 0
) -> Response:
    names, today = place_names(connection), local_day(now)
    found = [one for one in absences.everything(connection) if one.period.last >= today]
    return page(
        request,
        "absences.html",
        "Away and closed",
        active=ACTIVE,
        problems=problems,
        tabs=tabs(names.chair_title),
        rows=away_rows(found[after : after + MOST], names, today),
        following=after + MOST if len(found) > after + MOST else None,
        choices=names.people_and_rooms(),
        typed=typed,
        fields=("who", "first", "last"),
    )


def _path(away: Away) -> str:
    return f"/absences/{quote(away.id)}"
