"""What a sheet and its columns are: the vocabulary that the table in ``sheets`` is written in."""

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
    """Stands in raw data for a cell whose fault is already known, so that it is not reported twice."""

    def __repr__(self) -> str:
        return "unreadable"


UNREADABLE = Unreadable()


@dataclass(frozen=True)
class Column:
    """A column: its heading, the kind of value, and the field that it fills.

    ``field`` is what the contract calls it, where that is not ``key``; several columns may fill one field.
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
        """The field of an item that the column fills."""
        return self.key if self.field is None else self.field


def as_they_are(fields: Fields) -> Any:
    """For most sheets a row's cells are an item's fields."""
    return fields


@dataclass(frozen=True)
class Sheet:
    """A sheet with a row for each item of the list at ``place`` in the problem.

    With ``owners``, a row belongs to an item of one of these lists (the one whose id its first column gives),
    and goes into that item's list ``place``. ``join`` makes an item of a row's values, ``split`` the reverse.
    """

    title: str
    place: Place
    help: str
    columns: tuple[Column, ...]
    required: bool = False
    at_least_one: bool = False
    owners: tuple[str, ...] = ()
    switch: str | None = None
    """The setting of the sheet Service that says whether the list is given at all."""
    join: Callable[[Fields], Any] = as_they_are
    split: Callable[[Any], Fields] = as_they_are


@dataclass(frozen=True)
class SettingRow:
    """A row of a sheet of settings: what it is called, and its place in the problem."""

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
        """Every sheet of settings has the same columns."""
        return SETTING_COLUMNS


SETTING_COLUMNS = (
    Column("label", "Setting", Text(), "What is set. Leave it as it is.", required=True, width=38),
    Column("value", "Value", Text(), "What it is set to. A blank cell means the usual value.", required=True, width=34),
    Column("help", "What it means", Note(), "A note for you; it is not read.", width=80),
)


def span_of(fields: Fields) -> Any:
    """Date and time cells as an interval; blank ones mean the whole day, up to its last minute."""
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
    """The reverse of ``span_of``: whole days have no times."""
    start, end = interval["start"], interval["end"]
    whole_day = end.time() == dt.time()
    return {
        "from_date": start.date(),
        "from_time": start.time() if start.time() != dt.time() else None,
        "to_date": end.date() - ONE_DAY if whole_day else end.date(),
        "to_time": None if whole_day else end.time(),
    }


def booking_of(fields: Fields) -> Any:
    """A published row with its date and time as one start."""
    rest = {key: value for key, value in fields.items() if key not in ("date", "time")}
    day, time = fields.get("date"), fields.get("time")
    if isinstance(day, dt.date) and isinstance(time, dt.time):
        return rest | {"start": dt.datetime.combine(day, time)}
    return rest | {"start": UNREADABLE}


def cells_of_booking(booking: Fields) -> Fields:
    """The reverse of ``booking_of``."""
    return booking | {"date": booking["start"].date(), "time": booking["start"].time()}


def day_of(fields: Fields) -> Any:
    """A sheet that lists days only."""
    return fields.get("day", UNREADABLE)


def cells_of_day(day: Cell) -> Fields:
    """The reverse of ``day_of``."""
    return {"day": day}


def pair_of(fields: Fields) -> Any:
    """Two conferences that are kept apart."""
    return [fields.get("first", UNREADABLE), fields.get("second", UNREADABLE)]


def cells_of_pair(pair: Any) -> Fields:
    """The reverse of ``pair_of``."""
    return {"first": pair[0], "second": pair[1]}
