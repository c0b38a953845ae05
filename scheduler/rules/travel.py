"""R4: time for a chair to get from site to site."""

from __future__ import annotations

from itertools import combinations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped
from scheduler.wording import count_of, moment_in_words


class Travel(Rule):
    """Between bookings at two sites on one day lies the drive between them (contract, R4)."""

    name = "R4"
    title = "No time to travel"

    def says(self, policy: Policy) -> str:
        """The rule in a plain sentence."""
        return (
            "Between two bookings of one chair in rooms at different sites on one day, there is time for the drive: from the "
            f"end of the first to {count_of(policy.pre_meet, 'minute')} before the start of the second."
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One violation for each two bookings of a chair too close for the drive, named by the later."""
        days = grouped(schedule.bookings, lambda booking: (booking.chair, booking.day))
        return [
            violation
            for bookings in days.values()
            for first, second in combinations(bookings, 2)
            if (violation := self._too_close(problem, first, second)) is not None
        ]

    def _too_close(self, problem: Problem, first: Booking, second: Booking) -> Violation | None:
        from_, to = problem.site_of(first.room), problem.site_of(second.room)
        if from_ is None or to is None or from_ == to:
            return None
        needed = problem.travel_minutes.get((from_, to), 0)
        gap = problem.people_time(second).start - problem.people_time(first).end
        minutes = int(gap.total_seconds()) // 60
        if minutes >= needed:
            return None
        chair = problem.chair_by_id[second.chair].label if second.chair in problem.chair_by_id else second.chair
        drive = f"{problem.site_by_id[from_].label} to {problem.site_by_id[to].label}"
        text = (
            f"{second.conference}, {moment_in_words(second.start)}: {chair} has {count_of(max(minutes, 0), 'minute')} after "
            f"{first.conference}, and {drive} takes {needed}."
        )
        return Violation(rule=self.name, subject=second.conference, text=text)
