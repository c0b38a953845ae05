"""R1: when a conference may be booked at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of
from scheduler.grouping import Ints, Mask
from scheduler.rules.base import Rule
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.wording import count_of, date_in_words, moment_in_words


class BookableRule(Rule):
    """At most one booking a conference, at a time at which it can be held (contract, R1)."""

    name = "R1"
    title = "Not a possible time"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "Each conference has at most one booking: on a working day of the plan that is no closure, not before its earliest "
            "date, at a start that its room (or, held virtually, the list of virtual starts) offers, and at no time at which the "
            f"family cannot come, from {count_of(policy.pre_meet, 'minute')} before the start to the end."
        )

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the candidates before the earliest date, outside a hold's week, or when the family can't come."""
        too_early = candidates.date < _earliest(candidates)
        own_week = candidates.of_requests(lambda request: request.slots[0].monday.toordinal() if request.slots else 0)
        other_week = candidates.is_hold & (candidates.week != own_week)
        away = candidates.touched(request.conference.unavailable if request.conference else () for request in candidates.requests)
        return np.asarray(too_early | other_week | away[candidates.request, candidates.time])

    def post(self, builder: BuilderProtocol) -> None:
        """Limit request n, in row n, to 1 booking or to its number of equal holds."""
        candidates = builder.candidates
        most = [request.count for request in candidates.requests]
        builder.limit(candidates.request, candidates.positions, at_most=most, rows=len(most))

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each reason against a booking; being its conference's second is one."""
        violations: list[Violation] = []
        seen: set[str] = set()
        for booking in schedule.bookings:
            name = booking.conference
            reasons = [f"{name} has more than one booking; one of them is {moment_in_words(booking.start)}."] * (name in seen)
            seen.add(name)
            if name in problem.minutes_by_id:
                reasons += (f"{name} {reason}" for reason in _reasons(problem, booking))
            else:
                reasons.append(f"{name} is no conference or hold of this problem.")
            violations += (Violation(rule=self.name, subject=name, text=text) for text in reasons)
        return violations


def _earliest(candidates: CandidatesProtocol) -> Ints:
    """Return each candidate's earliest date, as an ordinal; ``today`` doesn't bind those that keep a published start."""
    problem = candidates.problem
    earliest = candidates.dates(problem.earliest)
    for published in problem.published if problem.today is not None else ():
        own = candidates.of_request(candidates.request_index[published.conference])
        unmoved = own[candidates.start[own] == candidates.minute(published.start)]
        earliest[unmoved] = problem.earliest_as_published[published.conference].toordinal()
    return earliest


def _reasons(problem: Problem, booking: Booking) -> Iterator[str]:
    slot = problem.held_slot_by_id.get(booking.conference)
    if booking.held != (slot is not None):
        yield "is marked as a hold, but is a conference." if booking.held else "is a hold, but is not marked as one."
    minutes = problem.minutes_by_id[booking.conference]
    if booking.end != booking.start + dt.timedelta(minutes=minutes):
        yield f"lasts {minutes} minutes, but is booked from {moment_in_words(booking.start)} to {moment_in_words(booking.end)}."
    day = booking.day
    earliest = problem.horizon.first if slot is not None else problem.earliest_at(booking.conference, booking.start)
    if day not in problem.horizon:
        yield f"is on {date_in_words(day)}, outside the plan."
    elif not problem.calendar.is_working_day(day):
        yield f"is on {date_in_words(day)}, which is no working day."
    elif not problem.calendar.is_open(day):
        yield f"is on {date_in_words(day)}, when the service is closed."
    elif day < earliest:
        yield f"is on {date_in_words(day)}, before its earliest date, {date_in_words(earliest)}."
    if slot is not None and monday_of(day) != slot.monday:
        yield f"is on {date_in_words(day)}, not in its week, from {date_in_words(slot.monday)}."
    if not _is_offered(problem, booking):
        offering = "its room" if booking.room is not None else "the list of virtual starts"
        yield f"begins at {booking.start:%H:%M}, which {offering} does not offer."
    conference = problem.conference_by_id.get(booking.conference)
    people_time = problem.people_time(booking)
    if conference is not None and any(unavailable.overlaps(people_time) for unavailable in conference.unavailable):
        yield f"is on {moment_in_words(booking.start)}, when the family cannot come."


def _is_offered(problem: Problem, booking: Booking) -> bool:
    """True if the start is on offer, or the room is unknown, which R2 reports."""
    if booking.room is None:
        return booking.start.time() in problem.all_virtual_starts
    room = problem.room_by_id.get(booking.room)
    return room is None or booking.start.time() in room.starts
