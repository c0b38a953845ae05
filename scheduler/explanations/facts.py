"""Facts: the data and rules that may forbid slots, each with the problem in which it is lifted, and the changes that undo it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from scheduler.domain.calendar import bank_holidays_of_england
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Lock, Problem, PublishedBooking, with_conferences, with_published, with_valid_fields
from scheduler.domain.values import Interval
from scheduler.explanations.fact import Fact, with_conference
from scheduler.explanations.feasibility import FirmDiary
from scheduler.explanations.people_facts import facts_of_chairs
from scheduler.explanations.room_facts import facts_of_rooms
from scheduler.explanations.target import Target
from scheduler.whatif.changes.conferences import WaiveNotice
from scheduler.wording import count_of, date_in_words, in_a_row, moment_in_words

MOST_WORKING_DAYS = 1000
"""More than every number of working days in the policy."""


def facts_of(diary: FirmDiary, target: Target) -> list[Fact]:
    """Return every fact that may forbid slots of the question: of days, the family, rooms, people, then other bookings."""
    problem = diary.problem
    return [
        *_of_days(problem, target),
        *_of_earliest(problem, target),
        *_of_family(problem, target),
        *facts_of_rooms(problem, target),
        *facts_of_chairs(problem, target, has_others=len(diary.firm) > 0),
        *_of_own_booking(problem, target),
        *_of_others(diary, target),
    ]


def _of_days(problem: Problem, target: Target) -> Iterator[Fact]:
    """Yield the closures, and if the question names a date that is a bank holiday, this."""
    for day in target.days(problem):
        if day in problem.calendar.closures:
            lift = partial(_with_calendar, closures=tuple(one for one in problem.calendar.closures if one != day))
            yield Fact("R1", str(day), f"The service is closed on {date_in_words(day)}.", lift)
        elif day == target.date and day.weekday() < 5 and not problem.calendar.is_working_day(day):
            listed = problem.calendar.bank_holidays
            years = range(problem.horizon.first.year - 1, problem.horizon.last.year + 3)
            known = listed if listed is not None else sorted(day for year in years for day in bank_holidays_of_england(year))
            lift = partial(_with_calendar, bank_holidays=tuple(one for one in known if one != day))
            yield Fact("R1", str(day), f"{date_in_words(day)} is a bank holiday.", lift)


def _with_calendar(problem: Problem, **fields: Any) -> Problem:
    return with_valid_fields(problem, calendar=problem.calendar.model_copy(update=fields))


def _of_earliest(problem: Problem, target: Target) -> Iterator[Fact]:
    """Yield what sets an earliest date after the first day of the question."""
    conference, calendar, policy = target.of(problem), problem.calendar, problem.policy
    first = next(target.days(problem), problem.horizon.last)
    if conference.earliest is not None and conference.earliest > first:
        text = f"The earliest date given for it is {date_in_words(conference.earliest)}."
        yield Fact("R1", conference.id, text, partial(with_conference, conference=conference.id, earliest=None))
    last = max(target.days(problem), default=first)
    if (notice := _notice(problem, conference, last)) is not None and notice[0] > first:
        lift = partial(with_conference, conference=conference.id, requested=None, notice_waived=True)
        remedies = () if conference.notice_waived else (WaiveNotice(conference=conference.id),)
        yield Fact("R1", conference.id, notice[1], lift, remedies)
    if conference.kind.is_review:
        due = problem.due[conference.id]
        if calendar.working_days_before(due, policy.review_early_days) > first:
            limit = count_of(policy.review_early_days, "working day")
            text = f"It is due on {date_in_words(due)}, and a review is held at most {limit} before that."
            yield Fact("R1", conference.id, text, _without_review_window)


def _notice(problem: Problem, conference: Conference, last: dt.date) -> tuple[dt.date, str] | None:
    """Return the first day after the notice, and the notice in words; None if none is to be given.

    ``last`` is the last day of the question.
    """
    policy, calendar = problem.policy, problem.calendar
    must = f"{count_of(policy.notice_days, 'working day')} of notice must be given"
    notices: list[tuple[dt.date, str]] = []
    if conference.requested is not None and not conference.notice_waived:
        after = calendar.working_days_after(conference.requested, policy.notice_days)
        notices.append((after, f"It was requested on {date_in_words(conference.requested)}, and {must}."))
    if problem.today is not None and not conference.notice_waived:
        after = calendar.working_days_after(problem.today, policy.notice_days)
        notices.append((after, f"The plan is made on {date_in_words(problem.today)}, and {must}."))
        booked = problem.published_by_id.get(conference.id)
        if booked is not None and booked.start.date() < after:
            return _notice_of_booked(booked.start.date(), notices, must, last)
    return max(notices, key=lambda notice: notice[0]) if notices else None


def _notice_of_booked(booked: dt.date, notices: Sequence[tuple[dt.date, str]], must: str, last: dt.date) -> tuple[dt.date, str]:
    """Return the notice that kept a booked conference from all days until ``last``, or else that which only a move needs now.

    ``booked`` is its day, before the end of a notice given today (the last of the ``notices``). So it was booked earlier, and
    today's notice can't be why it isn't sooner.
    """
    asked, today = notices[:-1], notices[-1]
    if asked and asked[0][0] > last:
        return asked[0]
    return today[0], f"It is booked for {date_in_words(booked)}, and for a move to another day {must} from today."


def _without_review_window(problem: Problem) -> Problem:
    return _with_policy(problem, review_early_days=MOST_WORKING_DAYS)


def _of_family(problem: Problem, target: Target) -> Iterator[Fact]:
    """Yield each time at which the family can't come, on the days of the question."""
    conference = target.of(problem)
    for entry in conference.unavailable:
        if any(entry.overlaps(_whole_day(day)) for day in target.days(problem)):
            times = f"from {moment_in_words(entry.start)} to {moment_in_words(entry.end)}"
            text = f"The family or its social worker can't come {times}."
            yield Fact("R1", conference.id, text, partial(_without_entry, conference=conference.id, entry=entry))


