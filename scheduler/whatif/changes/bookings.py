"""The change that moves a published booking to another start, room or chair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer
from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.problem import Lock, Problem, PublishedBooking, with_published
from scheduler.domain.values import Identifier, Moment
from scheduler.rules.frozen import frozen_bookings
from scheduler.whatif.changes.base import Key, unknown_reference, with_fields
from scheduler.whatif.changes.conferences import ConferenceChange, conference_keys
from scheduler.wording import date_in_words, in_a_row, moment_in_words


class Move(ConferenceChange):
    """A published booking's new start and, if they are set, its new room and chair; without them they stay.

    ``room`` None means virtual if it is set. What is set is locked (contract, R8), so that the plan keeps it.
    """

    change: Literal["move"] = "move"
    start: Moment
    room: Identifier | None = None
    chair: Identifier | None = None

    @model_serializer(mode="wrap")
    def _without_unset_room(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a room that isn't set, since null means virtual."""
        fields: dict[str, Any] = handler(self)
        if not self._sets_room:
            fields.pop("room", None)
        return fields

    @property
    def _sets_room(self) -> bool:
        return "room" in self.model_fields_set

    def _before(self, problem: Problem) -> PublishedBooking:
        return problem.published_by_id[self.conference]

    def _changed(self, problem: Problem) -> dict[Lock, Any]:
        """Return what of the published booking changes, with the new values."""
        before = self._before(problem)
        changed: dict[Lock, Any] = {} if self.start == before.start else {"time": self.start}
        if self._sets_room and self.room != before.room:
            changed["room"] = self.room
        if self.chair is not None and self.chair != before.chair:
            changed["chair"] = self.chair
        return changed

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the booking published as moved, and locked to what is set."""
        fields: dict[str, Any] = {"room": self.room} if self._sets_room else {}
        fields |= {"chair": self.chair} if self.chair is not None else {}
        locks = tuple(dict.fromkeys(["time", *fields, *self._before(problem).locks]))
        fields |= {"start": self.start, "locks": locks}
        published = (with_fields(one, **fields) if one.conference == self.conference else one for one in problem.published)
        return with_published(problem, published)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "CPC-0101 moves to Friday 4 December 2026 at 10:00, in room WYC-1, chaired by C3."."""
        room = f", in room {self.room}" if self.room is not None else ", held virtually" if self._sets_room else ""
        chair = f", chaired by {self.chair}" if self.chair is not None else ""
        return f"{self.conference} moves to {moment_in_words(self.start)}{room}{chair}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if there is no such booking, room, chair or open day, or if the booking may not move."""
        yield from super().faults(problem)
        yield from unknown_reference("rooms", "room", self.room, problem.room_by_id, "room")
        yield from unknown_reference("chairs", "chair", self.chair, problem.chair_by_id, "chair")
        yield from self._faults_of_start(problem)
        if self.conference in problem.conference_by_id and self.conference not in problem.published_by_id:
            yield Fault(("conference",), f"'{self.conference}' has no booking to move. Enter a booked conference.")
        if self.conference in problem.published_by_id and self.conference not in problem.past:
            yield from self._faults_of_booking(problem)

    def _faults_of_start(self, problem: Problem) -> Iterator[Fault]:
        day, horizon = self.start.date(), problem.horizon
        if day not in horizon:
            yield Fault(("start",), f"{day} is outside the plan, {horizon.first} to {horizon.last}. Enter a day in it.")
        elif not problem.calendar.is_open(day):
            yield Fault(("start",), f"nothing can be held on {date_in_words(day)}. Enter a working day without a closure.")

    def _faults_of_booking(self, problem: Problem) -> Iterator[Fault]:
        before, changed, first = self._before(problem), self._changed(problem), problem.first_movable_day
        booked = f"'{self.conference}' is booked for {moment_in_words(before.start)}"
        if not changed:
            yield Fault(("start",), f"{booked} as it is. Enter another start, room or chair, or remove the change.")
        if locked := [lock for lock in changed if lock in before.locks]:
            yield Fault(("conference",), f"'{self.conference}' is locked on its {in_a_row(locked)}. Remove the lock first.")
        if first is None or not changed:
            return
        if before in frozen_bookings(problem):
            message = f"{booked}, too near to move it: before {date_in_words(first)} published bookings stay. Remove the change."
            yield Fault(("conference",), message)
        elif "time" in changed and self.start.date() < first:
            yield Fault(("start",), f"{_day(self.start)} is too near. Enter a day from {date_in_words(first)} on.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the conference's booking."""
        return conference_keys(self.of(problem), "booking")


def _day(moment: dt.datetime) -> str:
    return date_in_words(moment.date())
