"""A preference: families who want a room get one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.conference import Mode
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class VirtualFallbackRule(Rule):
    """A conference that asks for a room is held in one (contract, T6)."""

    name = "virtual_fallback"
    title = "Held virtually for want of a room"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return f"Each hybrid or in-person conference that is held virtually costs {policy.weight('virtual_fallback')}."

    def post(self, draft: ProgrammeBuilder) -> None:
        """What each candidate without a room costs that asks for one."""
        candidates = draft.candidates
        asks = candidates.of_conferences(lambda conference: conference.mode is not Mode.VIRTUAL)
        weight = draft.problem.policy.weight("virtual_fallback")
        draft.pay("preferences", candidates.positions, weight * asks * ~candidates.in_room)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each hybrid or in-person conference held virtually."""
        return [
            Violation(
                rule=self.name,
                subject=conference.id,
                text=f"{conference.id} asks for a room, but is held virtually.",
            )
            for conference, booking in placed(problem, schedule)
            if conference.mode is not Mode.VIRTUAL and booking.room is None
        ]
