"""T4: families who lose their own chair."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol


class ContinuityRule(Rule):
    """A family stays with its own chair (contract, T4)."""

    name = "continuity"
    title = "Handover to another chair"
    tier = "continuity"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return "Each child whose conference is chaired by another than the family's own chair costs 1."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate with another chair than the family's own cost its children."""
        candidates = builder.candidates
        number: dict[str | None, int] = {chair.id: n for n, chair in enumerate(builder.problem.chairs)}
        own_chair = candidates.of_conferences(lambda conference: number.get(conference.chair, -1), of_holds=-1)
        children = candidates.of_conferences(lambda conference: conference.children)
        handed_over = (own_chair >= 0) & (candidates.chair != own_chair)
        builder.pay("continuity", candidates.positions, children * handed_over)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each booking with another chair than the family's own; its amount is the children."""
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
