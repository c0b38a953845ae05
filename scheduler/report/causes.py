"""The causes of a late conference, or of one that can never be held. They state only facts that the data prove."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.identifiers import alike
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Period
from scheduler.report.obstacles import days_between, locks_of, obstacle
from scheduler.rules.frozen import frozen_bookings
from scheduler.wording import count_of, date_in_words, short_date


def why_late(problem: Problem, schedule: Schedule, booking: Booking) -> str:
    """Return one or two sentences on why a booking is after its conference's due date.

    A cause is certain if the time is locked, if the earliest date is after the due date, or if no place, chair or minute
    taker is available on any day up to the due date, regardless of other bookings. Otherwise the conference competed with
    others, and the text claims only proven facts.
    """
    conference = problem.conference_by_id[booking.conference]
    if conference.id in problem.past:
        return "It is past, and stays as it was."
    if "time" in locks_of(problem, conference):
        return "Its published time is locked."
    if conference.id in {published.conference for published in frozen_bookings(problem)}:
        return "Its published time is too near to move it."
    year = problem.horizon.first.year
    due, earliest = problem.due[conference.id], _earliest(problem, conference, has_new_start=_has_new_start(problem, booking))
    if earliest <= due:
        why = obstacle(problem, conference, earliest, due)
        if why is None:
            return _competition(problem, schedule)
        span = (
            f"from {short_date(earliest, year)} to {short_date(due, year)}" if earliest < due else f"on {short_date(due, year)}"
        )
        return f"It could not be held in time: {span} {why}."
    it = "Moved from its published start, it" if _has_new_start(problem, booking) else "It"
    first = f"{it} could not be held before {date_in_words(earliest, year)}: {what_sets_earliest(problem, conference, earliest)}."
    last_missed = booking.day - ONE_DAY
    if not any(problem.calendar.is_open(day) for day in days_between(earliest, last_missed)):
        return first
    why = obstacle(problem, conference, earliest, last_missed)
    if why is None:
        return f"{first} {_competition(problem, schedule)}"
    return f"{first} From then until {short_date(last_missed, year)} {why}."


def why_unplaced(problem: Problem, conference: Conference, possible: Period | None, rule: str) -> str:
    """Return why a conference has no booking, in one or two sentences that are certain.

    ``possible`` are the first and last day with a way to book it by itself, or None if there is no way; ``rule`` is then the
    sentence of the rule that leaves none. No booking of the conference can be added to the plan.
    """
    if (after := why_after_the_plan(problem, conference)) is not None:
        return after
    if (never := why_never(problem, conference)) is not None:
        return f"Nothing in this time suits it: {never}."
    if possible is None:
        return f"Nothing in this time suits it. {rule}"
    first, last = date_in_words(possible.first), date_in_words(possible.last)
    when = f"from {first} to {last}" if first != last else f"on {last}"
    return f"No place is left for it {when}: at every start that suits it, {_what_is_taken(problem, conference)}."


def why_never(problem: Problem, conference: Conference) -> str | None:
    """Return what prevents a conference on every day of the plan regardless of other bookings, or None."""
    first = _earliest(problem, conference, has_new_start=False)
    if problem.today is not None and (published := problem.published_by_id.get(conference.id)) is not None:
        first = min(first, published.start.date())  # it may keep its start, or move to a later day
    return obstacle(problem, conference, first, problem.horizon.last)


def why_after_the_plan(problem: Problem, conference: Conference) -> str | None:
    """Return why a conference can't be held before the plan ends, or None if its earliest date is in the plan."""
    is_published = conference.id in problem.published_by_id
    earliest, last = _earliest(problem, conference, has_new_start=is_published), problem.horizon.last
    if earliest <= last:
        return None
    it = "Moved from its published start, it" if is_published else "It"
    why = what_sets_earliest(problem, conference, earliest)
    return f"{it} can't be held before {date_in_words(earliest)}, which is after this plan ends on {date_in_words(last)}: {why}."


