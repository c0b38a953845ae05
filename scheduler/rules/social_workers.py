"""R6: a social worker is in one conference at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of, overlapping, placed
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import count_of, moment_in_words


class SocialWorkersRule(Rule):
    """Conferences with one social worker never overlap (contract, R6)."""

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
        counts = Counter(conference.social_worker for conference in builder.problem.conferences)
        shared = [worker for worker, count in counts.items() if worker is not None and count > 1]
        number: dict[str | None, int] = {worker: n for n, worker in enumerate(shared)}
        worker = candidates.of_conferences(lambda conference: number.get(conference.social_worker, -1), of_holds=-1)
        here = np.flatnonzero(worker >= 0)
        builder.limit_together(worker[here], here, candidates.arrival[here], candidates.end[here])

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each pair that overlaps, under the later one."""
        worker_of = {c.id: c.social_worker for c in problem.conferences if c.social_worker is not None}
        with_worker = (booking for conference, booking in placed(problem, schedule) if conference.id in worker_of)
        return [
            Violation(
                rule=self.name,
                subject=later.conference,
                text=f"{later.conference}, {moment_in_words(later.start)}: {worker} is then in {booking.conference}.",
                among=names_of((booking, later)),
            )
            for worker, bookings in grouped(with_worker, lambda booking: worker_of[booking.conference]).items()
            for booking, later in overlapping(bookings, problem.people_time)
        ]
