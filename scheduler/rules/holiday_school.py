"""A preference: conferences with children of school age are in term time."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.grouping import Ints
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import CandidatesProtocol
from scheduler.rules.school_holidays import SchoolHolidayRule


class HolidaySchoolRule(SchoolHolidayRule):
    """School staff can attend (contract, T6)."""

    name = "holiday_school"
    title = "School holidays, children of school age"
    remark = ", with children of school age"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return f"Each booking outside term time of a conference with children of school age costs {policy.weight(self.name)}."

    @override
    def counted(self, candidates: CandidatesProtocol) -> Ints:
        """Return 1 for each candidate with children of school age."""
        return candidates.of_conferences(lambda conference: conference.school_age > 0)

    @override
    def counted_bookings(self, problem: Problem, schedule: Schedule) -> Iterator[Booking]:
        """Return the bookings with children of school age."""
        return (booking for conference, booking in placed(problem, schedule) if conference.school_age > 0)