def _whole_day(day: dt.date) -> Interval:
    """Return the day with the days beside it, which a people time of the day may reach into."""
    start = dt.datetime.combine(day, dt.time())
    return Interval.model_construct(start=start - dt.timedelta(days=1), end=start + dt.timedelta(days=2))


def _without_entry(problem: Problem, conference: str, entry: Interval) -> Problem:
    now = problem.conference_by_id[conference].unavailable
    return with_conference(problem, conference, unavailable=tuple(one for one in now if one != entry))


def _of_own_booking(problem: Problem, target: Target) -> Iterator[Fact]:
    """Yield the locks of the conference's own booking, and that it is too near to be moved, or to move to these days."""
    published = problem.published_by_id.get(target.conference)
    if published is None:
        return
    booked = f"{target.conference} is booked for {moment_in_words(published.start)}"
    for lock in published.locks:
        lift = partial(_without_lock, conference=target.conference, lock=lock)
        yield Fact("R8", target.conference, f"{booked}, and its {lock} is locked.", lift)
    first = problem.first_movable_day
    if first is not None and any(day < first for day in (published.start.date(), *target.days(problem))):
        text = f"{booked}, and no booking moves from or to a day before {date_in_words(first)}."
        lift = partial(_with_policy, move_notice_days=0)
        yield Fact("R9", target.conference, text, lift)


def _with_policy(problem: Problem, **fields: Any) -> Problem:
    return with_valid_fields(problem, policy=problem.policy.model_copy(update=fields))


def _without_lock(problem: Problem, conference: str, lock: Lock) -> Problem:
    return with_published(problem, (_unlocked(one, lock) if one.conference == conference else one for one in problem.published))


def _unlocked(published: PublishedBooking, lock: Lock) -> PublishedBooking:
    return published.model_copy(update={"locks": tuple(one for one in published.locks if one != lock)})


def _of_others(diary: FirmDiary, target: Target) -> Iterator[Fact]:
    """Yield each booking of another conference that stays, and the rules by which it can be in the way."""
    problem, own = diary.problem, target.conference
    others = [published for published in diary.firm if published.conference != own]
    for published in others:
        place = "virtually" if published.room is None else f"in {problem.room_by_id[published.room].label}"
        chair = problem.chair_by_id[published.chair].label
        booked = f"{published.conference} is booked for {moment_in_words(published.start)} {place}, chaired by {chair}"
        rule, why = ("R8", f"its {in_a_row(published.locks)} {'is' if len(published.locks) == 1 else 'are'} locked")
        if published.conference in problem.past:
            rule, why = "R9", "it is over"
        elif published.conference in diary.frozen:
            rule, why = "R9", "it is too near to be moved"
        lift = partial(_without_conference, conference=published.conference)
        yield Fact(rule, published.conference, f"{booked}, and {why}.", lift)
    if not others:
        return
    if problem.travel and "R4" not in problem.policy.off:
        yield Fact("R4", own, "A chair needs time for the drive between sites.", _without_travel)
    worker = target.of(problem).social_worker
    if worker is not None and "R6" not in problem.policy.off:
        text = f"{worker} is in one conference at a time."
        yield Fact("R6", worker, text, partial(with_conference, conference=own, social_worker=None))
    if problem.apart and "R7" not in problem.policy.off:
        yield Fact("R7", own, "Its family is kept apart from another.", _without_pairs)


def _without_conference(problem: Problem, conference: str) -> Problem:
    fewer = with_published(problem, (one for one in problem.published if one.conference != conference))
    return with_conferences(fewer, (one for one in problem.conferences if one.id != conference))


def _without_travel(problem: Problem) -> Problem:
    return with_valid_fields(problem, travel=())


def _without_pairs(problem: Problem) -> Problem:
    return with_valid_fields(problem, apart=())


def unliftable(problem: Problem, target: Target) -> Fact:
    """Return why no slot of the question exists even without every fact: its days, ``today``, or what the plan lacks."""
    working = [day for day in target.days(problem) if problem.calendar.is_working_day(day)]
    if not working:
        return Fact("R1", "horizon", _no_working_day(problem, target), _unchanged)
    if problem.today is not None and working[-1] < problem.calendar.working_days_after(problem.today, 1):
        text = f"The plan is made on {date_in_words(problem.today)}, and nothing new is booked until the day after."
        return Fact("R1", "today", text, _unchanged)
    return Fact("R1", "horizon", "The plan has no room, start or chair for it.", _unchanged)


def _no_working_day(problem: Problem, target: Target) -> str:
    """Return in words that the days of the question are not among those of the plan, or no working days."""
    first = problem.horizon.first
    if target.date is not None:
        return f"{date_in_words(target.date)} is not a working day."
    if target.last is not None and target.last < first:
        return f"The plan begins on {date_in_words(first)}, and has no day that is early enough."
    until = "" if target.last is None else f" until {date_in_words(target.last)}"
    kind = "in term time" if target.in_term else "other than Fridays" if target.no_friday else ""
    return f"The plan has no working day {kind}".rstrip() + f"{until}."


def _unchanged(problem: Problem) -> Problem:
    return problem
