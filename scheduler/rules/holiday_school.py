"""A preference: conferences with children of school age in term time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.wording import date_in_words

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class HolidaySchoolRule(Rule):
    """School staff can attend (contract, T6)."""

    name = "holiday_school"
    title = "School holidays, children of school age"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            f"Each booking outside term time of a conference with children of school age costs {policy.weight('holiday_school')}."
        )

    def post(self, draft: ProgrammeBuilder) -> None:
        """What each candidate outside term time costs that has children of school age."""
        candidates, calendar = draft.candidates, draft.problem.calendar
        in_holidays = candidates.of_days(lambda day: not calendar.is_term_time(day))
        of_school_age = candidates.of_conferences(lambda conference: conference.school_age > 0)
        weight = draft.problem.policy.weight("holiday_school")
        draft.pay("preferences", candidates.positions, weight * in_holidays * of_school_age)

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
