"""The causes for which a conference is late or can never be held; they state only what is certain from the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Interval
from scheduler.rules.frozen import frozen_bookings
from scheduler.wording import count_of, date_in_words, short_date


def why_late(problem: Problem, schedule: Schedule, booking: Booking) -> str:
    """Return one or two sentences on why a booking is after its conference's due date.

    A cause is certain if the time is locked, if the earliest date is after the due date, or if no place, chair or minute
    taker is available on any day up to the due date, regardless of other bookings. Otherwise the conference competed with
    others, and the text claims only what is proven.
    """
    conference = problem.conference_by_id[booking.conference]
    if conference.id in problem.past:
        return "It is past, and stays as it was."
    if "time" in _locks(problem, conference):
        return "Its published time is locked."
    if conference.id in {published.conference for published in frozen_bookings(problem)}:
        return "Its published time is too near to move it."
    year = problem.horizon.first.year
    due, earliest = problem.due[conference.id], problem.earliest[conference.id]
    if earliest <= due:
        obstacle = _obstacle(problem, conference, earliest, due)
        if obstacle is None:
            return _competition(problem, schedule)
        span = (
            f"from {short_date(earliest, year)} to {short_date(due, year)}" if earliest < due else f"on {short_date(due, year)}"
        )
        return f"It could not be held in time: {span} {obstacle}."
    it = "Moved from its published start, it" if _is_moved(problem, booking) else "It"
    first = f"{it} could not be held before {date_in_words(earliest, year)}: {_what_sets_the_earliest_date(problem, conference)}."
    last_missed = booking.day - ONE_DAY
    if not any(problem.calendar.is_open(day) for day in _days_between(earliest, last_missed)):
        return first
    obstacle = _obstacle(problem, conference, earliest, last_missed)
    if obstacle is None:
        return f"{first} {_competition(problem, schedule)}"
    return f"{first} From then until {short_date(last_missed, year)} {obstacle}."


def why_never(problem: Problem, conference: Conference) -> str | None:
    """Return what prevents a conference on every day of the plan regardless of other bookings, or None."""
    return _obstacle(problem, conference, problem.earliest[conference.id], problem.horizon.last)


def why_after_the_plan(problem: Problem, conference: Conference) -> str | None:
    """Return why a conference can't be held before the plan ends, or None if its earliest date is in the plan."""
    earliest, last = problem.earliest[conference.id], problem.horizon.last
    if earliest <= last:
        return None
    it = "Moved from its published start, it" if conference.id in problem.published_by_id else "It"
    why = _what_sets_the_earliest_date(problem, conference)
    return f"{it} can't be held before {date_in_words(earliest)}, which is after this plan ends on {date_in_words(last)}: {why}."


def _is_moved(problem: Problem, booking: Booking) -> bool:
    published = problem.published_by_id.get(booking.conference)
    return problem.today is not None and published is not None and published.start != booking.start


def _competition(problem: Problem, schedule: Schedule) -> str:
    if {"unplaced", "late"} <= {tier.name for tier in schedule.tiers if tier.proven}:
        has_locks = "R8" not in problem.policy.off and any(published.locks for published in problem.published)
        lock = "break a lock, " * has_locks + "change a booking that is too near, " * bool(frozen_bookings(problem))
        return f"Holding it earlier would {lock}make others at least as much later, or leave one out (proven)."
    return "No earlier place was found for it within the time limit."


def _what_sets_the_earliest_date(problem: Problem, conference: Conference) -> str:
    """Return the reason for an earliest date that is after the due date, or after the plan."""
    earliest, calendar, policy = problem.earliest[conference.id], problem.calendar, problem.policy
    year = problem.horizon.first.year
    if earliest == problem.horizon.first:
        return "it was due before this plan begins"
    if conference.earliest == earliest:
        return "that is the earliest date given for it"
    notice = f"{count_of(policy.notice_days, 'working day')} of notice must be given"
    requested = None if conference.notice_waived else conference.requested
    if requested is not None and calendar.working_days_after(requested, policy.notice_days) == earliest:
        return f"it was requested on {date_in_words(requested, year)}, and {notice}"
    if problem.earliest_as_published[conference.id] != earliest:
        assert problem.today is not None
        made = f"the plan is made on {date_in_words(problem.today, year)}"
        return f"{made}, and 1 working day of notice must be given" if conference.notice_waived else f"{made}, and {notice}"
    due = date_in_words(problem.due[conference.id], year)
    return f"it is due on {due}, and a review is held at most {count_of(policy.review_early_days, 'working day')} before that"


