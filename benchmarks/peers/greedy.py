"""Greedy construction in the way of a diary clerk: each conference in turn gets the earliest place that is good enough.

Conferences are booked in order of their due dates, and no booking is moved for another. At first only the family's own chair
at its own office is good enough; if that is not free in time, the clerk accepts less.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.peers.diary import Diary, Way
from benchmarks.peers.protocol import Improvement, Run
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.problem import HeldSlot, Problem, PublishedBooking
from scheduler.domain.schedule import Schedule
from scheduler.measure import measure

Offer = tuple[Sequence[Chair], Sequence[Room | None]]
"""Chairs and places that are equally good; the clerk takes the earliest free combination."""


def greedy(problem: Problem, seconds: float) -> Run:
    """Book the conferences, then the holds, trying each once; omit those that fit nowhere or are not reached in time."""
    started = time.monotonic()
    diary = Diary(problem)
    conferences = sorted(problem.conferences, key=lambda conference: _order(problem, conference))
    requests: list[Conference | HeldSlot] = [*conferences, *problem.held_slots]
    for request in requests:
        if time.monotonic() - started > seconds:
            break
        ways = ways_of(diary, request) if isinstance(request, Conference) else _ways_to_hold(diary, request)
        any(diary.take(way) for way in ways)
    taken = time.monotonic() - started
    schedule = Schedule(bookings=tuple(diary.bookings))
    return Run(schedule, (Improvement(taken, tuple(measure(problem, schedule).tiers.values())),))


def _order(problem: Problem, conference: Conference) -> tuple[bool, bool, dt.date, dt.date]:
    """Sort locked conferences first, then published ones, then by due date and date of request."""
    published = problem.published_by_id.get(conference.id)
    is_locked = published is not None and bool(published.locks)
    return not is_locked, published is None, problem.due[conference.id], conference.requested or dt.date.min


def ways_of(diary: Diary, conference: Conference) -> Iterator[Way]:
    """Yield every way to book a conference in the clerk's order: as published, then in time, then as little late as possible."""
    problem = diary.problem
    published = problem.published_by_id.get(conference.id)
    if published is not None:
        room = problem.room_by_id[published.room] if published.room is not None else None
        yield Way(conference, published.start, room, problem.chair_by_id[published.chair])
    earliest, due = problem.earliest[conference.id], problem.due[conference.id]
    offers = _offers(diary, conference)
    in_time = [day for day in diary.open_days if earliest <= day <= due]
    too_late = [day for day in diary.open_days if day >= earliest and day > due]
    best_first = [(offer, in_time) for offer in offers] + [(offer, [day]) for day in too_late for offer in offers]
    for offer, days in best_first:
        yield from (way for way in _earliest_first(problem, conference, offer, days) if _keeps_locks(way, published))


def _ways_to_hold(diary: Diary, slot: HeldSlot) -> Iterator[Way]:
    problem = diary.problem
    offer = _most_room_first(diary, problem.chairs), [room for room in problem.rooms if room.site == slot.site]
    return _earliest_first(problem, slot, offer, [day for day in diary.open_days if day >= slot.monday])


def _offers(diary: Diary, conference: Conference) -> list[Offer]:
    """Return offers in descending order: own chair, another, a reserve; for each, own office, another office, virtual."""
    problem = diary.problem
    own = [chair for chair in problem.chairs if chair.id == conference.chair]
    others = _most_room_first(diary, (chair for chair in problem.chairs if chair.id != conference.chair))
    chairs = [own, [chair for chair in others if not chair.reserve], [chair for chair in others if chair.reserve]]
    at_home = [room for room in problem.rooms if room.site == conference.site]
    elsewhere = [room for room in problem.rooms if room.site != conference.site]
    places: list[Sequence[Room | None]] = [[None]] if conference.mode is Mode.VIRTUAL else [at_home, elsewhere, [None]]
    return [(group, where) for group in chairs for where in places]


def _most_room_first(diary: Diary, chairs: Iterable[Chair]) -> list[Chair]:
    """Sort the chairs by the number of children that they are below their cap, largest first."""
    return sorted(chairs, key=diary.room_for_children, reverse=True)


def _earliest_first(problem: Problem, request: Conference | HeldSlot, offer: Offer, days: Iterable[dt.date]) -> Iterator[Way]:
    chairs, places = offer
    starts = sorted({start for place in places for start in (place.starts if place else problem.all_virtual_starts)})
    for day in days:
        for start in starts:
            for place in places:
                for chair in chairs:
                    yield Way(request, dt.datetime.combine(day, start), place, chair)


def _keeps_locks(way: Way, published: PublishedBooking | None) -> bool:
    """True if the way keeps the locks (R8). Locked conferences are booked first, so that nothing else takes their place."""
    if published is None:
        return True
    matches = {
        "time": way.start == published.start,
        "chair": way.chair.id == published.chair,
        "room": (way.room.id if way.room else None) == published.room,
    }
    return all(matches[lock] for lock in published.locks)
