"""Pages of the diary: a day or a week, by room, chair or minute taker, and at all offices or one."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.http.permissions import Permission, needs
from api.http.transaction import Now
from api.pages.diary.address import Shown, day_of, shown_of, week_of
from api.pages.diary.view import DiaryData, by_person, by_room, state_of_day
from api.pages.entries import NearestYear, date_of
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import PageReading, PageRoute
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


@router.get("/diary/{address}", dependencies=[_reads])
def diary(
    request: Request,
    connection: PageReading,
    now: Now,
    address: str,
    by: Annotated[str, Query(max_length=20)] = By.ROOM,
    site: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show a day or a week of the diary."""
    shown, day = shown_of(address), local_day(now)
    chosen = By(by) if by in list(By) else By.ROOM
    data = _data(connection, shown, site, day)
    if chosen is By.ROOM:
        table = by_room(shown, data)
    elif chosen is By.CHAIR:
        chairs = registers.values(connection, registers.CHAIRS)
        table = by_person(shown, data, chairs, "chair", data.names.chair_title)
    else:
        takers = registers.values(connection, registers.MINUTE_TAKERS)
        table = by_person(shown, data, takers, "minute_taker", "Minute taker")
    words = period_in_words(shown.days) if shown.is_week else date_in_words(shown.days.first)
    return page(
        request,
        "diary.html",
        f"Diary: {words}",
        active="/diary",
        table=table,
        shown=shown,
        state=state_of_day(shown, data),
        sites=data.names.sites,
        site=site,
        by=chosen,
        choices=[(By.ROOM, "Room"), (By.CHAIR, data.names.chair_title), (By.MINUTE_TAKER, "Minute taker")],
        links=_links(shown, day, chosen, site),
    )


def _data(connection: Connection, shown: Shown, site: str, today: dt.date) -> DiaryData:
    names = place_names(connection)
    rooms = [room for room in registers.values(connection, registers.ROOMS) if site in ("", room.site)]
    conditions = bookings.matching(shown.days.first, shown.days.last, site or None, None, active=True)
    starts = documents.get(connection, "virtual_starts")[0] or ()
    return DiaryData(
        items=[item for item, _ in bookings.items(connection, *conditions)],
        rooms=rooms,
        calendar=conferences.calendar(connection),
        names=names,
        virtual_starts=starts,
        today=today,
    )


def _links(shown: Shown, today: dt.date, by: By, site: str) -> list[tuple[str, str, bool]]:
    """Return the links above the table: their text, their address with the present filter, and whether one is shown now."""
    first = shown.days.first
    near = today if shown.is_week and shown == week_of(today) else first
    kept = {name: value for name, value in (("by", by if by != By.ROOM else ""), ("site", site)) if value}
    query = f"?{urlencode(kept)}" if kept else ""
    other = "week" if shown.is_week else "day"
    links = [
        (f"Previous {other}", shown.moved(-1), False),
        ("Today", week_of(today) if shown.is_week else day_of(today), False),
        (f"Next {other}", shown.moved(1), False),
        ("Day", day_of(near), not shown.is_week),
        ("Week", week_of(first), shown.is_week),
    ]
    return [(text, f"/diary/{to.address}{query}", is_current) for text, to, is_current in links]
