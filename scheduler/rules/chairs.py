"""R3: who may chair what, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.domain.people import Chair
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped
from scheduler.rules.diaries import diary_breaches
from scheduler.wording import count_of, date_in_words


class Chairs(Rule):
    """A chair is there, free, allowed to chair the conference, and within their limits (contract, R3)."""

    name = "R3"
    title = "Chair not available"

    def says(self, policy: Policy) -> str:
        """The rule in a plain sentence."""
        return (
            "A chair works that day, is not absent or busy at any time from "
            f"{count_of(policy.pre_meet, 'minute')} before the start to the end, is not one the family is kept from, chairs one "
            "conference at a time, and stays within their most bookings a day and a week and their most office days a week; "
            "a hold is not for a reserve chair."
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One violation for each booking and reason, for each pair that overlaps, and for each day or week above a limit."""
        violations: list[Violation] = []
        for chair_id, bookings in grouped(schedule.bookings, lambda booking: booking.chair).items():
            chair = problem.chair_by_id.get(chair_id)
            if chair is None:
                text = f"{chair_id} is no chair of this problem."
                violations += (self._named(booking, text) for booking in bookings)
                continue
            violations += (self._named(booking, reason) for booking, reason in _not_for_them(chair, bookings, problem))
            violations += diary_breaches(self.name, chair, bookings, problem)
            violations += (
                Violation(rule=self.name, subject=chair_id, text=text) for text in _above_weekly_limits(chair, bookings)
            )
        return violations

    def _named(self, booking: Booking, reason: str) -> Violation:
        return Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference}: {reason}")


def _not_for_them(chair: Chair, bookings: Sequence[Booking], problem: Problem) -> Iterator[tuple[Booking, str]]:
    for booking in bookings:
        conference = problem.conference_by_id.get(booking.conference)
        if conference is not None and chair.id in conference.not_chairs:
            yield booking, f"the family is kept from {chair.label}."
        if chair.reserve and booking.conference in problem.held_slot_by_id:
            yield booking, f"{chair.label} is a reserve, and a hold is not for a reserve."


def _above_weekly_limits(chair: Chair, bookings: Sequence[Booking]) -> Iterator[str]:
    for monday, of_week in grouped(bookings, lambda booking: monday_of(booking.day)).items():
        week = f"in the week from {date_in_words(monday)}"
        if chair.max_per_week is not None and len(of_week) > chair.max_per_week:
            yield f"{chair.label} has {count_of(len(of_week), 'booking')} {week}; at most {chair.max_per_week}."
        office_days = {booking.day for booking in of_week if booking.room is not None}
        if chair.max_office_days is not None and len(office_days) > chair.max_office_days:
            yield f"{chair.label} has {count_of(len(office_days), 'office day')} {week}; at most {chair.max_office_days}."
