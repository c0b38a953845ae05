"""A preference: all other bookings are in term time, too."""

from __future__ import annotations

from typing_extensions import override

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.grouping import Ints
from scheduler.rules.bookings import held, placed
from scheduler.rules.protocols import CandidatesProtocol
from scheduler.rules.school_holidays import SchoolHolidayRule


class HolidayOtherRule(SchoolHolidayRule):
    """Every family is seen in term time where possible (contract, T6)."""

    name = "holiday_other"
    title = "School holidays"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return (
            "Each booking outside term time of a conference without children of school age, or of a hold, costs "
            f"{policy.weight(self.name)}."
        )

    @override
    def counted(self, candidates: CandidatesProtocol) -> Ints:
        """Return 1 for each candidate without children of school age, holds too."""
        return candidates.of_conferences(lambda conference: conference.school_age == 0, of_holds=1)

    @override
    def counted_bookings(self, problem: Problem, schedule: Schedule) -> list[Booking]:
        """Return the bookings without children of school age, then those of holds."""
        others = [booking for conference, booking in placed(problem, schedule) if conference.school_age == 0]
        return [*others, *held(problem, schedule)]
