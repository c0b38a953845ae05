"""R7: families who must not meet."""

from __future__ import annotations

from itertools import product

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.grouping import numbered
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import date_in_words


class ApartRule(Rule):
    """Conferences that are kept apart are never in rooms at one site on one day (contract, R7)."""

    name = "R7"
    title = "Families who must not meet"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return "Two conferences that are kept apart are never held in rooms at one site on one day."

    def post(self, builder: BuilderProtocol) -> None:
        """Limit both conferences' candidates in rooms at one site on one day to one."""
        candidates = builder.candidates
        for pair in builder.problem.apart:
            both = np.concatenate([candidates.of_request(candidates.request_index[conference]) for conference in pair])
            here = both[candidates.in_room[both]]
            row, _ = numbered(candidates.site[here], candidates.day[here])
            builder.limit(row, here, at_most=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each pair kept apart that meets, under the second of the pair."""
        bookings_of = grouped(schedule.bookings, lambda booking: booking.conference)
        violations: list[Violation] = []
        for one, other in problem.apart:
            for first, second in product(bookings_of.get(one, ()), bookings_of.get(other, ())):
                site = problem.site_of(first.room)
                if site is not None and site == problem.site_of(second.room) and first.day == second.day:
                    where = problem.site_by_id[site].label
                    text = f"{other} is kept apart from {one}, but both are at {where} on {date_in_words(first.day)}."
                    violations.append(Violation(rule=self.name, subject=other, text=text, among=names_of((first, second))))
        return violations
