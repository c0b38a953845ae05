"""Pages of the diary: a day, a week or a month, by room, chair or minute taker; and a day's sheet for reception."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection
from starlette.responses import HTMLResponse

from api.clock import LONDON, local_day
from api.database.session import version_of
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import not_found
from api.http.permissions import Permission, needs
from api.http.state import store_of
from api.http.transaction import Now
from api.pages.diary.address import Shown, Span, day_of, month_of, shown_of, week_of
from api.pages.diary.month_view import month_by_person, month_by_room
from api.pages.diary.rendered import RenderedPage, RenderedPages
from api.pages.diary.sheet_view import sheet_rows
from api.pages.diary.view import DiaryData, Person, by_person, by_room, state_of_day
from api.pages.entries import NearestYear, date_of
from api.pages.names import PlaceNames, place_names
from api.pages.rendering import HEADERS, page, redirect
from api.pages.routing import PageReading, PageRoute, name_service
from api.pages.words import moment_short
from scheduler.domain.places import Room
from scheduler.wording import date_in_words, period_in_words

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_reads = needs(Permission.READ_DIARY)


class By(StrEnum):
    """What the diary is listed by."""

    ROOM = "room"
    CHAIR = "cpa"
    MINUTE_TAKER = "minute-taker"


@router.get("/diary", dependencies=[_reads])
def today(now: Now, day: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Lead to the day that is typed, or to today."""
    found = date_of(day, local_day(now), NearestYear.COMING) if day else None
    return redirect(f"/diary/{(found or local_day(now)).isoformat()}")


@dataclass(frozen=True)
class Filter:
    """What is shown of the diary: by whom, and of which office, room, chair and minute taker (empty: of all)."""

    by: By
    site: str
    room: str
    chair: str
    minute_taker: str

    @property
    def query(self) -> str:
        """Return it as the query of an address, without what is left as it is usually."""
        given = {"by": self.by if self.by != By.ROOM else "", "site": self.site, "room": self.room}
        given |= {"cpa": self.chair, "minute-taker": self.minute_taker}
        kept = {name: text for name, text in given.items() if text}
        return f"?{urlencode(kept)}" if kept else ""


_Text = Annotated[str, Query(max_length=200)]


def _filter(
    by: _Text = By.ROOM,
    site: _Text = "",
    room: _Text = "",
    cpa: _Text = "",
    minute_taker: Annotated[str, Query(alias="minute-taker", max_length=200)] = "",
) -> Filter:
    return Filter(By(by) if by in list(By) else By.ROOM, site, room, cpa, minute_taker)


@router.get("/diary/{address}/sheet", dependencies=[_reads])
def sheet(request: Request, connection: PageReading, now: Now, address: str, site: _Text = "") -> Response:
    """Show the sheet that reception prints: who arrives when, at one office on one day, and nothing else."""
    shown, names = shown_of(address), place_names(connection)
    if shown.span is not Span.DAY or not names.sites:
        raise not_found("day", address)
    chosen = site if site in names.sites else next(iter(names.sites))
    booked = bookings.items(connection, *bookings.matching(shown.days.first, shown.days.last, chosen, None, active=True))
    return page(
        request,
        "sheet.html",
        f"{names.site(chosen)}: {date_in_words(shown.days.first)}",
        active="/diary",
        rows=sheet_rows([item for item, _ in booked], names),
        sites=_offices(shown, names, chosen),
        day=f"/diary/{shown.address}",
        chair_title=names.chair_title,
        printed=moment_short(now.astimezone(LONDON), local_day(now)),
    )


@router.get("/diary/{address}", dependencies=[_reads])
async def diary(request: Request, now: Now, address: str, chosen: Annotated[Filter, Depends(_filter)]) -> Response:
    """Show a day, a week or a month of the diary. The page has no form that changes anything, so it is sent to all alike."""
    shown, store = shown_of(address), store_of(request)

    def render() -> RenderedPage:
        with store.reading() as connection:
            name_service(request, connection)
            version = version_of(connection)
            return RenderedPage(version, bytes(_diary(request, connection, now, shown, chosen).body))

    stored: RenderedPages = request.app.state.diary_pages
    key = request.scope.get("root_path", ""), shown, chosen, local_day(now)
    return HTMLResponse(await stored.get(store, key, render), headers=HEADERS)


