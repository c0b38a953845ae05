"""Pages of calendar links: making one, copying it once, replacing and revoking it; and chairs' own calendars."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from api.clock import local_day
from api.errors import ErrorItem, conflict, invalid
from api.feeds import workflow as feeds
from api.feeds.workflow import NewFeed, StoredFeed
from api.free_busy import queries as busy_calendars
from api.free_busy import workflow as busy
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.calendar_links.stale import stale_of
from api.pages.calendar_links.view import SHOWS, busy_state, link_rows
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import PlaceNames, place_names
from api.pages.people.tabs import ACTIVE, tabs
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute, name_service
from api.pages.versions import hold_to_version

MOST = 100
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
_USUAL = TypedForm([("detail", "reference")])


@pages.get("/calendar-links", dependencies=[_reads])
def listed(
    request: Request,
    connection: PageReading,
    now: Now,
    who: Annotated[str, Query(max_length=400)] = "",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    revoked: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the links that work, the form that makes one, and chairs' own calendars. ``revoked`` is a link just revoked."""
    typed = TypedForm([("who", who), ("detail", "reference")])
    gone = feeds.require(connection, revoked) if revoked else None
    return _listed(request, connection, typed, NO_PROBLEMS, now, after, gone)


@pages.get("/calendar-links/how-to", dependencies=[_reads])
def how_to(request: Request, connection: PageReading) -> Response:
    """Show how to subscribe to a link."""
    names = place_names(connection)
    return page(request, "calendar_how_to.html", "How to subscribe to a calendar", active=ACTIVE, tabs=tabs(names.chair_title))


