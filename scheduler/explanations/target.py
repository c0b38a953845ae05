"""The slots that an explanation is about: those of one conference that have certain dates, times, rooms or chairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import days, is_friday
from scheduler.grouping import Ints, Mask
from scheduler.rules.base import Rule
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.wording import date_in_words

VIRTUAL = "virtual"
"""The name by which a question asks for no room; a room of this id takes precedence."""


@dataclass(frozen=True)
class Target:
    """Slots of one conference. What is None or False doesn't limit them.

    ``room`` is a room or ``VIRTUAL``. ``last`` is the last date. ``site`` also requires a room.
    """

    conference: str
    date: dt.date | None = None
    time: dt.time | None = None
    room: str | None = None
    chair: str | None = None
    last: dt.date | None = None
    site: str | None = None
    in_room: bool = False
    no_friday: bool = False
    in_term: bool = False

    def of(self, problem: Problem) -> Conference:
        """Return the conference. Raise KeyError if the problem doesn't list it."""
        return problem.conference_by_id[self.conference]

    def suits_day(self, problem: Problem, day: dt.date) -> bool:
        """True if a slot may be on that day, regardless of the rules."""
        return (
            (self.date is None or day == self.date)
            and (self.last is None or day <= self.last)
            and not (self.no_friday and is_friday(day))
            and (not self.in_term or problem.calendar.is_term_time(day))
        )

    def suits_rooms(self, problem: Problem, rooms: Sequence[Room]) -> bool:
        """True if a slot may be in one of these interchangeable rooms, or virtual if there are none."""
        if not rooms:
            return not self.in_room and self.site is None and (self.room is None or self.is_virtual(problem))
        if self.site is not None and rooms[0].site != self.site:
            return False
        return self.room is None or any(room.id == self.room for room in rooms)

    def is_virtual(self, problem: Problem) -> bool:
        """True if only virtual slots are meant."""
        return self.room == VIRTUAL and VIRTUAL not in problem.room_by_id

    def accepts(self, problem: Problem, booking: Booking) -> bool:
        """True if the booking is one of the slots."""
        rooms = [] if booking.room is None else [problem.room_by_id[booking.room]]
        return (
            booking.conference == self.conference
            and self.suits_day(problem, booking.day)
            and (self.time is None or booking.start.time() == self.time)
            and self.suits_rooms(problem, rooms)
            and (self.chair is None or booking.chair == self.chair)
        )

    def days(self, problem: Problem) -> Iterator[dt.date]:
        """Yield the days of the plan on which a slot may be, regardless of the rules."""
        return (day for day in days(problem.horizon) if self.suits_day(problem, day))

    def rooms(self, problem: Problem) -> Iterator[Room]:
        """Yield the rooms in which a slot may be, regardless of the rules."""
        return (room for room in problem.rooms if self.suits_rooms(problem, [room]))

    def chairs(self, problem: Problem) -> Iterator[Chair]:
        """Yield the chairs of the slots, regardless of the rules."""
        return (chair for chair in problem.chairs if self.chair in (None, chair.id))

    def in_words(self, problem: Problem) -> str:
        """Return, for example, `` on Friday 4 December 2026 at 10:00 in Room 1, chaired by Advisor 3``."""
        parts = [f" on {date_in_words(self.date)}"] if self.date is not None else []
        parts += [f" at {self.time:%H:%M}"] if self.time is not None else []
        if self.room is not None:
            parts.append(" virtually" if self.is_virtual(problem) else f" in {problem.room_by_id[self.room].label}")
        if self.chair is not None:
            parts.append(f", chaired by {problem.chair_by_id[self.chair].label}")
        return "".join(parts)


class TargetRule(Rule):
    """The conference of the question is booked in one of the slots of the question."""

    name = "target"
    title = "Not in a slot of the question"

    def __init__(self, target: Target) -> None:
        self.target = target

    def says(self, policy: Policy) -> str:  # noqa: ARG002 - it has no numbers
        """Return the rule as a plain sentence."""
        return f"{self.target.conference} is booked in one of the slots of the question."

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the conference's other candidates."""
        wrong = np.zeros(len(candidates), dtype=np.bool_)
        own = self._own(candidates)
        wrong[own] = ~self._suits(candidates, own)
        return wrong

    def _own(self, candidates: CandidatesProtocol) -> Ints:
        return candidates.of_request(candidates.request_index[self.target.conference])

    def _suits(self, candidates: CandidatesProtocol, own: Ints) -> Mask:
        """Return which of the conference's candidates are slots of the question."""
        target, problem = self.target, candidates.problem
        day = np.array([target.suits_day(problem, day) for day in candidates.days], dtype=np.bool_)
        place = np.array([target.suits_rooms(problem, place.rooms) for place in candidates.places], dtype=np.bool_)
        chair = np.array([target.chair in (None, chair.id) for chair in problem.chairs], dtype=np.bool_)
        suits = day[candidates.day[own]] & place[candidates.place[own]] & chair[candidates.chair[own]]
        if target.time is not None:
            suits &= candidates.start[own] % (24 * 60) == target.time.hour * 60 + target.time.minute
        return np.asarray(suits)

    def post(self, builder: BuilderProtocol) -> None:
        """Require a booking of the conference."""
        own = self._own(builder.candidates)
        builder.limit(np.zeros_like(own), own, at_least=1, rows=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation if the conference has another booking, or none."""
        if any(self.target.accepts(problem, booking) for booking in schedule.bookings):
            return []
        text = f"{self.target.conference} is not booked in a slot of the question."
        return [Violation(rule=self.name, subject=self.target.conference, text=text)]
