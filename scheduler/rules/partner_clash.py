"""A preference: an area's partners are invited to one conference at a time."""

from __future__ import annotations

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.grouping import numbered
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import grouped, placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import moment_in_words


class PartnerClashRule(PreferenceRule):
    """Police, health and school staff of an area can attend (contract, T6)."""

    name = "partner_clash"
    title = "Same area, same time"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return (
            "Each conference beyond the first for one site at one date and time, virtual ones too, costs "
            f"{policy.weight(self.name)}."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Make each conference beyond the first for a site and start cost the weight."""
        candidates, weight = builder.candidates, builder.problem.policy.weight(self.name)
        if weight == 0:
            return
        nearest = candidates.of_requests(lambda request: candidates.site_index[request.site])
        conferences = np.flatnonzero(~candidates.is_hold)
        together, first = numbered(nearest[conferences], candidates.start[conferences])
        builder.pay_above("preferences", together, conferences, 1, np.ones_like(first), weight)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each conference beyond the first for a site and start."""
        site_of = {conference.id: conference.site for conference in problem.conferences}
        conferences = [booking for _, booking in placed(problem, schedule)]
        together = grouped(conferences, lambda booking: (site_of[booking.conference], booking.start))
        return [
            Violation(
                rule=self.name,
                subject=booking.conference,
                text=f"{booking.conference} begins with {first.conference}, {moment_in_words(start)}, in one area.",
            )
            for (_, start), (first, *others) in together.items()
            for booking in others
        ]
