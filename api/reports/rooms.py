"""Use of each room, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from pydantic import BaseModel

from api.diary.bookings.queries import StoredBooking
from api.reports import frames
from api.reports.months import month_of, months
from api.reports.report import MONTH, Report
from scheduler.domain.calendar import Calendar
from scheduler.domain.places import Room
from scheduler.domain.values import Date, Period, days
from scheduler.report.workbook.styles import TableColumn


class RoomUse(BaseModel):
    """A room's slots in the month that begins on ``month``.

    ``offered`` counts the room's starts on open days, and any others that are used or held. ``used`` slots are booked for
    conferences; ``held`` slots are reserved for initial conferences not yet requested.
    """

    month: Date
    site: str
    room: str
    offered: int
    used: int
    held: int
    used_percent: int | None


REPORT = Report(
    "rooms",
    "Use of the rooms by month",
    RoomUse,
    (
        TableColumn("Month", 16, MONTH),
        TableColumn("Site", 14),
        TableColumn("Room", 14),
        *(TableColumn(heading, 11, "#,##0", centred=True) for heading in ("Offered", "Used", "Held", "Used, %")),
    ),
    lambda row: (row.month, row.site, row.room, row.offered, row.used, row.held, row.used_percent),
)
_GROUP = ("month", "room")


def rows(period: Period, rooms: Sequence[Room], calendar: Calendar, booked: Sequence[StoredBooking]) -> list[RoomUse]:
    """Return a row for each month and room, counting only days in the period."""
    slots = frames.frame((*_GROUP, "start", "used", "held"), (*_offered(period, rooms, calendar), *_taken(booked)))
    by_slot = slots.groupby([*_GROUP, "start"], sort=False).sum().reset_index()  # a slot that is offered and taken is one slot
    counts = by_slot.assign(offered=1).drop(columns="start")
    groups = list(product(months(period), (room.id for room in rooms)))
    sums = frames.sums(counts, _GROUP, groups)
    sites = {room.id: room.site for room in rooms}
    return [
        RoomUse(
            month=month,
            site=sites[room],
            room=room,
            offered=slot["offered"],
            used=slot["used"],
            held=slot["held"],
            used_percent=frames.percent(slot["used"], slot["offered"]),
        )
        for (month, room), slot in zip(groups, sums, strict=True)
    ]


def _offered(period: Period, rooms: Sequence[Room], calendar: Calendar) -> Iterable[tuple[object, ...]]:
    """Yield each start of each room on an open day."""
    for day in filter(calendar.is_open, days(period)):
        for room in rooms:
            if room.is_open(day):
                yield from ((month_of(day), room.id, (day, start), 0, 0) for start in room.starts)


def _taken(booked: Sequence[StoredBooking]) -> Iterable[tuple[object, ...]]:
    for stored in booked:
        booking = stored.booking
        if booking.room is not None:
            start = booking.day, booking.start.time()
            yield month_of(booking.day), booking.room, start, int(not booking.held), int(booking.held)
