"""Whether a conference can be held in certain slots at all, beside the bookings that can't give way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.domain.problem import LOCKS, Problem, PublishedBooking, with_conferences, with_valid_fields
from scheduler.engines import cp_sat
from scheduler.engines.budget import Budget
from scheduler.engines.part import part_of
from scheduler.explanations.target import Target, TargetRule
from scheduler.lock_conflicts import without_hopeless_locks
from scheduler.model.build import build_programme
from scheduler.rules import HARD_RULES
from scheduler.rules.frozen import frozen_bookings
from scheduler.rules.published import breaches_of_published


class OutOfTimeError(Exception):
    """The time is up before a solve has an answer."""


@dataclass(frozen=True)
class FirmDiary:
    """The conference of a question beside only the bookings that stay: ``problem`` has no other conferences.

    ``frozen`` and ``locked`` are conferences that stay as they are, and so do the problem's past ones.
    """

    problem: Problem
    frozen: frozenset[str]
    locked: frozenset[str]

    @property
    def firm(self) -> list[PublishedBooking]:
        """Return the bookings of other conferences that stay, in the problem's order."""
        stays = self.frozen | self.locked | self.problem.past.keys()
        return [published for published in self.problem.published if published.conference in stays]


def firm_diary(problem: Problem, target: Target) -> FirmDiary:
    """Return the question's conference beside what can't give way. Every other conference could be left without a booking.

    Bookings that are frozen (R9) become locked ones, so that a question may lift R9 for its own conference alone. Bookings
    that break a rule as published stay in the problem without having to be booked, because R9 excepts those.
    """
    problem = without_hopeless_locks(problem)
    own = target.conference
    has_locks = "R8" not in problem.policy.off
    frozen = {published.conference for published in frozen_bookings(problem)} - {own}
    locked = {published.conference for published in problem.published if published.locks and has_locks} - {own}
    stays = {own, *frozen, *locked, *problem.past}
    breaking = breaches_of_published(problem).keys() if problem.today is not None else set[str]()
    published = tuple(_locked(one, frozen, has_locks) for one in problem.published if one.conference in stays | breaking)
    fewer = with_conferences(problem, (one for one in problem.conferences if one.id in stays | breaking))
    reduced = with_valid_fields(
        fewer,
        apart=tuple(pair for pair in problem.apart if all(fewer.on_side(side) for side in pair)),
        published=published,
        holds=(),
        policy=problem.policy.model_copy(update={"off": tuple(rule for rule in problem.policy.off if rule != "R8")}),
    )
    return FirmDiary(reduced, frozenset(frozen), frozenset(locked - frozen))


def _locked(published: PublishedBooking, frozen: set[str], has_locks: bool) -> PublishedBooking:
    locks = LOCKS if published.conference in frozen else published.locks if has_locks else ()
    return published.model_copy(update={"locks": locks})


def can_be_held(problem: Problem, target: Target, budget: Budget) -> bool:
    """True if the conference can be held in one of the slots beside everything that must be booked in the problem.

    That it can't is confirmed by a second search, without presolve. Raise OutOfTimeError if the time is up before.
    """
    if budget.over:
        raise OutOfTimeError
    builder = build_programme(problem, rules=(*HARD_RULES, TargetRule(target)))
    if target.conference in builder.impossible:
        return False
    programme = builder.programme()
    part = part_of(programme, np.arange(programme.columns), np.zeros(programme.columns, dtype=np.int64), 0)
    for presolve in (True, False):
        result = cp_sat.search(part, presolve=presolve, time_limit=budget.seconds_left)
        if result.point is not None:
            return True
        if not result.finished:
            raise OutOfTimeError
    return False
