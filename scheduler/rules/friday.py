"""A preference: no Fridays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.wording import date_in_words

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class FridayRule(Rule):
    """Nobody is left alone with a conference over the weekend (contract, T6)."""

    name = "friday"
    title = "On a Friday"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return f"Each booking on a Friday, holds too, costs {policy.weight('friday')}."

    def post(self, draft: ProgrammeBuilder) -> None:
        """What each candidate on a Friday costs."""
        fridays = draft.candidates.of_days(lambda day: day.weekday() == 4)
        draft.pay("preferences", draft.candidates.positions, draft.problem.policy.weight("friday") * fridays)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each booking on a Friday, holds too."""
        return [
            Violation(
                rule=self.name,
                subject=booking.conference,
                text=f"{booking.conference} is on {date_in_words(booking.day)}.",
            )
            for booking in schedule.bookings
            if booking.day.weekday() == 4 and booking.conference in problem.minutes_by_id
        ]
