"""The question about a slot that somebody would prefer, checked against its problem."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.faults import Fault, unknown_id
from scheduler.domain.problem import Problem
from scheduler.domain.values import Date, Identifier, TimeOfDay, Value
from scheduler.explanations.target import VIRTUAL, Target
from scheduler.wording import date_in_words


class Question(Value):
    """A conference, and the date, time, room and chair that it should have; None allows any. The room may be ``virtual``."""

    conference: Identifier
    date: Date | None = None
    time: TimeOfDay | None = None
    room: Identifier | None = None
    chair: Identifier | None = None

    @property
    def target(self) -> Target:
        """Return the slots of the question."""
        return Target(self.conference, self.date, self.time, self.room, self.chair)

    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield each fault: what the problem lacks, a date outside it, a conference that is over, and an empty question."""
        yield from conference_faults(problem, self.conference)
        horizon = problem.horizon
        if self.date is not None and self.date not in horizon:
            yield Fault(("date",), f"{self.date} is outside the plan. Enter a day from {horizon.first} to {horizon.last}.")
        if self.room is not None and self.room != VIRTUAL and self.room not in problem.room_by_id:
            yield unknown_id("rooms", "room", self.room, problem.room_by_id, ("room",))
        if self.chair is not None and self.chair not in problem.chair_by_id:
            yield unknown_id("chairs", "chair", self.chair, problem.chair_by_id, ("chair",))
        if not any(entry is not None for entry in (self.date, self.time, self.room, self.chair)):
            yield Fault(("date",), "there is nothing to explain. Enter a date, a time, a room or a chair.")


def conference_faults(problem: Problem, conference: str) -> Iterator[Fault]:
    """Yield a fault if the problem lacks the conference, or if it is over."""
    place = ("conference",)
    if conference not in problem.conference_by_id:
        yield unknown_id("conferences", "conference", conference, problem.conference_by_id, place)
    elif conference in problem.past:
        held = date_in_words(problem.past[conference].start.date())
        yield Fault(place, f"'{conference}' is over: it was booked for {held}. Enter another.")
