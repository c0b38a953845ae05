"""The tables of the diary: rooms or people across, days and starts down."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages.diary.address import Shown, Span
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
FREE, CLOSED = "free", "closed"
"""The looks of cells without a booking."""


NOTHING = {
    Span.DAY: "Nothing is booked on this day.",
    Span.WEEK: "Nothing is booked in this week.",
    Span.MONTH: "Nothing is booked in this month.",
}


@dataclass(frozen=True)
class DiaryEntry:
    """A booking in a cell: its link, if it is a conference, its lines, and a state that has a look of its own."""

    reference: str
    title: str
    lines: Sequence[str]
    late: str
    is_held: bool


@dataclass(frozen=True)
class DiaryCell:
    """A cell: its bookings, or the words if there are none, with a class for their look."""

    entries: Sequence[DiaryEntry]
    words: str = ""
    look: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its day if that is new, its start or person, its cells, and its ``anchor``: a link leads to this moment."""

    day: str
    span: int
    head: str
    cells: Sequence[DiaryCell]
    look: str
    anchor: str = ""


@dataclass(frozen=True)
class DiaryTable:
    """A table of the diary: the first headings, those of its columns, and its rows."""

    first: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class DiaryData:
    """What the tables are made from: bookings as the API shows them, rooms, people, calendar and names.

    ``only`` chooses a ``chair`` and a ``minute_taker``.
    """

    items: Sequence[Item]
    rooms: Sequence[Room]
    calendar: Calendar
    names: PlaceNames
    virtual_starts: Sequence[dt.time]
    today: dt.date
    only: Mapping[str, str] = field(default_factory=dict)

    def is_wanted(self, item: Item) -> bool:
        """True if a booking is of the chosen people. Others are shown without their details."""
        return all(item[name] == whom for name, whom in self.only.items())


def by_room(shown: Shown, data: DiaryData) -> DiaryTable:
    """Return the table with a column for each room and one for virtual conferences, and a row for each start."""
    days = _days(shown)
    placed: dict[tuple[dt.date, str | None], list[Item]] = defaultdict(list)
    for item in data.items:
        placed[start_of(item).date(), item["room"]].append(item)
    rows: list[Row] = []
    for day in days:
        starts = sorted(starts_of(day, data, data.items))
        for n, start in enumerate(starts):
            cells = [room_cell(room, day, start, placed[day, room.id], data) for room in data.rooms]
            virtual = [item for item in placed[day, None] if start_of(item).time() == start]
            cells.append(DiaryCell([_entry(item, data, with_room=False) for item in virtual]))
            head, moment = day_short(day, data.today) if n == 0 else "", anchor_of(dt.datetime.combine(day, start))
            rows.append(Row(head, len(starts), f"{start:%H:%M}", cells, _look(day), moment))
    columns = [data.names.room(room.id) for room in data.rooms]
    first = ["Day", "Start"] if shown.span is Span.WEEK else ["Start"]
    return DiaryTable(first, [*columns, VIRTUAL], rows)


def by_person(shown: Shown, data: DiaryData, people: Sequence[Person], whose: str, title: str) -> DiaryTable:
    """Return the table with a row for each person and a column for each day; ``whose`` names the person of a booking."""
    days = _days(shown)
    placed: dict[tuple[str, dt.date], list[Item]] = defaultdict(list)
    for item in data.items:
        if item[whose] is not None:
            placed[item[whose], start_of(item).date()].append(item)
    rows = [
        Row("", 1, person.name or person.id, [_person_cell(person, day, placed[person.id, day], data) for day in days], "")
        for person in people
    ]
    return DiaryTable([title], [day_short(day, data.today) for day in days], rows)


def state_of_day(shown: Shown, data: DiaryData) -> str:
    """Return in a sentence how many conferences are booked, and how many of them are late."""
    wanted = [item for item in data.items if data.is_wanted(item)]
    booked = [item for item in wanted if not item["held"]]
    if not booked:
        return NOTHING[shown.span]
    late = sum(1 for item in booked if item["late"])
    kept = len(wanted) - len(booked)
    parts = [f"{count_of(len(booked), 'conference')} booked"]
    parts += [f"{count_of(kept, 'slot')} kept free"] if kept else []
    parts += [f"{late} late"] if late else []
    return ", ".join(parts) + "."


def _days(shown: Shown) -> list[dt.date]:
    count = (shown.days.last - shown.days.first).days + 1
    return [shown.days.first + n * ONE_DAY for n in range(count)]


def starts_of(day: dt.date, data: DiaryData, items: Iterable[Item]) -> set[dt.time]:
    """Return the starts that a day offers, with those of its bookings among the given ones."""
    offered = {start for room in data.rooms for start in room.starts} | set(data.virtual_starts)
    return offered | {start.time() for item in items if (start := start_of(item)).date() == day}


def room_cell(room: Room, day: dt.date, start: dt.time, items: Sequence[Item], data: DiaryData) -> DiaryCell:
    """Return the cell of a room at a start; ``items`` are its bookings of the day."""
    here = [item for item in items if start_of(item).time() == start]
    if here:
        return DiaryCell([_entry(item, data, with_room=False) for item in here])
    if not data.calendar.is_open(day):
        return DiaryCell([], "Closed", CLOSED)
    if not room.is_open(day):
        return DiaryCell([], "Not open", CLOSED)
    at = dt.datetime.combine(day, start)
    until = [end for item in items if _moment(item, "arrival") <= at < (end := _moment(item, "end"))]
    if until:
        return DiaryCell([], f"Taken until {max(until):%H:%M}", CLOSED)
    return DiaryCell([], "Free", FREE) if start in room.starts else DiaryCell([], "–", CLOSED)


def _person_cell(person: Person, day: dt.date, items: Sequence[Item], data: DiaryData) -> DiaryCell:
    if items:
        return DiaryCell([_entry(item, data, with_room=True) for item in items])
    if any(day in absence for absence in person.absences):
        return DiaryCell([], "Away", CLOSED)
    if WEEKDAYS[day.weekday()] not in person.works:
        return DiaryCell([], "Does not work", CLOSED)
    return DiaryCell([], "Free", FREE)


def _entry(item: Item, data: DiaryData, *, with_room: bool) -> DiaryEntry:
    names = data.names
    start, end, arrival = (_moment(item, name) for name in ("start", "end", "arrival"))
    until = f"{f'{start:%H:%M} ' if with_room else ''}to {end:%H:%M}"
    arrives = "" if item["room"] is None or item["held"] else f", arrive {arrival:%H:%M}"
    people = [names.chair(item["chair"]), names.minute_taker(item["minute_taker"])]
    lines = [f"{until}{arrives}", names.room(item["room"]) if with_room else ", ".join(filter(None, people))]
    late = f"Late by {count_of(item['late'], 'working day')}" if item["late"] else ""
    if not data.is_wanted(item):
        return DiaryEntry("", "Taken", [until], "", is_held=False)
    if item["held"]:
        return DiaryEntry("", "Kept free", lines, late, is_held=True)
    return DiaryEntry(item["conference"], KINDS[ConferenceKind(item["kind"])], lines, late, is_held=False)


def anchor_of(moment: dt.datetime) -> str:
    """Return the name by which an address leads to a moment of a day or a week."""
    return f"at-{moment:%Y-%m-%d-%H%M}"


def _look(day: dt.date) -> str:
    return "friday" if day.weekday() == 4 else ""


def start_of(item: Item) -> dt.datetime:
    """Return when a booking starts."""
    return _moment(item, "start")


def _moment(item: Item, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(item[name])
