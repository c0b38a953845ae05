"""A preference: reserves chair only when nobody else can."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol


class ReserveChairRule(PreferenceRule):
    """The manager is left to manage (contract, T6)."""

    name = "reserve_chair"
    title = "Chaired by a reserve"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each conference that a reserve chairs costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate with a reserve cost the weight."""
        candidates = builder.candidates
        reserves = candidates.of_chairs(lambda chair: chair.reserve)
        weight = builder.problem.policy.weight(self.name)
        builder.pay("preferences", candidates.positions, weight * reserves * ~candidates.is_hold)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each conference that a reserve chairs."""
        reserves = {chair.id: chair for chair in problem.chairs if chair.reserve}
        return [
            Violation(
                rule=self.name,
                subject=conference.id,
                text=f"{conference.id} is chaired by {reserves[booking.chair].label}, a reserve.",
            )
            for conference, booking in placed(problem, schedule)
            if booking.chair in reserves
        ]
