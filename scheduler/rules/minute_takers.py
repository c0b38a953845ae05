"""R5: somebody who takes the record."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped
from scheduler.rules.diaries import diary_breaches
from scheduler.wording import count_of


class MinuteTakers(Rule):
    """Every booking has a minute taker who is there, free, and within their limit (contract, R5)."""

    name = "R5"
    title = "No minute taker"

    def says(self, policy: Policy) -> str:
        """The rule in a plain sentence."""
        return (
            "Where minute takers are planned, every booking has one who works that day, is not absent or busy at any time from "
            f"{count_of(policy.pre_meet, 'minute')} before the start to the end, records one conference at a time, stays within "
            "their most bookings a day and, for a room, serves its site."
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One violation for each booking and reason, for each pair that overlaps, and for each day above a limit."""
        if problem.minute_takers is None:
            return []
        violations: list[Violation] = []
        for taker_id, bookings in grouped(schedule.bookings, lambda booking: booking.minute_taker).items():
            taker = problem.minute_taker_by_id.get(taker_id) if taker_id is not None else None
            if taker is None:
                reason = "it has no minute taker." if taker_id is None else f"{taker_id} is no minute taker of this problem."
                violations += (self._named(booking, reason) for booking in bookings)
                continue
            for booking in bookings:
                site = problem.site_of(booking.room)
                if site is not None and site not in taker.sites:
                    violations.append(self._named(booking, f"{taker.label} does not serve {problem.site_by_id[site].label}."))
            violations += diary_breaches(self.name, taker, bookings, problem)
        return violations

    def _named(self, booking: Booking, reason: str) -> Violation:
        return Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference}: {reason}")
