"""Pages of the calls to make after a publication: the list, ticked off one by one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.actor import NOBODY
from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.calls.view import calls_view
from api.pages.forms import Typed
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.publishing import calls

pages = APIRouter(prefix="/publications", route_class=PageRoute, include_in_schema=False)
forms = APIRouter(prefix="/publications", route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


@pages.get("/{number}/calls", dependencies=[_reads])
def listed(request: Request, connection: PageReading, now: Now, number: Number) -> Response:
    """Show the calls to make, by social worker."""
    found = calls.of_publication(connection, number)
    booked = bookings.items_of_conferences(connection, [one.conference for one in found])
    view = calls_view(found, booked, place_names(connection), local_day(now))
    return page(request, "calls.html", "People to ring", active="/plans", number=number, view=view)


@forms.post("/{number}/calls", dependencies=[_changes])
def tick(connection: Writing, now: Now, number: Number, typed: Typed) -> Response:
    """Record which calls have been made."""
    calls.set_made(connection, number, typed.every("rung"), now, NOBODY)
    return redirect(f"/publications/{number}/calls")
