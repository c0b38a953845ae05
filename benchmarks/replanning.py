"""A month that is mostly published when a chair falls ill."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import days, is_friday, monday_of
from scheduler.rules import HARD_RULES

SHARE_PUBLISHED = 0.6
ONE_LOCKED_IN = 8
LOCKS = (("time",), ("chair",), ("room",), ("time", "room"))
DAYS_ILL = 11


def replanning_problem(problem: Problem, seed: int) -> Problem:
    """Return the problem with 60% of the conferences published, some of them locked, and their busiest chair newly absent.

    The published conferences are reviews, which are booked long before. The chair is absent in the second and third week.
    """
    draw = random.Random(seed)
    reviews = [conference for conference in problem.conferences if conference.kind.is_review]
    published = _booked_by_hand(problem, draw.sample(reviews, round(SHARE_PUBLISHED * len(problem.conferences))), draw)
    ill = Counter(booking.chair for booking in published).most_common(1)[0][0]
    first = monday_of(problem.horizon.first) + dt.timedelta(weeks=1)
    absence = {"first": str(first), "last": str(first + dt.timedelta(days=DAYS_ILL))}
    data = problem.model_dump(mode="json", by_alias=True)
    for chair in data["chairs"]:
        if chair["id"] == ill:
            chair["absences"].append(absence)
    data["published"] = [_published(n, booking, ill) for n, booking in enumerate(published)]
    return read_problem(data)


def _booked_by_hand(problem: Problem, conferences: Sequence[Conference], draw: random.Random) -> list[Booking]:
    """Book as with a paper diary: by due date, each in the first place that breaks no rule."""
    weeks: dict[dt.date, list[Booking]] = {}
    for conference in sorted(conferences, key=lambda conference: (problem.due[conference.id], conference.id)):
        for booking in _places(problem, conference, draw):
            week = weeks.setdefault(monday_of(booking.day), [])
            # No rule reaches beyond a week.
            schedule = Schedule(bookings=(*week, booking))
            if not any(rule.check(problem, schedule) for rule in HARD_RULES):
                week.append(booking)
                break
    return sorted(
        (booking for week in weeks.values() for booking in week), key=lambda booking: (booking.start, booking.conference)
    )


def _places(problem: Problem, conference: Conference, draw: random.Random) -> Iterator[Booking]:
    """Yield bookings with the conference's own chair, preferring days other than Friday and its own site."""
    earliest, due = problem.earliest[conference.id], problem.due[conference.id]
    possible = [day for day in days(problem.horizon) if earliest <= day <= due and problem.calendar.is_open(day)]
    draw.shuffle(possible)
    possible.sort(key=is_friday)
    rooms = sorted(problem.rooms, key=lambda room: room.site != conference.site)
    offered = [(room.id, start) for room in rooms for start in room.starts]
    if conference.mode is Mode.VIRTUAL:
        offered = []
    takers: list[str | None] = [taker.id for taker in problem.minute_takers or ()] or [None]
    virtual = [(None, start) for start in problem.all_virtual_starts]
    for day in possible:
        for room, time in offered or virtual:
            start = dt.datetime.combine(day, time)
            for taker in takers:
                yield Booking(
                    conference=conference.id,
                    start=start,
                    end=start + dt.timedelta(minutes=conference.minutes),
                    room=room,
                    chair=conference.chair or problem.chairs[0].id,
                    minute_taker=taker,
                )


def _published(n: int, booking: Booking, ill: str) -> dict[str, Any]:
    """Return the booking as published, every eighth with locks; the absent chair is never locked."""
    turn, rest = divmod(n, ONE_LOCKED_IN)
    locks = LOCKS[turn % len(LOCKS)] if rest == 0 else ()
    content = booking.model_dump(mode="json", include={"conference", "start", "room", "chair", "minute_taker"})
    return content | {"locks": [lock for lock in locks if lock != "chair" or booking.chair != ill]}
