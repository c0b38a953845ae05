"""T5: chairs with more children than they should hold."""

from __future__ import annotations

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of


class CaseloadRule(Rule):
    """New families go to chairs with room for them (contract, T5)."""

    name = "caseload"
    title = "Caseload above the cap"
    tier = "caseload"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            f"Each child that a chair holds above the cap costs 1: {policy.caseload_cap} for a full-time chair, in proportion "
            "and rounded down for a part-time one, 0 for a reserve; children of conferences without a chair yet count for "
            "whoever chairs them."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Make each child above a chair's cap cost 1; those of conferences without a chair yet count."""
        candidates, policy = builder.candidates, builder.problem.policy
        new = np.flatnonzero(candidates.of_conferences(lambda conference: conference.chair is None))
        children = candidates.of_conferences(lambda conference: conference.children)[new]
        left = [chair.cap(policy.caseload_cap) - chair.caseload for chair in builder.problem.chairs]
        builder.pay_above("caseload", candidates.chair[new], new, children, np.array(left, dtype=np.int64), 1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each chair's children above the cap, reserves too."""
        given = {
            (booking.chair, conference.id): conference.children
            for conference, booking in placed(problem, schedule)
            if conference.chair is None
        }
        violations: list[Violation] = []
        for chair in problem.chairs:
            holds = chair.caseload + sum(children for (chair_id, _), children in given.items() if chair_id == chair.id)
            cap = chair.cap(problem.policy.caseload_cap)
            if holds > cap:
                text = f"{chair.label} would hold {count_of(holds, 'child', 'children')}; the cap is {cap}."
                violations.append(Violation(rule=self.name, subject=chair.id, text=text, amount=holds - cap))
        return violations
