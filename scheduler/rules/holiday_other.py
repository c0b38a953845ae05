"""A preference: all other bookings in term time, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import held, placed
from scheduler.wording import date_in_words

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class HolidayOtherRule(Rule):
    """Every family is seen in term time where possible (contract, T6)."""

    name = "holiday_other"
    title = "School holidays"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            "Each booking outside term time of a conference without children of school age, or of a hold, costs "
            f"{policy.weight('holiday_other')}."
        )

    def post(self, draft: ProgrammeBuilder) -> None:
        """What every other candidate outside term time costs."""
        candidates, calendar = draft.candidates, draft.problem.calendar
        in_holidays = candidates.of_days(lambda day: not calendar.is_term_time(day))
        others = candidates.of_conferences(lambda conference: conference.school_age == 0, of_holds=1)
        draft.pay("preferences", candidates.positions, draft.problem.policy.weight("holiday_other") * in_holidays * others)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each booking outside term time without children of school age, holds too."""
        others = [booking for conference, booking in placed(problem, schedule) if conference.school_age == 0]
        return [
            Violation(
                rule=self.name,
                subject=booking.conference,
                text=f"{booking.conference} is on {date_in_words(booking.day)}, in school holidays.",
            )
            for booking in (*others, *held(problem, schedule))
            if not problem.calendar.is_term_time(booking.day)
        ]
