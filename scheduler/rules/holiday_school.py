"""A preference: conferences with children of school age in term time."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.wording import date_in_words


class HolidaySchool(Rule):
    """School staff can attend (contract, T6)."""

    name = "holiday_school"
    title = "School holidays, children of school age"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            f"Each booking outside term time of a conference with children of school age costs {policy.weight('holiday_school')}."
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each booking outside term time with children of school age."""
        return [
            Violation(
                rule=self.name,
                subject=conference.id,
                text=f"{conference.id} is on {date_in_words(booking.day)}, in school holidays, with children of school age.",
            )
            for conference, booking in placed(problem, schedule)
            if conference.school_age > 0 and not problem.calendar.is_term_time(booking.day)
        ]
