"""The types that describe sheets: columns, settings, and conversions between a row's cells and an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.faults import Place
from scheduler.files.cells import Cell, CellType, Note, Text

Fields = dict[str, Any]


class Unreadable:
    """A placeholder in raw data for a cell whose fault is already recorded, so that it is not reported twice."""

    def __repr__(self) -> str:
        return "unreadable"


UNREADABLE = Unreadable()


@dataclass(frozen=True)
class Column:
    """A column: its heading, the type of its values, and the field that it fills.

    ``field`` is the contract's name if that is not ``key``. Several columns may fill one field. ``width`` is in characters.
    """

    key: str
    heading: str
    kind: CellType
    help: str
    required: bool = False
    field: str | int | None = None
    width: int = 14

    @property
    def fills(self) -> str | int:
        """Return the item's field that the column fills."""
        return self.key if self.field is None else self.field


def as_they_are(fields: Fields) -> Any:
    """Return the fields unchanged: on most sheets a row's cells are an item's fields."""
    return fields


@dataclass(frozen=True)
class Sheet:
    """A sheet with a row for each item of the list at ``place`` in the problem.

    With ``owners``, the first column has the id of an item in one of these lists, and the row goes into that item's list
    ``place``. ``join`` turns a row's values into an item, ``split`` an item into values.
    """

    title: str
    place: Place
    help: str
    columns: tuple[Column, ...]
    required: bool = False
    at_least_one: bool = False
    owners: tuple[str, ...] = ()
    switch: str | None = None
    """The setting on the sheet Service that says whether the problem has the list."""
    join: Callable[[Fields], Any] = as_they_are
    split: Callable[[Any], Fields] = as_they_are


@dataclass(frozen=True)
class SettingRow:
    """A row of a settings sheet: its label, its place in the problem and the type of its value."""

    label: str
    place: Place
    kind: CellType
    help: str
    required: bool = False


@dataclass(frozen=True)
class SettingsSheet:
    """A sheet with a row for each setting."""

    title: str
    help: str
    settings: tuple[SettingRow, ...]
    required: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns, the same for every settings sheet."""
        return SETTING_COLUMNS


SETTING_COLUMNS = (
    Column("label", "Setting", Text(), "The name of the setting. Don't change it.", required=True, width=38),
    Column("value", "Value", Text(), "The value of the setting. Blank means the usual value.", required=True, width=34),
    Column("help", "What it means", Note(), "A note for you. It is not read.", width=80),
)


def span_of(fields: Fields) -> Any:
    """Return date and time cells as an interval. A blank start time means 00:00, a blank end time or 24:00 the end of the day."""
    day: Any = fields.get("from_date")
    until: Any = fields.get("to_date", day)
    start, end = fields.get("from_time", dt.time()), fields.get("to_time")
    if UNREADABLE in (day, start, until, end) or day is None:
        return {"start": UNREADABLE, "end": UNREADABLE}
    try:
        finish = dt.datetime.combine(until + ONE_DAY, dt.time()) if end is None else dt.datetime.combine(until, end)
    except OverflowError:
        finish = dt.datetime.max
    return {"start": dt.datetime.combine(day, start), "end": finish}


def cells_of_span(interval: Fields) -> Fields:
    """Return an interval as date and time cells; midnight becomes a blank time."""
    start, end = interval["start"], interval["end"]
    whole_day = end.time() == dt.time()
    return {
        "from_date": start.date(),
        "from_time": start.time() if start.time() != dt.time() else None,
        "to_date": end.date() - ONE_DAY if whole_day else end.date(),
        "to_time": None if whole_day else end.time(),
    }


def booking_of(fields: Fields) -> Any:
    """Return a published booking, with the row's date and time combined as its start."""
    rest = {key: value for key, value in fields.items() if key not in ("date", "time")}
    day, time = fields.get("date"), fields.get("time")
    if isinstance(day, dt.date) and isinstance(time, dt.time):
        return rest | {"start": dt.datetime.combine(day, time)}
    return rest | {"start": UNREADABLE}


def cells_of_booking(booking: Fields) -> Fields:
    """Return a published booking as cells, with its start as a date and a time."""
    return booking | {"date": booking["start"].date(), "time": booking["start"].time()}


def day_of(fields: Fields) -> Any:
    """Return the day in the row's only cell."""
    return fields.get("day", UNREADABLE)


def cells_of_day(day: Cell) -> Fields:
    """Return the cell of a day."""
    return {"day": day}


def pair_of(fields: Fields) -> Any:
    """Return the two sides in a row of Keep apart."""
    return [fields.get("first", UNREADABLE), fields.get("second", UNREADABLE)]


def cells_of_pair(pair: Any) -> Fields:
    """Return the cells of a pair to keep apart."""
    return {"first": pair[0], "second": pair[1]}
