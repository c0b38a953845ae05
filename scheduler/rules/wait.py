"""A preference: new cases are heard soon."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, date_in_words


class WaitRule(PreferenceRule):
    """Children new to the service do not wait (contract, T6)."""

    name = "wait"
    title = "Waiting"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            "Each working day from the earliest date to the booking of an initial, transfer-in or pre-birth conference costs "
            f"{policy.weight(self.name)}."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """What the working days before each candidate cost that is no review."""
        candidates = builder.candidates
        waits = candidates.of_conferences(lambda conference: not conference.kind.is_review)
        days = candidates.working_days(candidates.dates(builder.problem.earliest), candidates.date)
        builder.pay("preferences", candidates.positions, builder.problem.policy.weight(self.name) * waits * days)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """For each booking that is no review: the working days after its earliest date, up to the booking."""
        violations: list[Violation] = []
        for conference, booking in placed(problem, schedule):
            earliest = problem.earliest[conference.id]
            days = 0 if conference.kind.is_review else problem.calendar.working_days(earliest, booking.day)
            if days > 0:
                text = f"{conference.id} waits {count_of(days, 'working day')} from {date_in_words(earliest)}."
                violations.append(Violation(rule=self.name, subject=conference.id, text=text, amount=days))
        return violations
