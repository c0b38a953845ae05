"""The smallest set of facts that forbids the slots of a question: a minimum unsatisfiable subset."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from scheduler.domain.problem import Problem
from scheduler.engines.budget import Budget
from scheduler.explanations.fact import Fact
from scheduler.explanations.facts import facts_of, unliftable
from scheduler.explanations.feasibility import FirmDiary, OutOfTimeError, can_be_held
from scheduler.explanations.smallest import Facts, smallest_forbidding
from scheduler.explanations.target import Target

SHARE_OF_SMALLEST = 0.5
"""The part of the seconds left that the search for a smaller set may take."""
CERTAIN = 2
"""A set of this size or less is the smallest without a search, once no fact forbids the slots by itself."""


@dataclass(frozen=True)
class FactConflict:
    """Facts that forbid the slots together. ``also`` are others, each of which forbids them by itself.

    ``minimal`` if each fact is confirmed necessary: without it, and without all facts that are not listed, a slot is possible.
    ``smallest`` if besides that no fewer facts forbid the slots, proven.
    """

    facts: tuple[Fact, ...]
    also: tuple[Fact, ...]
    minimal: bool
    smallest: bool


@dataclass(frozen=True)
class FactSearch:
    """A search among all facts; what is not in a set is lifted. ``allowing`` collects the sets that don't forbid the slots."""

    problem: Problem
    target: Target
    every: Sequence[Fact]
    budget: Budget
    allowing: set[Facts] = field(default_factory=set)

    def forbid(self, facts: Collection[int]) -> bool:
        """True if these facts (positions) forbid every slot of the question. Raise OutOfTimeError if the time is up."""
        problem = self.problem
        for n, fact in enumerate(self.every):
            if n not in facts:
                problem = fact.lift(problem)
        is_possible = can_be_held(problem, self.target, self.budget)
        if is_possible:
            self.allowing.add(frozenset(facts))
        return not is_possible


def conflict_of(diary: FirmDiary, target: Target, budget: Budget) -> FactConflict:
    """Return a smallest set of facts that forbids the slots of the question, which are known to be impossible.

    A single fact that suffices is found first. Otherwise a deletion filter leaves a set that has no proper subset that
    suffices, and a search for a smaller one follows. If the time is up before, the set so far is returned as not minimal, or as
    not the smallest.
    """
    search = FactSearch(diary.problem, target, facts_of(diary, target), budget)
    everything = range(len(search.every))
    found = list(everything)
    try:
        if search.forbid(()):
            return FactConflict((unliftable(diary.problem, target),), (), minimal=True, smallest=True)
        alone = [n for n in everything if search.forbid([n])]
        if alone:
            first, *others = (search.every[n] for n in alone)
            return FactConflict((first,), tuple(others), minimal=True, smallest=True)
        found = _deletion_filter(search, found)
    except OutOfTimeError:
        return FactConflict(_of(search, found), (), minimal=False, smallest=False)
    smallest = frozenset(found) if len(found) <= CERTAIN else _smallest(search, found)
    return FactConflict(_of(search, smallest or found), (), minimal=True, smallest=smallest is not None)


def _of(search: FactSearch, facts: Collection[int]) -> tuple[Fact, ...]:
    return tuple(search.every[n] for n in sorted(facts))


def _smallest(search: FactSearch, found: Collection[int]) -> Facts | None:
    """Return the smallest set of facts that forbids the slots, or None if the time is up before it is found."""
    within = FactSearch(search.problem, search.target, search.every, search.budget.share(SHARE_OF_SMALLEST), search.allowing)
    try:
        return smallest_forbidding(within.forbid, len(search.every), frozenset(found), tuple(search.allowing))
    except OutOfTimeError:
        return None


def _deletion_filter(search: FactSearch, facts: list[int]) -> list[int]:
    """Return the facts without those that aren't needed. Blocks are tried first, and halved until each fact left is necessary."""
    size = max(1, len(facts) // 2)
    while True:
        position = 0
        while position < len(facts):
            rest = facts[:position] + facts[position + size :]
            if search.forbid(rest):
                facts = rest
            else:
                position += size
        if size == 1:
            return facts
        size = max(1, size // 2)