def _earliest(problem: Problem, conference: Conference, *, has_new_start: bool) -> dt.date:
    """Return the first day on which a conference may be held; a move from its published start needs more notice (R9)."""
    earliest, movable = problem.earliest[conference.id], problem.first_movable_day
    return earliest if movable is None or not has_new_start else max(earliest, movable)


def _has_new_start(problem: Problem, booking: Booking) -> bool:
    published = problem.published_by_id.get(booking.conference)
    return problem.today is not None and published is not None and published.start != booking.start


def _competition(problem: Problem, schedule: Schedule) -> str:
    if {"unplaced", "late"} <= {tier.name for tier in schedule.tiers if tier.proven}:
        has_locks = "R8" not in problem.policy.off and any(published.locks for published in problem.published)
        lock = "break a lock, " * has_locks + "change a booking that is too near, " * bool(frozen_bookings(problem))
        return f"Holding it earlier would {lock}make others at least as much later, or leave one out (proven)."
    return "No earlier place was found for it within the time limit."


def _what_is_taken(problem: Problem, conference: Conference) -> str:
    """Return what the other bookings may have taken from a conference that competed with them and lost."""
    policy = problem.policy
    people = [f"a {problem.service.chair_title}", *["a minute taker"] * problem.models_minute_takers]
    worker = conference.social_worker
    others = {alike(one.social_worker) for one in problem.conferences if one is not conference and one.social_worker is not None}
    if "R6" not in policy.off and worker is not None and not policy.is_placeholder(worker) and alike(worker) in others:
        people.append("its social worker")
    travels = "R4" not in policy.off and len(problem.sites) > 1
    needs = "the rooms or people" if _may_need_a_room(problem, conference) else "the people"
    how = "booked by others, travelling or at their limits" if travels else "booked by others or at their limits"
    taken = f"{needs} it needs ({', '.join(people)}) are {how}"
    sides = [problem.on_side(side) for pair in problem.apart for side in pair]
    is_apart = "R7" not in policy.off and any(conference.id in side for side in sides)
    return taken + ", or a family that must be kept apart from it is at the same site" * is_apart


def _may_need_a_room(problem: Problem, conference: Conference) -> bool:
    """True unless the conference may be held virtually at every start."""
    starts = {start for room in problem.rooms for start in room.starts}
    is_virtual = problem.policy.may_be_virtual(conference.mode) and starts <= set(problem.all_virtual_starts)
    return conference.mode is not Mode.VIRTUAL and ("room" in locks_of(problem, conference) or not is_virtual)


def what_sets_earliest(problem: Problem, conference: Conference, earliest: dt.date) -> str:
    """Return the reason for an earliest date that is after the due date, or after the plan."""
    calendar, policy, year = problem.calendar, problem.policy, problem.horizon.first.year
    if earliest == problem.horizon.first:
        return "it was due before this plan begins"
    if earliest > problem.earliest[conference.id]:
        assert problem.today is not None
        days = count_of(policy.move_notice_days, "working day")
        return f"the plan is made on {date_in_words(problem.today, year)}, and nobody is moved to the {days} from then"
    if conference.earliest == earliest:
        return "that is the earliest date given for it"
    notice = f"{count_of(policy.notice_days, 'working day')} of notice must be given"
    requested = None if conference.notice_waived else conference.requested
    if requested is not None and calendar.working_days_after(requested, policy.notice_days) == earliest:
        return f"it was requested on {date_in_words(requested, year)}, and {notice}"
    if problem.earliest_as_published[conference.id] != earliest:
        assert problem.today is not None
        when = f"the plan is made on {date_in_words(problem.today, year)}"
        return f"{when}, and 1 working day of notice must be given" if conference.notice_waived else f"{when}, and {notice}"
    due = date_in_words(problem.due[conference.id], year)
    return f"it is due on {due}, and a review is held at most {count_of(policy.review_early_days, 'working day')} before that"
