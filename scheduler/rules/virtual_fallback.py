"""A preference: families who want a room get one."""

from __future__ import annotations

from scheduler.domain.conference import Mode
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol


class VirtualFallbackRule(PreferenceRule):
    """A conference that asks for a room is held in one (contract, T6)."""

    name = "virtual_fallback"
    title = "Held virtually for want of a room"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        which = "hybrid" if policy.virtual_fallback == "hybrid" else "hybrid or in-person"
        return f"Each {which} conference that is held virtually costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate without a room that asks for one cost the weight."""
        candidates = builder.candidates
        asks = candidates.of_conferences(lambda conference: conference.mode is not Mode.VIRTUAL)
        weight = builder.problem.policy.weight(self.name)
        builder.pay("preferences", candidates.positions, weight * asks * ~candidates.in_room)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each hybrid or in-person conference held virtually."""
        return [
            Violation(
                rule=self.name,
                subject=conference.id,
                text=f"{conference.id} asks for a room, but is held virtually.",
            )
            for conference, booking in placed(problem, schedule)
            if conference.mode is not Mode.VIRTUAL and booking.room is None
        ]
