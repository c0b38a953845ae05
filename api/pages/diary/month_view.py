"""The tables of a month: how full each day is, and what each person has in each week."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.diary.address import Shown, day_of, week_of
from api.pages.diary.view import FREE, DiaryData, Item, Person, room_cell, start_of, starts_of
from api.pages.words import day_short
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import WEEKDAYS, monday_of
from scheduler.wording import count_of

WORKING_DAYS = 5
BAR = 100
"""The width of a day's bar, in the units of its picture."""


@dataclass(frozen=True)
class MonthCell:
    """A cell of a month: the link that it leads to, its lines, and its bar: ``booked`` and ``kept`` of ``BAR``."""

    title: str
    address: str
    lines: Sequence[str]
    late: str = ""
    booked: int = 0
    kept: int = 0
    has_bar: bool = False
    is_today: bool = False


@dataclass(frozen=True)
class MonthTable:
    """A table of a month: its headings, and each row's heading and cells. None is a day of another month."""

    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[MonthCell | None]]]


def month_by_room(shown: Shown, data: DiaryData) -> MonthTable:
    """Return the table with a row for each week and a column for each weekday."""
    placed: dict[dt.date, list[Item]] = defaultdict(list)
    for item in data.items:
        placed[start_of(item).date()].append(item)
    rows = []
    for monday in _mondays(shown):
        days = [monday + n * ONE_DAY for n in range(WORKING_DAYS)]
        cells = [_day_cell(day, placed[day], data) if day in shown.days else None for day in days]
        rows.append((f"From {day_short(monday, data.today)}", cells))
    return MonthTable(["Week", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], rows)


def month_by_person(shown: Shown, data: DiaryData, people: Sequence[Person], whose: str, title: str) -> MonthTable:
    """Return the table with a row for each person and a column for each week; ``whose`` names the person of a booking."""
    mondays = _mondays(shown)
    placed: dict[tuple[str, dt.date], list[Item]] = defaultdict(list)
    for item in data.items:
        if item[whose] is not None:
            placed[item[whose], monday_of(start_of(item).date())].append(item)
    rows = [
        (person.name or person.id, [_person_cell(person, monday, placed[person.id, monday], shown, data) for monday in mondays])
        for person in people
    ]
    return MonthTable([title, *(f"From {day_short(monday, data.today)}" for monday in mondays)], rows)


def _mondays(shown: Shown) -> list[dt.date]:
    """Return the Mondays of the month's weeks that have a working day in it."""
    mondays, monday = [], monday_of(shown.days.first)
    while monday <= shown.days.last:
        if monday + (WORKING_DAYS - 1) * ONE_DAY >= shown.days.first:
            mondays.append(monday)
        monday += 7 * ONE_DAY
    return mondays


def _day_cell(day: dt.date, items: Sequence[Item], data: DiaryData) -> MonthCell:
    """Return how full a day is. Its places are those taken, kept free or free, in the rooms that are shown."""
    in_rooms = [item for item in items if item["room"] is not None]
    booked, kept = (sum(1 for item in in_rooms if item["held"] is held) for held in (False, True))
    virtual, late = len(items) - len(in_rooms), sum(1 for item in items if item["late"])
    by_room: dict[str, list[Item]] = defaultdict(list)
    for item in in_rooms:
        by_room[item["room"]].append(item)
    looks = Counter(
        room_cell(room, day, start, by_room[room.id], data).look for room in data.rooms for start in starts_of(day, data, items)
    )
    free = looks[FREE]
    places = booked + kept + free
    if not places:
        lines = ["Closed" if not data.calendar.is_open(day) else "No room is open"]
    else:
        lines = [f"{booked} of {places} booked", f"{free} free"] + ([f"{kept} kept free"] if kept else [])
    return MonthCell(
        day_short(day, data.today),
        day_of(day).address,
        lines + ([f"{virtual} virtual"] if virtual else []),
        f"{late} late" if late else "",
        round(booked / places * BAR) if places else 0,
        round(kept / places * BAR) if places else 0,
        places > 0,
        day == data.today,
    )


def _person_cell(person: Person, monday: dt.date, items: Sequence[Item], shown: Shown, data: DiaryData) -> MonthCell:
    """Return what a person has in a week, as far as it is in the month."""
    days = [day for n in range(WORKING_DAYS) if (day := monday + n * ONE_DAY) in shown.days]
    away = sum(1 for day in days if any(day in absence for absence in person.absences))
    working = [day for day in days if WEEKDAYS[day.weekday()] in person.works and data.calendar.is_open(day)]
    office = len({start_of(item).date() for item in items if item["room"] is not None})
    late = sum(1 for item in items if item["late"])
    lines = [f"{len(items)} booked"] if items else ["Nothing booked"]
    lines += [f"{count_of(office, 'office day')}"] if office else []
    lines += [f"Away {count_of(away, 'day')}"] if away else []
    if not working and not items:
        lines = ["Does not work"] if not away else lines[1:]
    return MonthCell("Open the week", week_of(monday).address, lines, f"{late} late" if late else "")
