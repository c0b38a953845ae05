"""The page that the service opens on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.clock import local_day
from api.decisions.to_do import to_do
from api.diary.registers import queries as registers
from api.http.permissions import Permission, needs
from api.http.transaction import Now
from api.pages.calendar_links.stale import stale_of
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import PageReading, PageRoute
from api.pages.today.view import today_view
from scheduler.wording import date_in_words

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/", dependencies=[needs(Permission.NOTHING)])
def root() -> Response:
    """Lead to Today."""
    return redirect("/today")


@router.get("/today", dependencies=[needs(Permission.READ_DIARY)])
def today(request: Request, connection: PageReading, now: Now) -> Response:
    """Show what needs doing."""
    day = local_day(now)
    if not registers.count(connection, registers.SITES):
        return page(request, "today_empty.html", date_in_words(day), active="/today")
    view = today_view(to_do(connection, now, stale_of(request, now)), place_names(connection), day)
    return page(request, "today.html", date_in_words(day), active="/today", view=view)
