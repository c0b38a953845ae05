"""A preference: chairs stay at one site a day."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped
from scheduler.wording import date_in_words, in_a_row


class SiteChange(Rule):
    """A chair does not spend the day on the road (contract, T6)."""

    name = "site_change"
    title = "Chair changes site"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            f"Each site beyond the first at which a chair has rooms on one day, holds too, costs {policy.weight('site_change')}."
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """For each chair and day with rooms at more than one site: the sites beyond the first."""
        violations: list[Violation] = []
        for (chair_id, day), bookings in grouped(schedule.bookings, lambda booking: (booking.chair, booking.day)).items():
            sites = sorted({site for booking in bookings if (site := problem.site_of(booking.room)) is not None})
            if chair_id in problem.chair_by_id and len(sites) > 1:
                labels = in_a_row([problem.site_by_id[site].label for site in sites])
                text = f"{problem.chair_by_id[chair_id].label} is at {labels} on {date_in_words(day)}."
                violations.append(Violation(rule=self.name, subject=chair_id, text=text, amount=len(sites) - 1))
        return violations