@forms.post("/calendar-links", dependencies=[_changes])
def make(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Make a link, and show it once. The same form sent again makes no second one."""
    with shown_again(lambda after, problems: _listed(request, after, typed, problems, now)):
        of, _, subject = typed["who"].partition(":")
        if not typed["who"]:
            raise invalid("The form has faults.", [ErrorItem(where="who", message="Choose whose conferences the link shows")])
        try:
            new = NewFeed.model_validate({"of": of, "subject": subject or None, "detail": typed["detail"]})
        except ValidationError:
            raise invalid("The form has faults.", [ErrorItem(where="detail", message="Choose what the link shows")]) from None
        if typed["known"] != _known(connection):
            message = "A link has been made since you opened this page. If it was yours and you have not copied it, replace it."
            raise conflict("changed-meanwhile", message)
        stored, secret = feeds.add(connection, new, now)
    return _shown_once(request, connection, stored, secret)


@forms.post("/calendar-links/{id}/replace", dependencies=[_changes])
def replace(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Replace a link, and show the new one once."""
    with shown_again(lambda after, problems: _listed(request, after, _USUAL, problems, now)):
        stored = feeds.require(connection, id)
        hold_to_version("This link", stored.version, typed)
        secret = feeds.replace_link(connection, stored)
    return _shown_once(request, connection, feeds.require(connection, id), secret)


@forms.post("/calendar-links/{id}/revoke", dependencies=[_changes])
def revoke(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Revoke a link, so that it stops working."""
    with shown_again(lambda after, problems: _listed(request, after, _USUAL, problems, now)):
        stored = feeds.require(connection, id)
        hold_to_version("This link", stored.version, typed)
        feeds.revoke(connection, stored, now)
    return redirect(f"/calendar-links?revoked={id}")


@pages.get("/own-calendars/{id:path}", dependencies=[_reads])
def own(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show a chair's own calendar: where it is from, when it was read, and what to do if it is out of date."""
    return _own(request, connection, id, TypedForm(), NO_PROBLEMS, now)


@forms.post("/own-calendars/{id:path}/link", dependencies=[_changes])
def set_link(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Set the link at which a chair's own calendar is published."""
    with shown_again(lambda after, problems: _own(request, after, id, typed, problems, now)):
        stored = busy.require(connection, id, stale_of(request, now))
        hold_to_version("The calendar", stored.version, typed)
        if not typed["link"]:
            raise invalid("The form has faults.", [ErrorItem(where="link", message="Enter the link of the calendar")])
        busy.set_link(connection, id, typed["link"], request.app.state.settings.calendar_hosts, now)
    return redirect(f"/own-calendars/{quote(id)}")


@forms.post("/own-calendars/{id:path}/refresh", dependencies=[_changes])
def refresh(request: Request, connection: Writing, now: Now, id: str) -> Response:
    """Read a chair's own calendar now."""
    with shown_again(lambda after, problems: _own(request, after, id, TypedForm(), problems, now)):
        busy.refresh(connection, busy.require(connection, id, stale_of(request, now)), now)
    return redirect(f"/own-calendars/{quote(id)}?asked=yes")


@forms.post("/own-calendars/{id:path}/remove", dependencies=[_changes])
def remove(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Remove a chair's own calendar, with its busy times."""
    with shown_again(lambda after, problems: _own(request, after, id, TypedForm(), problems, now)):
        stored = busy.require(connection, id, stale_of(request, now))
        hold_to_version("The calendar", stored.version, typed)
        busy.remove(connection, stored, now)
    return redirect(f"/own-calendars/{quote(id)}")


def _own(request: Request, connection: Connection, id: str, typed: TypedForm, problems: Problems, now: dt.datetime) -> Response:
    names, stored = place_names(connection), busy.require(connection, id, stale_of(request, now))
    return page(
        request,
        "own_calendar.html",
        f"{names.chair(id)}’s own calendar",
        active=ACTIVE,
        problems=problems,
        tabs=tabs(names.chair_title),
        fields=("link",),
        id=id,
        name=names.chair(id),
        version=stored.version,
        state=busy_state(stored, local_day(now)),
        typed=typed,
        is_asked=bool(request.query_params.get("asked")),
        minutes=request.app.state.settings.calendar_minutes,
    )


def _listed(
    request: Request,
    connection: Connection,
    typed: TypedForm,
    problems: Problems,
    now: dt.datetime,
    after: int = 0,
    gone: StoredFeed | None = None,
) -> Response:
    names = place_names(connection)
    found = feeds.active(connection, after=after, most=MOST + 1)
    own_calendars = busy_calendars.listed(connection, stale_of(request, now))
    return page(
        request,
        "calendar_links.html",
        "Calendar links",
        active=ACTIVE,
        problems=problems,
        tabs=tabs(names.chair_title),
        links=link_rows(found[:MOST], names, now),
        following=found[MOST - 1].position if len(found) > MOST else None,
        own=[(one.chair, names.chair(one.chair), busy_state(one, local_day(now))) for one in own_calendars],
        gone="" if gone is None else names.subject(gone.feed.of, gone.feed.subject),
        known=_known(connection),
        choices=choices(names),
        shows=SHOWS,
        typed=typed,
        fields=("who", "detail"),
        chair_title=names.chair_title,
    )


def choices(names: PlaceNames) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return everybody and everything that can have a calendar, in groups."""
    return [
        *names.people_and_rooms(),
        ("Offices", [(f"site:{id}", name) for id, name in names.sites.items()]),
        ("All", [("service", "The whole service")]),
    ]


def _known(connection: Connection) -> str:
    """Return a text that changes with each new link, so that a form that is sent twice makes one."""
    return str(feeds.number(connection))


def _shown_once(request: Request, connection: Connection, stored: StoredFeed, secret: str) -> Response:
    name_service(request, connection)
    names, settings = place_names(connection), request.app.state.settings
    address = feeds.address_of(secret, settings.public_address or str(request.base_url))
    whose = names.subject(stored.feed.of, stored.feed.subject)
    return page(
        request,
        "calendar_link.html",
        f"The calendar link for {whose[:1].lower() + whose[1:] if stored.feed.of == 'service' else whose}",
        active=ACTIVE,
        tabs=tabs(names.chair_title),
        address=address,
        webcal="webcal:" + address.partition(":")[2],
        shows=SHOWS[stored.feed.detail],
    )
