"""A preference: some days in hand before the due date."""

from __future__ import annotations

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import PreferenceRule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, date_in_words


class TightRule(PreferenceRule):
    """A conference that must be moved can still be in time (contract, T6)."""

    name = "tight"
    title = "Close to the due date"

    def says(self, policy: Policy) -> str:
        """Return the preference as a plain sentence."""
        return (
            f"Each booking in time with fewer than {count_of(policy.tight_days, 'working day')} from its date to its due date "
            f"costs {policy.weight(self.name)}."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate that is only just in time cost the weight."""
        candidates, policy = builder.candidates, builder.problem.policy
        due = candidates.dates(builder.problem.due)
        is_tight = (candidates.date <= due) & (candidates.working_days(candidates.date, due) < policy.tight_days)
        builder.pay("preferences", candidates.positions, policy.weight(self.name) * (is_tight & ~candidates.is_hold))

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one unit for each booking in time with too few working days left to its due date."""
        violations: list[Violation] = []
        for conference, booking in placed(problem, schedule):
            due = problem.due[conference.id]
            days_left = problem.calendar.working_days(booking.day, due)
            if booking.day <= due and days_left < problem.policy.tight_days:
                text = f"{conference.id} has {count_of(days_left, 'working day')} left to its due date, {date_in_words(due)}."
                violations.append(Violation(rule=self.name, subject=conference.id, text=text))
        return violations
