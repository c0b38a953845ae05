"""A preference: new cases have their conference soon."""

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
        """Return the preference as a plain sentence."""
        return (
            "Each working day from the earliest date to the booking of an initial, transfer-in or pre-birth conference costs "
            f"{policy.weight(self.name)}."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Make each working day before a candidate that is no review cost the weight."""
        candidates = builder.candidates
        waits = candidates.of_conferences(lambda conference: not conference.kind.is_review)
        days = candidates.working_days(candidates.dates(builder.problem.earliest), candidates.date)
        builder.pay("preferences", candidates.positions, builder.problem.policy.weight(self.name) * waits * days)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each booking that waits, reviews aside; its amount is the working days after its earliest date."""
        violations: list[Violation] = []
        for conference, booking in placed(problem, schedule):
            earliest = problem.earliest[conference.id]
            days = 0 if conference.kind.is_review else problem.calendar.working_days(earliest, booking.day)
            if days > 0:
                text = f"{conference.id} waits {count_of(days, 'working day')} from {date_in_words(earliest)}."
                violations.append(Violation(rule=self.name, subject=conference.id, text=text, amount=days))
        return violations
