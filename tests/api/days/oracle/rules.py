"""The hard rules R1 to R7 of the contract (section 4), rule by rule, without any of the service's code."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from tests.api.days.oracle.diary import Diary, Fields, Row
from tests.api.days.oracle.working_days import date, monday

Breach = tuple[str, str, frozenset[str]]
"""A rule, what breaks it, and the conferences and held slots that take part."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def breaches(diary: Diary, rows: Sequence[Row]) -> set[Breach]:
    """Return what these bookings break if nothing else is booked."""
    found: set[Breach] = set()
    for row in rows:
        found |= {(rule, text, frozenset({row.conference})) for rule, text in _alone(diary, row)}
    for one, other in combinations(sorted(rows, key=lambda row: (row.start, row.conference)), 2):
        both = frozenset({one.conference, other.conference})
        found |= {(rule, f"{text}: {both}", both) for rule, text in _together(diary, one, other)}
    return found | set(_limits(diary, rows))


def conflicts(diary: Diary) -> set[tuple[int | None, str, str]]:
    """Return each booking from today on that breaks a rule with the current data: its number, conference and rule."""
    rows = diary.active(monday(diary.today))
    by_name = {row.conference: row for row in rows}
    found = set()
    for rule, _, among in breaches(diary, rows):
        for name in among:
            row, case = by_name[name], diary.cases.get(name)
            if row.day >= diary.today and (case is None or case.state in ("requested", "booked")):
                found.add((row.number, name, rule))
    return found


def _alone(diary: Diary, row: Row) -> Iterator[tuple[str, str]]:
    """Yield what a booking breaks by itself."""
    case, day = diary.cases.get(row.conference), row.day
    value: Fields = (
        case.value if case is not None else {"mode": "hybrid", "accessible": False, "not_chairs": [], "unavailable": []}
    )
    room = diary.registers["rooms"].get(row.room or "")
    if not diary.calendar.is_open(day):
        yield "R1", "closed"
    elif case is not None and case.earliest is not None and day < case.earliest:
        yield "R1", "before the earliest date"
    if f"{row.start:%H:%M}" not in (_virtual_starts(diary) if room is None else room["starts"]):
        yield "R1", "no such start"
    if any(_overlap(row.arrival, row.end, *_moments(time)) for time in value["unavailable"]):
        yield "R1", "the family can't come"
    yield from (("R2", text) for text in _of_room(diary, row, room, value))
    chair = diary.registers["chairs"][row.chair]
    if row.chair in value["not_chairs"]:
        yield "R3", "kept from the chair"
    yield from (("R3", text) for text in _of_person(row, chair, diary.calendars.get(row.chair, ())))
    takers = diary.registers["minute_takers"]
    if takers and "R5" not in diary.policy["off"]:
        if row.minute_taker is None:
            yield "R5", "no minute taker"
        else:
            taker = takers[row.minute_taker]
            yield from (("R5", text) for text in _of_person(row, taker, ()))
            if room is not None and room["site"] not in taker["sites"]:
                yield "R5", "another site"


def _of_room(diary: Diary, row: Row, room: Fields | None, value: Fields) -> Iterator[str]:
    fallback = diary.policy["virtual_fallback"]
    if room is None:
        if value["mode"] == "in_person" and fallback in ("hybrid", False):
            yield "in person, and no room"
        elif value["mode"] == "hybrid" and not fallback:
            yield "hybrid, and no room"
        return
    if not _in_use(room, row.day) or any(_within(row.day, period) for period in room["closed"]):
        yield "closed"
    if value["mode"] == "virtual":
        yield "virtual, in a room"
    if value["mode"] == "hybrid" and (room["hybrid_from"] is None or date(room["hybrid_from"]) > row.day):
        yield "no equipment"
    if value["accessible"] and not room["accessible"]:
        yield "not accessible"


def _of_person(row: Row, person: Fields, calendar: Iterable[tuple[dt.datetime, dt.datetime]]) -> Iterator[str]:
    away = any(_within(row.day, period) for period in person["absences"])
    if away or WEEKDAYS[row.day.weekday()] not in person["works"] or not _in_use(person, row.day):
        yield "not there"
    if any(_overlap(row.arrival, row.end, *_moments(time)) for time in person["busy"]):
        yield "busy"
    if any(_overlap(row.arrival, row.end, start, end) for start, end in calendar):
        yield "busy by the calendar"


