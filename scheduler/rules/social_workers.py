"""R6: a social worker is in one conference at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np

from scheduler.domain.identifiers import alike
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of, overlapping, placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, moment_in_words


class SocialWorkersRule(Rule):
    """Conferences with one social worker never overlap (contract, R6).

    A placeholder such as ``TBC`` is no social worker, and social workers that are alike count as one (contract, section 8).
    """

    name = "R6"
    title = "Social worker in two conferences"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "Two conferences with the same social worker never overlap, each from "
            f"{count_of(policy.pre_meet, 'minute')} before its start to its end."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Limit each social worker who has several conferences to one at a time."""
        candidates = builder.candidates
        policy = builder.problem.policy
        worker_of = {
            conference.id: alike(conference.social_worker)
            for conference in builder.problem.conferences
            if conference.social_worker is not None and not policy.is_placeholder(conference.social_worker)
        }
        shared = [worker for worker, count in Counter(worker_of.values()).items() if count > 1]
        number: dict[str | None, int] = {worker: n for n, worker in enumerate(shared)}
        worker = candidates.of_conferences(lambda conference: number.get(worker_of.get(conference.id), -1), of_holds=-1)
        here = np.flatnonzero(worker >= 0)
        builder.limit_together(worker[here], here, candidates.arrival[here], candidates.end[here])

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each pair that overlaps, under the later one."""
        nobody = {alike(entry) for entry in problem.policy.placeholders}
        known = {c.id: c.social_worker for c in problem.conferences if c.social_worker is not None}
        worker_of = {conference: alike(worker) for conference, worker in known.items() if alike(worker) not in nobody}
        with_worker = (booking for conference, booking in placed(problem, schedule) if conference.id in worker_of)
        violations: list[Violation] = []
        for bookings in grouped(with_worker, lambda booking: worker_of[booking.conference]).values():
            for booking, later in overlapping(bookings, problem.people_time):
                worker = known[booking.conference]
                text = f"{later.conference}, {moment_in_words(later.start)}: {worker} is then in {booking.conference}."
                among = names_of((booking, later))
                violations.append(Violation(rule=self.name, subject=later.conference, text=text, among=among))
        return violations