def _diary(request: Request, connection: Connection, now: dt.datetime, shown: Shown, chosen: Filter) -> Response:
    day = local_day(now)
    data = _data(connection, shown, chosen, day)
    people, whose, title = _people(connection, chosen, data.names)
    is_by_room = chosen.by is By.ROOM
    if shown.span is Span.MONTH:
        table: object = month_by_room(shown, data) if is_by_room else month_by_person(shown, data, people, whose, title)
    else:
        table = by_room(shown, data) if is_by_room else by_person(shown, data, people, whose, title)
    return page(
        request,
        "diary_month.html" if shown.span is Span.MONTH else "diary.html",
        f"Diary: {_in_words(shown)}",
        active="/diary",
        table=table,
        shown=shown,
        state=state_of_day(shown, data),
        filters=_filters(chosen, data.names),
        links=_links(shown, day, chosen),
        sheet=f"/diary/{shown.address}/sheet" if shown.span is Span.DAY else "",
    )


def _offices(shown: Shown, names: PlaceNames, chosen: str) -> list[tuple[str, str, bool]]:
    address = f"/diary/{shown.address}/sheet"
    return [(name, f"{address}?{urlencode({'site': one})}", one == chosen) for one, name in names.sites.items()]


def _in_words(shown: Shown) -> str:
    if shown.span is Span.MONTH:
        return f"{shown.days.first:%B %Y}"
    return period_in_words(shown.days) if shown.span is Span.WEEK else date_in_words(shown.days.first)


def _people(connection: Connection, chosen: Filter, names: PlaceNames) -> tuple[Sequence[Person], str, str]:
    """Return the people by whom the diary is listed, which field of a booking names them, and what they are called."""
    if chosen.by is By.ROOM:
        return (), "", ""
    if chosen.by is By.CHAIR:
        chairs = registers.values(connection, registers.CHAIRS)
        return [one for one in chairs if chosen.chair in ("", one.id)], "chair", names.chair_title
    takers = registers.values(connection, registers.MINUTE_TAKERS)
    return [one for one in takers if chosen.minute_taker in ("", one.id)], "minute_taker", "Minute taker"


def _data(connection: Connection, shown: Shown, chosen: Filter, today: dt.date) -> DiaryData:
    every: Sequence[Room] = registers.values(connection, registers.ROOMS)
    rooms = [room for room in every if chosen.site in ("", room.site) and chosen.room in ("", room.id)]
    conditions = bookings.matching(shown.days.first, shown.days.last, chosen.site or None, None, active=True)
    only = {"chair": chosen.chair, "minute_taker": chosen.minute_taker}
    return DiaryData(
        items=[item for item, _ in bookings.items(connection, *conditions)],
        rooms=rooms,
        calendar=conferences.calendar(connection),
        names=place_names(connection),
        virtual_starts=documents.get(connection, "virtual_starts")[0] or (),
        today=today,
        only={name: whom for name, whom in only.items() if whom},
    )


def _filters(chosen: Filter, names: PlaceNames) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """Return the choices above the table: the name of each in the address, its label, and its options."""
    by: Mapping[str, str] = {By.ROOM: "Room", By.CHAIR: names.chair_title, By.MINUTE_TAKER: "Minute taker"}
    rooms = {room: names.room(room) for room in names.rooms}
    every = [
        ("by", "By", by, chosen.by),
        ("site", "Office", {"": "All offices", **names.sites}, chosen.site),
        ("room", "Room", {"": "All rooms", **rooms}, chosen.room),
        ("cpa", names.chair_title, {"": f"All {names.chair_title}s", **names.chairs}, chosen.chair),
        ("minute-taker", "Minute taker", {"": "All minute takers", **names.minute_takers}, chosen.minute_taker),
    ]
    return [
        (name, label, [(str(value), text, value == present) for value, text in options.items()])
        for name, label, options, present in every
    ]


def _links(shown: Shown, today: dt.date, chosen: Filter) -> list[tuple[str, str, bool]]:
    """Return the links above the table: their text, their address with the present filter, and whether one is shown now."""
    first = shown.days.first
    near = today if today in shown.days else first
    of = {Span.DAY: day_of, Span.WEEK: week_of, Span.MONTH: month_of}
    links = [
        (f"Previous {shown.span}", shown.moved(-1), False),
        ("Today", of[shown.span](today), False),
        (f"Next {shown.span}", shown.moved(1), False),
        *((span.capitalize(), make(near), span is shown.span) for span, make in of.items()),
    ]
    return [(text, f"/diary/{to.address}{chosen.query}", is_current) for text, to, is_current in links]
