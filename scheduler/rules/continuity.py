"""T4: families who lose their own chair."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed


class Continuity(Rule):
    """A family stays with its own chair (contract, T4)."""

    name = "continuity"
    title = "Handover to another chair"
    tier = "continuity"

    def says(self, policy: Policy) -> str:  # noqa: ARG002
        """The rule in a plain sentence."""
        return "Each child whose conference is chaired by another than the family's own chair costs 1."

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """The children of each booking that another than the family's own chair chairs."""
        return [
            Violation(
                rule=self.name,
                subject=conference.id,
                text=f"{conference.id} is chaired by {booking.chair} instead of its own chair, {conference.chair}.",
                amount=conference.children,
            )
            for conference, booking in placed(problem, schedule)
            if conference.chair is not None and booking.chair != conference.chair
        ]
