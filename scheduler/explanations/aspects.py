"""What may need an explanation in a booking: it is late, on a Friday, at another site, and so on, and what would be better."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Mode
from scheduler.domain.problem import Problem, is_moved
from scheduler.domain.schedule import Booking
from scheduler.domain.values import is_friday
from scheduler.explanations.target import VIRTUAL, Target
from scheduler.wording import count_of, date_in_words, moment_in_words


@dataclass(frozen=True)
class Aspect:
    """One thing that may need an explanation: the rule that it costs under, what it is and when it would be otherwise, in words.

    ``otherwise`` is empty for a conference without a booking. ``better`` are the slots without it that are no later than the
    booking, or in time if the booking is.
    """

    rule: str
    text: str
    otherwise: str
    better: Target

    @property
    def cured(self) -> str:
        """Return the beginning of a sentence on a cure."""
        return f"It would be {self.otherwise}" if self.otherwise else "It would have one"


def aspects_of(problem: Problem, conference: str, booking: Booking | None) -> list[Aspect]:
    """Return what may need an explanation in a conference's booking, or in that it has none, the most important first.

    ``problem`` has the bookings published before, so that a moved one shows.
    """
    if booking is None:
        return [Aspect("unplaced", f"{conference} has no booking", "", Target(conference))]
    return [*_of_date(problem, booking), *_of_changes(problem, booking), *_of_place(problem, booking), *_of_day(problem, booking)]


def _last(problem: Problem, booking: Booking) -> dt.date:
    """Return the due date, or the booking's own if it is later."""
    return max(problem.due[booking.conference], booking.day)


def _of_date(problem: Problem, booking: Booking) -> Iterator[Aspect]:
    name, due = booking.conference, problem.due[booking.conference]
    if booking.day <= due:
        return
    late = count_of(problem.calendar.working_days(due, booking.day), "working day")
    if problem.earliest_at(name, booking.start) <= due:
        yield Aspect("late", f"{name} is {late} late", "in time", Target(name, last=due))
    else:
        yield Aspect("late", f"{name} is {late} late", "sooner", Target(name, last=booking.day - ONE_DAY))


def _of_changes(problem: Problem, booking: Booking) -> Iterator[Aspect]:
    name, published = booking.conference, problem.published_by_id.get(booking.conference)
    if published is not None and is_moved(published, booking):
        room = published.room or VIRTUAL
        as_before = Target(name, published.start.date(), published.start.time(), room, published.chair)
        text = f"{name} is moved from {moment_in_words(published.start)}"
        yield Aspect("stability", text, "as it was published", as_before)
    own = problem.conference_by_id[name].chair
    if own is not None and own != booking.chair:
        text = f"{name} is chaired by another than its own chair, {problem.chair_by_id[own].label}"
        yield Aspect("continuity", text, "with its own chair", Target(name, chair=own, last=_last(problem, booking)))


def _of_place(problem: Problem, booking: Booking) -> Iterator[Aspect]:
    name, conference = booking.conference, problem.conference_by_id[booking.conference]
    last, site = _last(problem, booking), problem.site_of(booking.room)
    if booking.room is None and conference.mode is not Mode.VIRTUAL:
        yield Aspect("virtual_fallback", f"{name} is held virtually", "in a room", Target(name, in_room=True, last=last))
    if site is not None and site != conference.site:
        text = f"{name} is at {problem.site_by_id[site].label}"
        otherwise = f"at {problem.site_by_id[conference.site].label}"
        yield Aspect("other_site", text, otherwise, Target(name, site=conference.site, last=last))


def _of_day(problem: Problem, booking: Booking) -> Iterator[Aspect]:
    name, calendar, last = booking.conference, problem.calendar, _last(problem, booking)
    due = problem.due[name]
    if is_friday(booking.day):
        yield Aspect("friday", f"{name} is on a Friday", "on another weekday", Target(name, no_friday=True, last=last))
    if not calendar.is_term_time(booking.day):
        rule = "holiday_school" if problem.conference_by_id[name].school_age > 0 else "holiday_other"
        yield Aspect(rule, f"{name} is in the school holidays", "in term time", Target(name, in_term=True, last=last))
    days_left = calendar.working_days(booking.day, due)
    if booking.day <= due and days_left < problem.policy.tight_days:
        spare = calendar.working_days_before(due, problem.policy.tight_days)
        text = f"{name} is {count_of(days_left, 'working day')} before its due date, {date_in_words(due)}"
        yield Aspect("tight", text, "with more days to spare", Target(name, last=spare))
