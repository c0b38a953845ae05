"""T3: changes to published bookings."""

from __future__ import annotations

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import first_bookings
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import in_a_row, moment_in_words


class StabilityRule(Rule):
    """A published booking changes as little as possible (contract, T3)."""

    name = "stability"
    title = "Published booking changed"
    tier = "stability"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        costs = policy.stability
        return (
            f"A published booking costs {costs.date} if its date changes, else {costs.time} if its start does; {costs.chair} if "
            f"its chair does; {costs.site} if its site does (held virtually, it is at none), else {costs.room} if its room does."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Add to each candidate of a published conference the cost of its changes."""
        candidates, costs = builder.candidates, builder.problem.policy.stability
        chairs = {chair.id: n for n, chair in enumerate(builder.problem.chairs)}
        for published in builder.problem.published:
            own = candidates.of_request(candidates.request_index[published.conference])
            place = candidates.place_of(published.room)
            other_date = candidates.date[own] != published.start.toordinal()
            other_start = candidates.start[own] != candidates.minute(published.start)
            other_site = candidates.site[own] != candidates.place_site[place]
            when = np.where(other_date, costs.date, costs.time * other_start)
            where = np.where(other_site, costs.site, costs.room * (candidates.place[own] != place))
            builder.pay("stability", own, when + where + costs.chair * (candidates.chair[own] != chairs[published.chair]))

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each published booking that is placed but changed; its amount is the cost of its changes."""
        booked = first_bookings(schedule)
        violations: list[Violation] = []
        for published in problem.published:
            booking = booked.get(published.conference)
            if booking is None:
                continue
            changes = _changes(problem, published, booking)
            if changes:
                before = f"{published.conference}, published for {moment_in_words(published.start)}"
                text = f"{before}, has another {in_a_row(list(changes))}."
                amount = sum(changes.values())
                violations.append(Violation(rule=self.name, subject=published.conference, text=text, amount=amount))
        return violations


def _changes(problem: Problem, published: PublishedBooking, booking: Booking) -> dict[str, int]:
    """Return the cost of each change."""
    costs = problem.policy.stability
    changes: dict[str, int] = {}
    if booking.day != published.start.date():
        changes["date"] = costs.date
    elif booking.start != published.start:
        changes["start"] = costs.time
    if booking.chair != published.chair:
        changes["chair"] = costs.chair
    if problem.site_of(booking.room) != problem.site_of(published.room):
        changes["site"] = costs.site
    elif booking.room != published.room:
        changes["room"] = costs.room
    return changes
