"""The rules of a repair, in place of two of the plan's: each move costs more than all other changes, and more is frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem, is_moved
from scheduler.domain.schedule import Schedule, Violation
from scheduler.grouping import Ints, Mask
from scheduler.rules import HARD_RULES, PREFERENCE_RULES, TIER_RULES
from scheduler.rules.base import Rule
from scheduler.rules.frozen import FrozenRule, starting_anew_before
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.rules.stability import StabilityRule
from scheduler.wording import count_of, date_in_words

GREATEST_COST = 2**40
"""Greatest cost of all moves together. Bounds are computed in whole numbers, with room to spare below 2**53."""


def price_of_a_move(problem: Problem) -> int:
    """Return 1 more than all changes to published bookings can cost together in T3."""
    costs = problem.policy.stability
    most = max(costs.date, costs.time) + costs.chair + max(costs.site, costs.room)
    return 1 + most * len(problem.published)


class MovesRule(StabilityRule):
    """Fewest moves first, and then the tier's own costs: each move costs ``price`` more.

    If the price exceeds the sum of the other costs, minimising the tier minimises moves and T3 in this order, and a value or
    bound of the tier divided by the price is the number of moves. ``free`` lists conferences whose move isn't counted, because
    a change requires it. With ``most``, at most that many bookings move. Without ``with_changes``, only moves cost.
    """

    def __init__(self, price: int, *, free: Collection[str] = (), most: int | None = None, with_changes: bool = True) -> None:
        self.price = price
        self.free = frozenset(free)
        self.most = most
        self.with_changes = with_changes

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        limit = "" if self.most is None else f" At most {count_of(self.most, 'booking')} move."
        return f"As few published bookings as possible change their start, room or chair.{limit} {super().says(policy)}"

    def post(self, builder: BuilderProtocol) -> None:
        """Make each candidate that is a move cost the price, and limit their number."""
        if self.with_changes:
            super().post(builder)
        counted = builder.problem.published_by_id.keys() - self.free
        moves = moving_candidates(builder.candidates, counted)
        builder.pay("stability", moves, self.price)
        if self.most is not None and len(moves):
            builder.limit(np.zeros_like(moves), moves, at_most=self.most)


class FreezeRule(FrozenRule):
    """Nothing published moves to a day before ``until`` either. The locks of frozen bookings do the rest."""

    def __init__(self, until: dt.date) -> None:
        self.until = until

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return f"{super().says(policy)} No published booking moves to a day before {date_in_words(self.until)}."

    def forbids(self, candidates: CandidatesProtocol) -> Mask | None:
        """Return the candidates that R9 excludes, and those that move a published booking to a day before."""
        wrong = super().forbids(candidates)
        wrong = np.zeros(len(candidates), dtype=np.bool_) if wrong is None else wrong
        for published in candidates.problem.published:
            own = candidates.of_request(candidates.request_index[published.conference])
            wrong[own] |= starting_anew_before(candidates, published, self.until)
        return wrong


class StayRule(Rule):
    """Some published bookings keep their start, room and chair if they are placed. This narrows the search of a repair."""

    name = "stay"
    title = "Moved"

    def __init__(self, conferences: Collection[str]) -> None:
        self.conferences = frozenset(conferences)

    def says(self, policy: Policy) -> str:  # noqa: ARG002 - it has no numbers
        """Return the rule as a plain sentence."""
        return "A published booking that nothing requires to move stays as it is."

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the candidates that move one of these bookings."""
        wrong = np.zeros(len(candidates), dtype=np.bool_)
        wrong[moving_candidates(candidates, self.conferences)] = True
        return wrong

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each of these bookings that is moved."""
        published = problem.published_by_id
        return [
            Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference} is moved.")
            for booking in schedule.bookings
            if booking.conference in self.conferences and is_moved(published[booking.conference], booking)
        ]


def moving_candidates(candidates: CandidatesProtocol, conferences: Collection[str]) -> Ints:
    """Return the positions of the candidates that move the published booking of one of the conferences."""
    chairs = {chair.id: n for n, chair in enumerate(candidates.problem.chairs)}
    moving = [np.zeros(0, dtype=np.int64)]
    for published in candidates.problem.published:
        if published.conference in conferences:
            own = candidates.of_request(candidates.request_index[published.conference])
            is_kept = candidates.start[own] == candidates.minute(published.start)
            is_kept &= candidates.chair[own] == chairs[published.chair]
            is_kept &= candidates.place[own] == candidates.place_of(published.room)
            moving.append(own[~is_kept])
    return np.concatenate(moving)


@dataclass(frozen=True)
class RepairRules:
    """The rules of all solves of a repair; ``free`` are the conferences that a change moves."""

    freeze_until: dt.date | None
    free: frozenset[str]

    def all(self, price: int, most: int | None, staying: Collection[str] = ()) -> tuple[Rule, ...]:
        """Return the rules of a whole repair, with at most some moves (None for any number); those ``staying`` don't move."""
        moves = MovesRule(price, free=self.free, most=most)
        tiers = tuple(moves if rule.tier == moves.tier else rule for rule in TIER_RULES)
        return (*self._hard, *((StayRule(staying),) if staying else ()), *tiers, *PREFERENCE_RULES)

    def first_tiers(self, most: int | None) -> tuple[Rule, ...]:
        """Return the rules that end after the number of moves: T1, T2 and then moves alone."""
        moves = MovesRule(1, free=self.free, most=most, with_changes=False)
        return (*self._hard, *(rule for rule in TIER_RULES if rule.tier in ("unplaced", "late")), moves)

    @property
    def _hard(self) -> tuple[Rule, ...]:
        if self.freeze_until is None:
            return HARD_RULES
        freeze = FreezeRule(self.freeze_until)
        return tuple(freeze if rule.name == freeze.name else rule for rule in HARD_RULES)
