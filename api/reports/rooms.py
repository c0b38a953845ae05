"""Use of each room, month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel

from api.diary.bookings.queries import StoredBooking
from api.reports.report import MONTH, Report
from api.reports.timeliness import months
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


def rows(period: Period, rooms: Sequence[Room], calendar: Calendar, booked: Sequence[StoredBooking]) -> list[RoomUse]:
    """Return a row for each month and room, counting only days in the period."""
    return [_of(month, room, period, calendar, booked) for month in months(period) for room in rooms]


def _of(month: dt.date, room: Room, period: Period, calendar: Calendar, booked: Sequence[StoredBooking]) -> RoomUse:
    open_days = [day for day in days(period) if day.replace(day=1) == month and calendar.is_open(day) and room.is_open(day)]
    here = [stored.booking for stored in booked if stored.booking.room == room.id and stored.booking.day.replace(day=1) == month]
    offered = len({(day, start) for day in open_days for start in room.starts} | {(one.day, one.start.time()) for one in here})
    held = sum(booking.held for booking in here)
    used = len(here) - held
    return RoomUse(
        month=month,
        site=room.site,
        room=room.id,
        offered=offered,
        used=used,
        held=held,
        used_percent=round(100 * used / offered) if offered else None,
    )
