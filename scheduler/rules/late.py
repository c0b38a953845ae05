"""T2: conferences after their due dates."""

from __future__ import annotations

import datetime as dt

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.grouping import Ints
from scheduler.rules.base import Rule
from scheduler.rules.bookings import placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, date_in_words


class LateRule(Rule):
    """Every child's conference is in time, or as little late as possible (contract, T2)."""

    name = "late"
    title = "Late"
    tier = "late"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            f"A booking after its due date costs, for each of its children, {policy.late_base} "
            "and 1 more for each working day after the due date."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate after its due date cost its lateness."""
        candidates = builder.candidates
        due = candidates.dates(builder.problem.due)
        children = candidates.of_conferences(lambda conference: conference.children)
        cost = children * (builder.problem.policy.late_base + candidates.working_days(due, candidates.date))
        cost = np.where(candidates.date > due, cost, 0)
        builder.pay("late", candidates.positions, cost)
        self._leave_out(builder, cost)

    def _leave_out(self, builder: BuilderProtocol, cost: Ints) -> None:
        """Record by how much the first day left out costs a conference more than its best candidate."""
        candidates, problem = builder.candidates, builder.problem
        least = np.full(len(candidates.requests), np.iinfo(np.int64).max)
        np.minimum.at(least, candidates.request, cost)
        more = []
        for conference, first, own in zip(problem.conferences, candidates.first_left_out.tolist(), least.tolist(), strict=False):
            if first:
                days_late = problem.calendar.working_days(problem.due[conference.id], dt.date.fromordinal(first))
                more.append(conference.children * (problem.policy.late_base + days_late) - own)
        if more:
            builder.leave_out(max(0, min(more)))

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return each late booking; its amount is its children times (the base + working days late)."""
        violations: list[Violation] = []
        for conference, booking in placed(problem, schedule):
            due = problem.due[conference.id]
            if booking.day > due:
                days_late = problem.calendar.working_days(due, booking.day)
                text = (
                    f"{conference.id} ({count_of(conference.children, 'child', 'children')}) was due on {date_in_words(due)} and "
                    f"is on {date_in_words(booking.day)}, {count_of(days_late, 'working day')} late."
                )
                amount = conference.children * (problem.policy.late_base + days_late)
                violations.append(Violation(rule=self.name, subject=conference.id, text=text, amount=amount))
        return violations
