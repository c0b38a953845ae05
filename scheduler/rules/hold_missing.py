"""A preference: slots are kept free for conferences not yet known."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import date_in_words


class HoldMissingRule(PreferenceRule):
    """A request that comes tomorrow still finds a slot (contract, T6)."""

    name = "hold_missing"
    title = "Hold not provided"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each hold that is not provided costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each hold cost the weight, and each booking of a hold take it away."""
        weight = builder.problem.policy.weight(self.name)
        builder.pay_always("preferences", weight * len(builder.problem.held_slots))
        builder.pay("preferences", builder.candidates.positions, -weight * builder.candidates.is_hold)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each hold without a booking."""
        provided = {booking.conference for booking in schedule.bookings}
        return [
            Violation(
                rule=self.name,
                subject=slot.id,
                text=f"{slot.id}, in the week from {date_in_words(slot.monday)}, is not provided.",
            )
            for slot in problem.held_slots
            if slot.id not in provided
        ]
