"""A preference: new cases are heard soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.wording import count_of, date_in_words

if TYPE_CHECKING:
    from scheduler.model.draft import ProgrammeBuilder


class WaitRule(Rule):
    """Children new to the service do not wait (contract, T6)."""

    name = "wait"
    title = "Waiting"
    tier = "preferences"

    def says(self, policy: Policy) -> str:
        """The preference in a plain sentence."""
        return (
            "Each working day from the earliest date to the booking of an initial, transfer-in or pre-birth conference costs "
            f"{policy.weight('wait')}."
        )

    def post(self, draft: ProgrammeBuilder) -> None:
        """What the working days before each candidate cost that is no review."""
        candidates = draft.candidates
        waits = candidates.of_conferences(lambda conference: not conference.kind.is_review)
        days = candidates.working_days(candidates.dates(draft.problem.earliest), candidates.date)
        draft.pay("preferences", candidates.positions, draft.problem.policy.weight("wait") * waits * days)

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
