"""The tables of the diary: rooms or people across, days and starts down."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.diary.address import Shown
from api.pages.names import PlaceNames
from api.pages.words import KINDS, VIRTUAL, day_short
from scheduler.domain.calendar import ONE_DAY, Calendar
from scheduler.domain.conference import ConferenceKind
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.values import WEEKDAYS
from scheduler.wording import count_of

Item = Mapping[str, Any]
Person = Chair | MinuteTaker


@dataclass(frozen=True)
class Entry:
    """A booking in a cell: its link, if it is a conference, its lines, and a state that has a look of its own."""

    reference: str
    title: str
    lines: Sequence[str]
    late: str
    is_held: bool


@dataclass(frozen=True)
class Cell:
    """A cell: its bookings, or the words if there are none, with a class for their look."""

    entries: Sequence[Entry]
    words: str = ""
    look: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its day if that is new, its start or person, and its cells."""

    day: str
    span: int
    head: str
    cells: Sequence[Cell]
    look: str


@dataclass(frozen=True)
class DiaryTable:
    """A table of the diary: the first headings, those of its columns, and its rows."""

    first: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class DiaryData:
    """What the tables are made from: bookings as the API shows them, rooms, people, calendar and names."""

    items: Sequence[Item]
    rooms: Sequence[Room]
    calendar: Calendar
    names: PlaceNames
    virtual_starts: Sequence[dt.time]
    today: dt.date


def by_room(shown: Shown, data: DiaryData) -> DiaryTable:
    """Return the table with a column for each room and one for virtual conferences, and a row for each start."""
    days = _days(shown)
    placed: dict[tuple[dt.date, str | None], list[Item]] = defaultdict(list)
    for item in data.items:
        placed[_start(item).date(), item["room"]].append(item)
    rows: list[Row] = []
    for day in days:
        starts = sorted(_starts(day, data, placed))
        for n, start in enumerate(starts):
            cells = [_room_cell(room, day, start, placed[day, room.id], data) for room in data.rooms]
            virtual = [item for item in placed[day, None] if _start(item).time() == start]
            cells.append(Cell([_entry(item, data.names, with_room=False) for item in virtual]))
            rows.append(Row(day_short(day, data.today) if n == 0 else "", len(starts), f"{start:%H:%M}", cells, _look(day)))
    columns = [data.names.room(room.id) for room in data.rooms]
    first = ["Day", "Start"] if shown.is_week else ["Start"]
    return DiaryTable(first, [*columns, VIRTUAL], rows)


def by_person(shown: Shown, data: DiaryData, people: Sequence[Person], field: str, title: str) -> DiaryTable:
    """Return the table with a row for each person and a column for each day; ``field`` names the person of a booking."""
    days = _days(shown)
    placed: dict[tuple[str, dt.date], list[Item]] = defaultdict(list)
    for item in data.items:
        if item[field] is not None:
            placed[item[field], _start(item).date()].append(item)
    rows = [
        Row("", 1, person.name or person.id, [_person_cell(person, day, placed[person.id, day], data) for day in days], "")
        for person in people
    ]
    return DiaryTable([title], [day_short(day, data.today) for day in days], rows)


def state_of_day(shown: Shown, data: DiaryData) -> str:
    """Return in a sentence how many conferences are booked, and how many of them are late."""
    booked = [item for item in data.items if not item["held"]]
    if not booked:
        return "Nothing is booked in this week." if shown.is_week else "Nothing is booked on this day."
    late = sum(1 for item in booked if item["late"])
    kept = sum(1 for item in data.items if item["held"])
    parts = [f"{count_of(len(booked), 'conference')} booked"]
    parts += [f"{count_of(kept, 'slot')} kept free"] if kept else []
    parts += [f"{late} late"] if late else []
    return ", ".join(parts) + "."


def _days(shown: Shown) -> list[dt.date]:
    count = (shown.days.last - shown.days.first).days + 1
    return [shown.days.first + n * ONE_DAY for n in range(count)]


def _starts(day: dt.date, data: DiaryData, placed: Mapping[tuple[dt.date, str | None], Sequence[Item]]) -> set[dt.time]:
    offered = {start for room in data.rooms for start in room.starts} | set(data.virtual_starts)
    booked = {_start(item).time() for (on, _), items in placed.items() if on == day for item in items}
    return offered | booked


def _room_cell(room: Room, day: dt.date, start: dt.time, items: Sequence[Item], data: DiaryData) -> Cell:
    here = [item for item in items if _start(item).time() == start]
    if here:
        return Cell([_entry(item, data.names, with_room=False) for item in here])
    if not data.calendar.is_open(day):
        return Cell([], "Closed", "closed")
    if not room.is_open(day):
        return Cell([], "Not open", "closed")
    at = dt.datetime.combine(day, start)
    until = [end for item in items if _moment(item, "arrival") <= at < (end := _moment(item, "end"))]
    if until:
        return Cell([], f"Taken until {max(until):%H:%M}", "closed")
    return Cell([], "Free", "free") if start in room.starts else Cell([], "–", "closed")


def _person_cell(person: Person, day: dt.date, items: Sequence[Item], data: DiaryData) -> Cell:
    if items:
        return Cell([_entry(item, data.names, with_room=True) for item in items])
    if any(day in absence for absence in person.absences):
        return Cell([], "Away", "closed")
    if WEEKDAYS[day.weekday()] not in person.works:
        return Cell([], "Does not work", "closed")
    return Cell([], "Free", "free")


def _entry(item: Item, names: PlaceNames, *, with_room: bool) -> Entry:
    start, end, arrival = (_moment(item, name) for name in ("start", "end", "arrival"))
    until = f"{f'{start:%H:%M} ' if with_room else ''}to {end:%H:%M}"
    arrives = "" if item["room"] is None or item["held"] else f", arrive {arrival:%H:%M}"
    people = [names.chair(item["chair"]), names.minute_taker(item["minute_taker"])]
    lines = [f"{until}{arrives}", names.room(item["room"]) if with_room else ", ".join(filter(None, people))]
    late = f"Late by {count_of(item['late'], 'working day')}" if item["late"] else ""
    if item["held"]:
        return Entry("", "Kept free", lines, late, is_held=True)
    return Entry(item["conference"], KINDS[ConferenceKind(item["kind"])], lines, late, is_held=False)


def _look(day: dt.date) -> str:
    return "friday" if day.weekday() == 4 else ""


def _start(item: Item) -> dt.datetime:
    return _moment(item, "start")


def _moment(item: Item, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(item[name])
