"""A preference: reserves chair only when nobody else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class ReserveChairRule(Rule):
    """The manager is left to manage (contract, T6)."""

    name = "reserve_chair"
    title = "Chaired by a reserve"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return f"Each conference that a reserve chairs costs {policy.weight('reserve_chair')}."

    def post(self, draft: ProgrammeBuilder) -> None:
        """What each candidate with a reserve costs."""
        candidates = draft.candidates
        reserves = candidates.of_chairs(lambda chair: chair.reserve)
        weight = draft.problem.policy.weight("reserve_chair")
        draft.pay("preferences", candidates.positions, weight * reserves * ~candidates.is_hold)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One unit for each conference that a reserve chairs."""
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
