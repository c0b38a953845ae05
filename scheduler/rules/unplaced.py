"""T1: conferences without a booking."""

from __future__ import annotations

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.protocols import BuilderProtocol


class UnplacedRule(Rule):
    """Every conference is placed before anything else counts (contract, T1)."""

    name = "unplaced"
    title = "Not placed"
    tier = "unplaced"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return "As few conferences as possible stay without a booking."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each conference cost 1, and each booking take it away."""
        builder.pay_always("unplaced", len(builder.problem.conferences))
        builder.pay("unplaced", np.flatnonzero(~builder.candidates.is_hold), -1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each conference without a booking."""
        booked = {booking.conference for booking in schedule.bookings}
        return [
            Violation(rule=self.name, subject=conference.id, text=f"{conference.id} has no booking.")
            for conference in problem.conferences
            if conference.id not in booked
        ]
