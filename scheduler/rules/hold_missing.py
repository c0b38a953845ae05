"""A preference: slots are kept free for conferences not yet known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.wording import date_in_words

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class HoldMissingRule(Rule):
    """A request that comes tomorrow still finds a slot (contract, T6)."""

    name = "hold_missing"
    title = "Hold not provided"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return f"Each hold that is not provided costs {policy.weight('hold_missing')}."

    def post(self, draft: ProgrammeBuilder) -> None:
        """The weight for each hold, which a booking takes away."""
        weight = draft.problem.policy.weight("hold_missing")
        draft.pay_always("preferences", weight * len(draft.problem.held_slots))
        draft.pay("preferences", draft.candidates.positions, -weight * draft.candidates.is_hold)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each hold without a booking."""
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