def _together(diary: Diary, one: Row, other: Row) -> Iterator[tuple[str, str]]:
    """Yield what two bookings break together; ``other`` is not the earlier one."""
    at_once = _overlap(one.arrival, one.end, other.arrival, other.end)
    off, sites = diary.policy["off"], (diary.site(one.room), diary.site(other.room))
    if one.room is not None and one.room == other.room and _overlap(one.arrival, one.cleared, other.arrival, other.cleared):
        yield "R2", "one room"
    if at_once and one.chair == other.chair:
        yield "R3", "one chair"
    travels = one.chair == other.chair and None not in sites and sites[0] != sites[1] and one.day == other.day
    if travels and "R4" not in off and other.arrival - one.end < dt.timedelta(minutes=_travel(diary, sites[0], sites[1])):
        yield "R4", "no time to travel"
    if at_once and one.minute_taker is not None and one.minute_taker == other.minute_taker and "R5" not in off:
        yield "R5", "one minute taker"
    workers = [_worker(diary, row) for row in (one, other)]
    if at_once and workers[0] is not None and workers[0] == workers[1] and "R6" not in off:
        yield "R6", "one social worker"
    meet = sites[0] is not None and sites[0] == sites[1] and one.day == other.day
    if meet and "R7" not in off and frozenset(_family(diary, row) for row in (one, other)) in _kept_apart(diary):
        yield "R7", "kept apart"


def _limits(diary: Diary, rows: Sequence[Row]) -> Iterator[Breach]:
    """Yield each day and week in which somebody has more bookings than their limit."""
    for kind, rule in (("chair", "R3"), ("minute_taker", "R5")):
        for person in diary.registers[f"{kind}s"].values():
            own = [row for row in rows if getattr(row, kind) == person["id"]]
            yield from _above(rule, "bookings a day", person["max_per_day"], _grouped(own, lambda row: row.day))
            if kind == "chair":
                weeks = _grouped(own, lambda row: monday(row.day))
                yield from _above(rule, "bookings a week", person["max_per_week"], weeks)
                offices = _grouped([row for row in own if row.room is not None], lambda row: monday(row.day))
                yield from _above(
                    rule, "office days", person["max_office_days"], offices, lambda some: len({r.day for r in some})
                )


def _above(
    rule: str, what: str, most: int | None, groups: dict[Any, list[Row]], count: Callable[[list[Row]], int] = len
) -> Iterator[Breach]:
    for when, some in groups.items():
        if most is not None and count(some) > most:
            yield rule, f"{count(some)} {what}: {when}", frozenset(row.conference for row in some)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _virtual_starts(diary: Diary) -> set[str]:
    listed = diary.documents["virtual_starts"]
    return {start for room in diary.registers["rooms"].values() for start in room["starts"]} if listed is None else set(listed)


def _travel(diary: Diary, from_: str | None, to: str | None) -> int:
    """Return the minutes from site to site; a journey counts both ways unless both are listed."""
    listed = {(one["from"], one["to"]): one["minutes"] for one in diary.documents["travel"]}
    return int(listed.get((from_, to), listed.get((to, from_), 0)))


def _worker(diary: Diary, row: Row) -> str | None:
    """Return a conference's social worker; a placeholder is nobody."""
    case = diary.cases.get(row.conference)
    worker = None if case is None else case.value["social_worker"]
    nobody = {entry.casefold() for entry in diary.policy["placeholders"]}
    return None if worker is None or worker.strip().casefold() in nobody else str(worker)


def _family(diary: Diary, row: Row) -> str | None:
    """Return what names a booking's family: its family's reference, or the first conference of its chain."""
    return None if row.conference not in diary.cases else family_of(diary, row.conference)


def family_of(diary: Diary, side: str) -> str:
    """Return what names the family of a conference, or of a family's own reference."""
    if side not in diary.cases:
        return side
    chain = diary.chain(side)
    return next((case.value["family"] for case in chain if case.value["family"] is not None), chain[0].id)


def _kept_apart(diary: Diary) -> set[frozenset[str | None]]:
    return {frozenset(family_of(diary, side) for side in pair) for pair in diary.documents["apart"]}


def _in_use(item: Fields, day: dt.date) -> bool:
    first, last = item.get("first"), item.get("last")
    return (first is None or date(first) <= day) and (last is None or day <= date(last))


def _within(day: dt.date, period: Fields) -> bool:
    return date(period["first"]) <= day <= date(period["last"])


def _moments(time: Fields) -> tuple[dt.datetime, dt.datetime]:
    return dt.datetime.fromisoformat(time["start"]), dt.datetime.fromisoformat(time["end"])


def _overlap(start: dt.datetime, end: dt.datetime, other_start: dt.datetime, other_end: dt.datetime) -> bool:
    return start < other_end and other_start < end
