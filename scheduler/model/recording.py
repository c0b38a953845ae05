"""An exact assignment of minute takers to bookings, day by day (contract, R5), with the fewest changes (section 8).

The cost of an assignment is the number of published bookings whose published minute taker is given and differs. Bookings on
different days don't affect each other, so each day is solved by itself: by a search with matchings as bounds and, where many
bookings overlap, by an integer programme.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.model.recording_programme import first_assignment
from scheduler.model.recording_search import RecordingSearch, RecordingTask, TooManyStatesError
from scheduler.rules.minute_takers import left_on, past_recordings


def recorders(problem: Problem, bookings: Sequence[Booking]) -> list[str | None]:
    """Return a minute taker's id for each booking, or None if they are not modelled.

    Of all assignments it is one with the fewest changes to published minute takers. Of several, the first booking by time gets
    the first minute taker in the problem's order that it has in any of them, then the second booking, and so on.
    Raise AssertionError if no assignment exists, which R5's rows should exclude.
    """
    if not problem.models_minute_takers:
        return [None] * len(bookings)
    past = past_recordings(problem)
    assigned = recorders_of(problem, [recording_task(problem, booking, past) for booking in bookings])
    if assigned is None:
        days = sorted({str(booking.day) for booking in bookings})
        raise AssertionError(f"There are too few minute takers for the bookings of {', '.join(days)}.")
    return list(assigned)


def recorders_of(problem: Problem, tasks: Sequence[RecordingTask]) -> list[str] | None:
    """Return a minute taker's id for each task, as ``recorders`` does, or None if no assignment exists."""
    takers = problem.minute_takers or ()
    limits = {n: taker.max_per_day for n, taker in enumerate(takers)}
    past = past_recordings(problem)
    before = Counter((booking.day, n) for n, taker in enumerate(takers) for booking in past.get(taker.id, ()))
    assigned: dict[int, str] = {}
    for together in _apart_in_time(tasks):
        given = _assigned([tasks[n] for n in together], limits, before)
        if given is None:
            return None
        assigned |= {n: takers[taker].id for n, taker in zip(together, given, strict=True)}
    return [assigned[n] for n in range(len(tasks))]


def recording_task(problem: Problem, booking: Booking, past: Mapping[str, Sequence[Booking]]) -> RecordingTask:
    """Return a booking as a task, with the minute takers who can record it beside the ``past`` bookings of each."""
    time, site = booking.people_time(problem.policy.pre_meet), problem.site_of(booking.room)
    published = problem.published_by_id.get(booking.conference)
    choice = [
        n
        for n, taker in enumerate(problem.minute_takers or ())
        if left_on(taker, booking.day, past.get(taker.id, ())) != 0
        and (site is None or site in taker.sites)
        and taker.works_on(booking.day)
        and not taker.is_busy(time)
        and not any(problem.people_time(other).overlaps(time) for other in past.get(taker.id, ()))
    ]
    takers = problem.minute_takers or ()
    own = next((n for n in choice if published is not None and published.minute_taker == takers[n].id), None)
    return RecordingTask(booking.day, time, tuple(choice), own)


def _apart_in_time(tasks: Sequence[RecordingTask]) -> Iterator[list[int]]:
    """Yield groups of tasks that share neither a day nor a moment, usually the tasks of one day. Each is in order of time."""
    group: list[int] = []
    for n in sorted(range(len(tasks)), key=lambda n: tasks[n].time.start):
        touches = any(tasks[n].day == tasks[other].day or tasks[n].time.overlaps(tasks[other].time) for other in group)
        if group and not touches:
            yield group
            group = []
        group.append(n)
    if group:
        yield group


def _assigned(
    tasks: Sequence[RecordingTask], limits: Mapping[int, int | None], before: Counter[tuple[dt.date, int]]
) -> list[int] | None:
    """Return a minute taker for each task, or None if that is impossible.

    Tasks are in order of time; ``before`` counts past recordings.
    """
    search = RecordingSearch(tasks, limits, before)
    most = sum(task.own is not None for task in tasks)
    try:
        return next((given for changes in range(most + 1) if (given := search.first_assignment(changes)) is not None), None)
    except TooManyStatesError:
        return first_assignment(tasks, limits, before)
