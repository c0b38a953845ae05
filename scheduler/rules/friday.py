"""A preference: no Fridays."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.domain.values import is_friday
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import known
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import date_in_words


class FridayRule(PreferenceRule):
    """Nobody is left alone with a conference over the weekend (contract, T6)."""

    name = "friday"
    title = "On a Friday"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each booking on a Friday, holds too, costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate on a Friday cost the weight."""
        fridays = builder.candidates.of_days(is_friday)
        builder.pay("preferences", builder.candidates.positions, builder.problem.policy.weight(self.name) * fridays)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each booking on a Friday, holds too."""
        return [
            Violation(
                rule=self.name,
                subject=booking.conference,
                text=f"{booking.conference} is on {date_in_words(booking.day)}.",
            )
            for booking in known(problem, schedule)
            if is_friday(booking.day)
        ]
