"""R9: published bookings of the past and of the next days stay as they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import Mask
from scheduler.rules.base import Rule
from scheduler.rules.bookings import first_bookings, is_as_published
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.rules.published import breaches_of_published
from scheduler.wording import count_of, date_in_words, moment_in_words


class FrozenRule(Rule):
    """Nobody's conference is moved at short notice, unless it breaks a rule (contract, R9)."""

    name = "R9"
    title = "Moved at short notice"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "If the plan has a day on which it is made, a published booking before that day stays as it is. A published booking "
            f"before {count_of(policy.move_notice_days, 'working day')} from then keeps its start, room and chair; if it breaks "
            "a rule as published, it may change its room or chair, or else move to a later day. No published booking moves "
            "into these days."
        )

    def forbids(self, candidates: CandidatesProtocol) -> Mask | None:
        """Return the candidates that change a frozen booking, or move a published one to a frozen day."""
        problem, first = candidates.problem, candidates.problem.first_movable_day
        if first is None:
            return None
        frozen = {published.conference for published in frozen_bookings(problem)}
        chairs = {chair.id: n for n, chair in enumerate(problem.chairs)}
        wrong = np.zeros(len(candidates), dtype=np.bool_)
        for published in problem.published:
            own = candidates.of_request(candidates.request_index[published.conference])
            wrong[own] = starting_anew_before(candidates, published, first)
            if published.conference in frozen:
                wrong[own] |= candidates.start[own] != candidates.minute(published.start)
                wrong[own] |= candidates.chair[own] != chairs[published.chair]
                wrong[own] |= candidates.place[own] != candidates.place_of(published.room)
        return wrong

    def post(self, builder: BuilderProtocol) -> None:
        """Require a booking for each conference that is frozen; the builder itself requires the past ones."""
        candidates = builder.candidates
        for published in frozen_bookings(builder.problem):
            own = candidates.of_request(candidates.request_index[published.conference])
            builder.limit(np.zeros_like(own), own, at_least=1, rows=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each changed or missing booking that was to stay, and each moved to a frozen day."""
        if problem.first_movable_day is None:
            return []
        booked, excepted = first_bookings(schedule), breaches_of_published(problem)
        return [
            Violation(rule=self.name, subject=published.conference, text=f"{published.conference} {reason}")
            for published in problem.published
            for reason in _reasons(problem, published, booked.get(published.conference), published.conference in excepted)
        ]


def starting_anew_before(candidates: CandidatesProtocol, published: PublishedBooking, day: dt.date) -> Mask:
    """Return which candidates of a published booking's conference are on a day before ``day`` and not at its own start."""
    own = candidates.of_request(candidates.request_index[published.conference])
    has_new_start = candidates.start[own] != candidates.minute(published.start)
    return np.asarray(has_new_start & (candidates.date[own] < day.toordinal()))


def frozen_bookings(problem: Problem) -> list[PublishedBooking]:
    """Return the published bookings from ``today`` that keep their start, room and chair, in the problem's order."""
    excepted = breaches_of_published(problem) if problem.today is not None else {}
    return [published for published in near_bookings(problem) if published.conference not in excepted]


def near_bookings(problem: Problem) -> list[PublishedBooking]:
    """Return the published bookings from ``today`` until published bookings may be moved; none without ``today``."""
    first = problem.first_movable_day
    return [
        published
        for published in problem.published
        if first is not None and published.conference not in problem.past and published.start.date() < first
    ]


def _reasons(problem: Problem, published: PublishedBooking, booking: Booking | None, is_excepted: bool) -> Iterator[str]:
    """Return what of a published booking has changed that was to stay."""
    first = problem.first_movable_day
    assert first is not None
    before = f"was published for {moment_in_words(published.start)}"
    if published.conference in problem.past:
        if booking is None or not is_as_published(booking, published):
            yield f"{before}, which is past, but is {'changed' if booking else 'not booked'}."
    elif published.start.date() < first and not is_excepted:
        if booking is None:
            yield f"{before}, too near to withdraw it, but has no booking."
        elif booking.start != published.start:
            yield f"{before}, too near to move it, but is booked for {moment_in_words(booking.start)}."
        elif (booking.room, booking.chair) != (published.room, published.chair):
            yield f"{before}, too near to change it, but has another room or chair."
    elif booking is not None and booking.start != published.start and booking.day < first:
        yield f"{before}, but is moved to {date_in_words(booking.day)}: before {date_in_words(first)} is too near."
