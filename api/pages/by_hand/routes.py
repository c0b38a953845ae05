"""The page on which the first offices, rooms and chairs are entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.registers import queries as registers
from api.diary.registers import workflow
from api.diary.registers.queries import Register
from api.errors import ErrorItem, ServiceError
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.by_hand.entry import FIELDS, USUAL_STARTS, chair_of, room_of, site_of
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute

pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
USUAL = TypedForm([("room_starts", USUAL_STARTS), ("room_hybrid", "yes"), ("chair_fte", "1")])
ValueOf = Callable[[TypedForm, dt.date], Any]


@pages.get("/start", dependencies=[_reads])
def start(request: Request, connection: PageReading) -> Response:
    """Show what is entered so far, and a form for each kind."""
    return _start(request, connection, USUAL, NO_PROBLEMS)


def _add(path: str, register: Register[Any], value_of: ValueOf) -> None:
    @forms.post(f"/start/{path}", dependencies=[_changes])
    def add(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
        with shown_again(lambda after, problems: _start(request, after, typed, problems)):
            value = value_of(typed, local_day(now))
            try:
                workflow.add(connection, register, value, now)
            except ServiceError as error:
                if not error.errors:
                    raise type(error)(error.kind, error.detail, [ErrorItem(where=f"{path}_id", message=error.detail)]) from None
                raise
        return redirect(f"/start#{path}")


_add("site", registers.SITES, site_of)
_add("room", registers.ROOMS, room_of)
_add("chair", registers.CHAIRS, chair_of)


def _start(request: Request, connection: Connection, typed: TypedForm, problems: Problems) -> Response:
    names = place_names(connection)
    return page(
        request,
        "start.html",
        "Enter it by hand",
        active="/import",
        problems=problems,
        fields=FIELDS,
        typed=_with_usual(typed),
        names=names,
    )


def _with_usual(typed: TypedForm) -> TypedForm:
    """Return what was typed, with the usual entries of the forms that were not sent."""
    sent = {name.partition("_")[0] for name in typed}
    return TypedForm([*typed.pairs, *(pair for pair in USUAL.pairs if pair[0].partition("_")[0] not in sent)])
