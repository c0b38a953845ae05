"""R7: families who must not meet."""

from __future__ import annotations

from itertools import product

import numpy as np

from scheduler.domain.identifiers import alike
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import numbered
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of
from scheduler.rules.protocols import BuilderProtocol
from scheduler.wording import date_in_words


class ApartRule(Rule):
    """Conferences that are kept apart are never in rooms at one site on one day (contract, R7).

    Each side of an ``apart`` entry is a conference or a family: all conferences of the one are kept apart from all of the other.
    Families that are alike count as one (contract, section 8).
    """

    name = "R7"
    title = "Families who must not meet"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "Two conferences that are kept apart, by themselves or by their families, "
            "are never held in rooms at one site on one day."
        )

    def post(self, builder: BuilderProtocol) -> None:
        """Limit both conferences' candidates in rooms at one site on one day to one."""
        candidates = builder.candidates
        problem = builder.problem
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for one, other in problem.apart:
            pairs |= {frozenset(pair): pair for pair in product(problem.on_side(one), problem.on_side(other))}
        for pair in pairs.values():
            both = np.concatenate([candidates.of_request(candidates.request_index[conference]) for conference in pair])
            here = both[candidates.in_room[both]]
            row, _ = numbered(candidates.site[here], candidates.day[here])
            builder.limit(row, here, at_most=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each pair kept apart that meets, under the second of the pair."""
        bookings_of = grouped(schedule.bookings, lambda booking: booking.conference)
        of_family = _by_family(problem, schedule)

        def on_side(name: str) -> list[Booking]:
            return bookings_of.get(name, []) if name in problem.conference_by_id else of_family.get(alike(name), [])

        violations: dict[object, Violation] = {}
        for one, other in problem.apart:
            for first, second in product(on_side(one), on_side(other)):
                site = problem.site_of(first.room)
                if site is not None and site == problem.site_of(second.room) and first.day == second.day:
                    where = problem.site_by_id[site].label
                    who = f"{_named(second, other)} is kept apart from {_named(first, one)}"
                    text = f"{who}, but both are at {where} on {date_in_words(first.day)}."
                    meeting = frozenset({first.conference, second.conference}), site, first.day
                    violations.setdefault(
                        meeting, Violation(rule=self.name, subject=second.conference, text=text, among=names_of((first, second)))
                    )
        return list(violations.values())


def _by_family(problem: Problem, schedule: Schedule) -> dict[str, list[Booking]]:
    """Return the bookings of each family, by its form for comparison."""
    bookings_of: dict[str, list[Booking]] = {}
    for booking in schedule.bookings:
        conference = problem.conference_by_id.get(booking.conference)
        if conference is not None and conference.family is not None:
            bookings_of.setdefault(alike(conference.family), []).append(booking)
    return bookings_of


def _named(booking: Booking, side: str) -> str:
    """Return the booking's conference, and its family if the pair names the family."""
    return booking.conference if booking.conference == side else f"{booking.conference} (family {side})"
