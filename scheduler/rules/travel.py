"""R4: time for a chair to get from site to site."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from scheduler.domain.places import UNLISTED_MINUTES, minutes_between
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import at_one_moment, members, numbered, ranges
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, moment_in_words


class TravelRule(Rule):
    """A chair has time for the drive between bookings at two sites on one day (contract, R4)."""

    name = "R4"
    title = "No time to travel"
    rests_on = ("R3",)

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "Between two bookings of one chair in rooms at different sites on one day, there is time for the drive: from the "
            f"end of the first to {count_of(policy.pre_meet, 'minute')} before the start of the second."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Limit what ends at one moment at one site, and what begins too soon after it at another, to one.

        What begins too soon is split into sets that share a moment, so that a row's members exclude one another.
        """
        candidates, problem = builder.candidates, builder.problem
        needed = np.full((len(problem.sites), len(problem.sites)), UNLISTED_MINUTES, dtype=np.int64)
        for (from_, to), minutes in problem.travel_minutes.items():
            needed[candidates.site_index[from_], candidates.site_index[to]] = minutes
        np.fill_diagonal(needed, 0)
        if not needed.any() or not len(candidates):
            return

        here = np.flatnonzero(candidates.in_room)
        arrival, end, site = candidates.arrival[here], candidates.end[here], candidates.site[here]
        chair_day, _ = numbered(candidates.chair[here], candidates.day[here])
        leaving, first = numbered(chair_day, site, end)

        base, span = int(candidates.arrival.min()), int(candidates.end.max() - candidates.arrival.min() + needed.max()) + 1
        arrivals = (chair_day * len(needed) + site) * span + arrival - base
        order = np.argsort(arrivals, kind="stable")
        left, there = np.nonzero(needed[site[first]])
        last = first[left]
        earliest = (chair_day[last] * len(needed) + there) * span + end[last] - base
        latest = earliest + needed[site[last], there]
        journey, position = ranges(*(np.searchsorted(arrivals[order], moment) for moment in (earliest, latest)))
        too_soon = order[position]

        row, member = at_one_moment(journey, arrival[too_soon], end[too_soon])
        _, of_row = np.unique(row, return_index=True)
        row_before, before = members(leaving, left[journey[member[of_row]]])
        builder.limit(np.concatenate([row, row_before]), here[np.concatenate([too_soon[member], before])], at_most=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each pair of a chair's bookings too close for the drive, under the later one."""
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
        needed = minutes_between(problem.travel_minutes, from_, to)
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
        return Violation(rule=self.name, subject=second.conference, text=text, among=names_of((first, second)))
