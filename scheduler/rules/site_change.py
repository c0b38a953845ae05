"""A preference: chairs stay at one site a day."""

from __future__ import annotations

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.grouping import numbered
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import grouped
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import date_in_words, in_a_row


class SiteChangeRule(PreferenceRule):
    """A chair does not spend the day on the road (contract, T6)."""

    name = "site_change"
    title = "Chair changes site"
    rests_on = ("R3",)

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each site beyond the first at which a chair has rooms on one day, holds too, costs {policy.weight(self.name)}."

    def post(self, builder: BuilderProtocol) -> None:
        """Make each site beyond the first of a chair's day cost the weight: each site with a room, less one if there is any."""
        candidates, weight = builder.candidates, builder.problem.policy.weight(self.name)
        if weight == 0:
            return
        here = np.flatnonzero(candidates.in_room)
        day, _ = numbered(candidates.chair[here], candidates.day[here])
        _, first = numbered(day, candidates.site[here])
        here = here[(np.bincount(day[first]) > 1)[day]]

        stay, first = numbered(candidates.chair[here], candidates.day[here], candidates.site[here])
        at_site = builder.presence_columns(stay, here, candidates.arrival[here], candidates.end[here])
        day, first_of_day = numbered(candidates.chair[here[first]], candidates.day[here[first]])
        anywhere = builder.count_columns(len(first_of_day))
        builder.limit(
            np.concatenate([np.arange(len(anywhere)), day]),
            np.concatenate([anywhere, at_site]),
            np.concatenate([np.ones_like(anywhere), -np.ones_like(at_site)]),
            at_most=0,
        )
        builder.pay("preferences", at_site, weight)
        builder.pay("preferences", anywhere, -weight)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each chair and day with rooms at several sites; the amount is the sites beyond the first."""
        violations: list[Violation] = []
        for (chair_id, day), bookings in grouped(schedule.bookings, lambda booking: (booking.chair, booking.day)).items():
            sites = sorted({site for booking in bookings if (site := problem.site_of(booking.room)) is not None})
            if chair_id in problem.chair_by_id and len(sites) > 1:
                labels = in_a_row([problem.site_by_id[site].label for site in sites])
                text = f"{problem.chair_by_id[chair_id].label} is at {labels} on {date_in_words(day)}."
                violations.append(Violation(rule=self.name, subject=chair_id, text=text, amount=len(sites) - 1))
        return violations
