"""Facts of rooms, and of conferences that are held virtually (contract, R1 and R2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from scheduler.domain.conference import Mode
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem, with_valid_fields
from scheduler.domain.values import Period
from scheduler.explanations.fact import MOST_REMEDIES, Fact, with_conference, with_room
from scheduler.explanations.target import Target
from scheduler.whatif.changes.rooms import RoomGainsHybrid, RoomGainsStart
from scheduler.whatif.changes.single_days import RoomOpenOn
from scheduler.wording import date_in_words, period_in_words

LONG_AGO = dt.date(1900, 1, 1)


def facts_of_rooms(problem: Problem, target: Target) -> Iterator[Fact]:
    """Yield the facts of the rooms that the question allows, and of virtual conferences if it allows these."""
    conference = target.of(problem)
    rooms = list(target.rooms(problem))
    if conference.mode is Mode.VIRTUAL and rooms:
        lift = partial(with_conference, conference=conference.id, mode=Mode.IN_PERSON)
        yield Fact("R2", conference.id, "It is virtual, and takes no room.", lift)
    for room in rooms:
        yield from _closures(problem, target, room)
        yield from _suitability(problem, target, room)
        if target.time is not None and target.time not in room.starts:
            lift = partial(_with_start, room=room.id, time=target.time)
            text = f"No conference in {room.label} starts at {target.time:%H:%M}."
            yield Fact("R1", room.id, text, lift, (RoomGainsStart(room=room.id, start=target.time),))
    if target.suits_rooms(problem, ()):
        if not problem.policy.may_be_virtual(conference.mode):
            text = f"It is {conference.mode.replace('_', ' ')}, and may not be held virtually."
            yield Fact("R2", conference.id, text, _with_virtual_fallback)
        if target.time is not None and target.time not in problem.all_virtual_starts:
            text = f"No virtual conference starts at {target.time:%H:%M}."
            yield Fact("R1", "virtual_starts", text, partial(_with_virtual_start, time=target.time))


def _closures(problem: Problem, target: Target, room: Room) -> Iterator[Fact]:
    """Yield each closure of the room, and that it is not in use, on the days of the question."""
    days = list(target.days(problem))
    for period in room.closed:
        on = [day for day in days if day in period]
        if on:
            open_days = [day for day in on if problem.calendar.is_open(day)][:MOST_REMEDIES]
            remedies = tuple(RoomOpenOn(room=room.id, day=day) for day in open_days)
            text = f"{room.label} is closed {_when(period, on)}."
            yield Fact("R2", room.id, text, partial(_without_closure, room=room.id, period=period), remedies)
    if room.first is not None and any(day < room.first for day in days):
        text = f"{room.label} is in use only from {date_in_words(room.first)}."
        yield Fact("R2", room.id, text, partial(with_room, room=room.id, first=None))
    if room.last is not None and any(day > room.last for day in days):
        text = f"{room.label} is in use only until {date_in_words(room.last)}."
        yield Fact("R2", room.id, text, partial(with_room, room=room.id, last=None))


def _when(period: Period, on: list[dt.date]) -> str:
    """Return the closure's days in words, or only the day that matters of a long one."""
    if len(on) == 1:
        return f"on {date_in_words(on[0])}"
    return f"from {period_in_words(period)}"


def _without_closure(problem: Problem, room: str, period: Period) -> Problem:
    closed = tuple(one for one in problem.room_by_id[room].closed if one != period)
    return with_room(problem, room, closed=closed)


def _suitability(problem: Problem, target: Target, room: Room) -> Iterator[Fact]:
    conference = target.of(problem)
    days = list(target.days(problem))
    if conference.mode is Mode.HYBRID and any(not room.is_hybrid(day) for day in days):
        when = "" if room.hybrid_from is None else f" before {date_in_words(room.hybrid_from)}"
        text = f"It is hybrid, and {room.label} has no equipment for that{when}."
        lift = partial(with_room, room=room.id, hybrid_from=LONG_AGO)
        yield Fact("R2", room.id, text, lift, (RoomGainsHybrid(room=room.id, first=days[0]),))
    if conference.accessible and not room.accessible:
        text = f"It needs an accessible room, which {room.label} is not."
        yield Fact("R2", room.id, text, partial(with_room, room=room.id, accessible=True))


def _with_start(problem: Problem, room: str, time: dt.time) -> Problem:
    starts = problem.room_by_id[room].starts
    return with_room(
        with_valid_fields(problem, virtual_starts=problem.all_virtual_starts), room, starts=tuple(sorted({*starts, time}))
    )


def _with_virtual_start(problem: Problem, time: dt.time) -> Problem:
    return with_valid_fields(problem, virtual_starts=tuple(sorted({*problem.all_virtual_starts, time})))


def _with_virtual_fallback(problem: Problem) -> Problem:
    return with_valid_fields(problem, policy=problem.policy.model_copy(update={"virtual_fallback": True}))
