"""A preference: the office nearest to the family."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol


class OtherSiteRule(PreferenceRule):
    """Families do not travel far (contract, T6)."""

    name = "other_site"
    title = "At another site"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each booking in a room at a site other than the conference's costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate in a room away from the nearest office cost the weight."""
        candidates = builder.candidates
        nearest = candidates.of_requests(lambda request: candidates.site_index[request.site])
        away = candidates.in_room & ~candidates.is_hold & (candidates.site != nearest)
        builder.pay("preferences", candidates.positions, builder.problem.policy.weight(self.name) * away)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each booking in a room at a site other than the conference's."""
        violations: list[Violation] = []
        for conference, booking in placed(problem, schedule):
            site = problem.site_of(booking.room)
            if site is not None and site != conference.site:
                here, near = problem.site_by_id[site].label, problem.site_by_id[conference.site].label
                text = f"{conference.id} is at {here}; the office nearest to the family is {near}."
                violations.append(Violation(rule=self.name, subject=conference.id, text=text))
        return violations
