"""Violations in a schedule of the published bookings alone (contract, R9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Violation
from scheduler.rules.apart import ApartRule
from scheduler.rules.base import Rule
from scheduler.rules.bookable import BookableRule
from scheduler.rules.chairs import ChairsRule
from scheduler.rules.minute_takers import MinuteTakersRule
from scheduler.rules.rooms import RoomsRule
from scheduler.rules.social_workers import SocialWorkersRule
from scheduler.rules.travel import TravelRule

BOOKING_RULES: tuple[Rule, ...] = (
    BookableRule(),
    RoomsRule(),
    ChairsRule(),
    TravelRule(),
    MinuteTakersRule(),
    SocialWorkersRule(),
    ApartRule(),
)
"""R1 to R7, which bookings can break that are as published; R8 and R9 forbid only changes."""


def breaches_of_published(problem: Problem) -> Mapping[str, tuple[Violation, ...]]:
    """Return the conferences whose published bookings take part in a breach among all published ones, and these breaches."""
    return _breaches(_Identical(problem))


@dataclass(frozen=True, eq=False)
class _Identical:
    """A problem that equals only itself, as a key: comparing whole problems would take longer than checking them again."""

    problem: Problem

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identical) and self.problem is other.problem

    def __hash__(self) -> int:
        return id(self.problem)


@lru_cache(maxsize=4)
def _breaches(key: _Identical) -> Mapping[str, tuple[Violation, ...]]:
    problem = key.problem
    schedule = Schedule(bookings=tuple(problem.as_published(published) for published in problem.published))
    by_conference: dict[str, tuple[Violation, ...]] = {}
    for rule in BOOKING_RULES:
        for violation in rule.breaches(problem, schedule) if rule.is_on(problem.policy) else ():
            for conference in violation.bookings:
                by_conference[conference] = (*by_conference.get(conference, ()), violation)
    return MappingProxyType(by_conference)
