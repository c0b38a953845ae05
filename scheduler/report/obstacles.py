"""What prevents a conference on some days regardless of other bookings: the days, the family, places or people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.problem import Lock, Problem
from scheduler.domain.values import Interval

Start = dt.datetime
Place = tuple[Start, Room | None]


def obstacle(problem: Problem, conference: Conference, first: dt.date, last: dt.date) -> str | None:
    """Return what prevents the conference on every day from first to last regardless of other bookings, or None.

    The text continues a sentence, such as "the family or its social worker can't come at any start".
    """
    open_days = [day for day in days_between(first, last) if problem.calendar.is_open(day) and day in problem.horizon]
    if not open_days:
        return "each day is a weekend, a bank holiday or a closure"
    starts = [dt.datetime.combine(day, time) for day in open_days for time in _times(problem)]
    suiting = [start for start in starts if not _touches(conference.unavailable, _people_time(problem, conference, start))]
    if starts and not suiting:
        return "the family or its social worker can't come at any start"
    placed = [(start, place) for start in suiting for place in _open_places(problem, conference, start)]
    if not placed:
        return _no_place(problem, conference, open_days)
    chaired = [(start, place) for start, place in placed if _has_chair(problem, conference, start, place)]
    if not chaired:
        return _no_chair(problem, conference, placed)
    if problem.models_minute_takers and not any(_has_minute_taker(problem, conference, start, place) for start, place in chaired):
        who = "no minute taker is" if problem.minute_takers else "there is no minute taker who is"
        return f"{who} at work and free for any start, place and {problem.service.chair_title} that suit it"
    return None


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return every day from first to last, or none if last is earlier."""
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def locks_of(problem: Problem, conference: Conference) -> tuple[Lock, ...]:
    """Return the locks that the conference's published booking keeps, if there is one."""
    published = problem.published_by_id.get(conference.id)
    return published.locks if published is not None and "R8" not in problem.policy.off else ()


def _times(problem: Problem) -> list[dt.time]:
    return sorted({start for room in problem.rooms for start in room.starts} | set(problem.all_virtual_starts))


def _people_time(problem: Problem, conference: Conference, start: Start) -> Interval:
    end = start + dt.timedelta(minutes=conference.minutes)
    return Interval.model_construct(start=start - dt.timedelta(minutes=problem.policy.pre_meet), end=end)


def _touches(blocked: Iterable[Interval], time: Interval) -> bool:
    return any(time.overlaps(other) for other in blocked)


def _places(problem: Problem, conference: Conference) -> list[Room | None]:
    """Return the rooms that its mode and locks allow, and None if it may be virtual."""
    if "room" in locks_of(problem, conference):
        locked = problem.published_by_id[conference.id].room
        return [None if locked is None else problem.room_by_id[locked]]
    rooms: list[Room | None] = [] if conference.mode is Mode.VIRTUAL else list(problem.rooms)
    return [*rooms, None] if problem.policy.may_be_virtual(conference.mode) else rooms


def _open_places(problem: Problem, conference: Conference, start: Start) -> list[Room | None]:
    day, time = start.date(), start.time()
    return [
        room
        for room in _places(problem, conference)
        if (
            time in problem.all_virtual_starts
            if room is None
            else time in room.starts and room.is_open(day) and _is_equipped(room, conference, day)
        )
    ]


def _is_equipped(room: Room, conference: Conference, day: dt.date) -> bool:
    return (conference.mode is not Mode.HYBRID or room.is_hybrid(day)) and (room.accessible or not conference.accessible)


def _no_place(problem: Problem, conference: Conference, open_days: Sequence[dt.date]) -> str:
    """Return why no place can be used at any start that suits the family."""
    places = _places(problem, conference)
    rooms = [room for room in places if room is not None]
    if None in places and not problem.all_virtual_starts and not rooms:
        return "there is no start for virtual conferences"
    if not places:
        return "there is no room"
    if None not in places and "room" not in locks_of(problem, conference):
        if conference.accessible and not any(room.accessible for room in rooms):
            return "no room is accessible"
        if not any(_is_equipped(room, conference, day) for room in rooms for day in open_days):
            return f"no {'accessible ' * conference.accessible}room has hybrid equipment"
    return "no suitable place is open at any start that suits the family"


def _chairs(problem: Problem, conference: Conference) -> list[Chair]:
    """Return the chairs that the family and its locks allow."""
    if "chair" in locks_of(problem, conference):
        locked = problem.chair_by_id[problem.published_by_id[conference.id].chair]
        return [] if locked.id in conference.not_chairs else [locked]
    return [chair for chair in problem.chairs if chair.id not in conference.not_chairs]


def _no_chair(problem: Problem, conference: Conference, placed: Sequence[Place]) -> str:
    """Return why nobody can chair the conference at any start and place that suit it."""
    title, may_chair = problem.service.chair_title, _chairs(problem, conference)
    if not problem.chairs:
        return f"there is no {title}"
    if not may_chair:
        return f"the family is kept from every {title} who could chair it"
    if any(_is_free(problem, chair, conference, start) for chair in may_chair for start, _ in placed):
        return f"every {title} who is at work and free then has a limit of 0 conferences or office days"
    return f"no {title} who may chair it is at work and free for any start and place that suit it"


def _has_chair(problem: Problem, conference: Conference, start: Start, place: Room | None) -> bool:
    return any(
        _is_free(problem, chair, conference, start)
        and chair.max_per_day != 0
        and chair.has_room_in_week(start.date(), in_room=place is not None)
        for chair in _chairs(problem, conference)
    )


def _is_free(problem: Problem, chair: Chair, conference: Conference, start: Start) -> bool:
    return chair.works_on(start.date()) and not chair.is_busy(_people_time(problem, conference, start))


def _has_minute_taker(problem: Problem, conference: Conference, start: Start, place: Room | None) -> bool:
    time = _people_time(problem, conference, start)
    return any(
        taker.works_on(start.date())
        and not taker.is_busy(time)
        and taker.max_per_day != 0
        and (place is None or place.site in taker.sites)
        for taker in problem.minute_takers or ()
    )