def _obstacle(problem: Problem, conference: Conference, first: dt.date, last: dt.date) -> str | None:
    """Return what prevents the conference on every day from first to last regardless of other bookings, or None."""
    title = problem.service.chair_title
    open_days = [day for day in _days_between(first, last) if problem.calendar.is_open(day) and day in problem.horizon]
    if not open_days:
        return "nothing can be held on any day"
    starts = [dt.datetime.combine(day, time) for day in open_days for time in _times(problem)]
    suiting = [start for start in starts if not _touches(conference.unavailable, _people_time(problem, conference, start))]
    if not suiting:
        return "the family or its social worker can't come at any start"
    placed = [(start, place) for start in suiting for place in _open_places(problem, conference, start)]
    if not placed:
        return "no suitable place is open at any start that suits the family"
    chaired = [(start, place) for start, place in placed if _has_chair(problem, conference, start, place)]
    if not chaired:
        return f"no {title} who may chair it is at work and free for any start and place that suit it"
    if problem.models_minute_takers and not any(_has_minute_taker(problem, conference, start, place) for start, place in chaired):
        return f"no minute taker is at work and free for any start, place and {title} that suit it"
    return None


def _days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def _times(problem: Problem) -> list[dt.time]:
    return sorted({start for room in problem.rooms for start in room.starts} | set(problem.all_virtual_starts))


def _people_time(problem: Problem, conference: Conference, start: dt.datetime) -> Interval:
    end = start + dt.timedelta(minutes=conference.minutes)
    return Interval.model_construct(start=start - dt.timedelta(minutes=problem.policy.pre_meet), end=end)


def _touches(blocked: Iterable[Interval], time: Interval) -> bool:
    return any(time.overlaps(other) for other in blocked)


def _locks(problem: Problem, conference: Conference) -> tuple[str, ...]:
    published = problem.published_by_id.get(conference.id)
    return published.locks if published is not None and "R8" not in problem.policy.off else ()


def _places(problem: Problem, conference: Conference) -> list[Room | None]:
    """Return the rooms that its mode and locks allow, and None if it may be virtual."""
    if "room" in _locks(problem, conference):
        locked = problem.published_by_id[conference.id].room
        return [None if locked is None else problem.room_by_id[locked]]
    rooms: list[Room | None] = [] if conference.mode is Mode.VIRTUAL else list(problem.rooms)
    return [*rooms, None] if conference.mode is Mode.VIRTUAL or problem.policy.virtual_fallback else rooms


def _open_places(problem: Problem, conference: Conference, start: dt.datetime) -> list[Room | None]:
    day, time = start.date(), start.time()
    return [
        room
        for room in _places(problem, conference)
        if (
            time in problem.all_virtual_starts
            if room is None
            else time in room.starts
            and room.is_open(day)
            and (conference.mode is not Mode.HYBRID or room.is_hybrid(day))
            and (room.accessible or not conference.accessible)
        )
    ]


def _chairs(problem: Problem, conference: Conference) -> list[Chair]:
    """Return the chairs that the family and its locks allow."""
    if "chair" in _locks(problem, conference):
        return [problem.chair_by_id[problem.published_by_id[conference.id].chair]]
    return [chair for chair in problem.chairs if chair.id not in conference.not_chairs]


def _has_chair(problem: Problem, conference: Conference, start: dt.datetime, place: Room | None) -> bool:
    time = _people_time(problem, conference, start)
    return any(
        chair.works_on(start.date())
        and not chair.is_busy(time)
        and 0 not in (chair.max_per_day, chair.max_per_week)
        and (place is None or chair.max_office_days != 0)
        for chair in _chairs(problem, conference)
    )


def _has_minute_taker(problem: Problem, conference: Conference, start: dt.datetime, place: Room | None) -> bool:
    time = _people_time(problem, conference, start)
    return any(
        taker.works_on(start.date())
        and not taker.is_busy(time)
        and taker.max_per_day != 0
        and (place is None or place.site in taker.sites)
        for taker in problem.minute_takers or ()
    )
