"""What the two preferences for term time share: they differ in the bookings that they count."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from typing_extensions import override

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import Ints
from scheduler.rules.base import PreferenceRule
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.wording import date_in_words


class SchoolHolidayRule(PreferenceRule):
    """A preference that costs for each of its bookings outside term time."""

    remark: ClassVar[str] = ""
    """What a unit's text adds about the conference."""

    @abstractmethod
    def counted(self, candidates: CandidatesProtocol) -> Ints:
        """Return 1 for each candidate that costs outside term time, else 0."""

    @abstractmethod
    def counted_bookings(self, problem: Problem, schedule: Schedule) -> Iterable[Booking]:
        """Return the bookings that cost outside term time."""

    @override
    def post(self, builder: BuilderProtocol) -> None:
        """Make each counted candidate outside term time cost the weight."""
        candidates, problem = builder.candidates, builder.problem
        in_holidays = candidates.of_days(lambda day: not problem.calendar.is_term_time(day))
        weight = problem.policy.weight(self.name)
        builder.pay("preferences", candidates.positions, weight * in_holidays * self.counted(candidates))

    @override
    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each counted booking outside term time."""
        return [
            Violation(
                rule=self.name,
                subject=booking.conference,
                text=f"{booking.conference} is on {date_in_words(booking.day)}, in school holidays{self.remark}.",
            )
            for booking in self.counted_bookings(problem, schedule)
            if not problem.calendar.is_term_time(booking.day)
        ]
