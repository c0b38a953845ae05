"""The smallest set of facts that forbids the slots of a question: a minimal unsatisfiable subset."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scheduler.domain.problem import Problem
from scheduler.engines.budget import Budget
from scheduler.explanations.fact import Fact
from scheduler.explanations.facts import facts_of, unliftable
from scheduler.explanations.feasibility import FirmDiary, OutOfTimeError, can_be_held
from scheduler.explanations.target import Target


@dataclass(frozen=True)
class FactConflict:
    """Facts that forbid the slots together. ``also`` are others, each of which forbids them by itself.

    ``minimal`` if each fact is confirmed necessary: without it, and without all facts that are not listed, a slot is possible.
    """

    facts: tuple[Fact, ...]
    also: tuple[Fact, ...]
    minimal: bool


@dataclass(frozen=True)
class FactSearch:
    """A search among all facts; what is not in a set is lifted."""

    problem: Problem
    target: Target
    every: Sequence[Fact]
    budget: Budget

    def forbid(self, facts: Collection[int]) -> bool:
        """True if these facts (positions) forbid every slot of the question. Raise OutOfTimeError if the time is up."""
        problem = self.problem
        for n, fact in enumerate(self.every):
            if n not in facts:
                problem = fact.lift(problem)
        return not can_be_held(problem, self.target, self.budget)


def conflict_of(diary: FirmDiary, target: Target, budget: Budget) -> FactConflict:
    """Return a smallest set of facts that forbids the slots of the question, which are known to be impossible.

    A single fact that suffices is found first. Otherwise a deletion filter leaves a set that has no proper subset that
    suffices. If the time is up before, the set so far is returned as not minimal.
    """
    search = FactSearch(diary.problem, target, facts_of(diary, target), budget)
    everything = range(len(search.every))
    found = list(everything)
    try:
        if search.forbid(()):
            return FactConflict((unliftable(diary.problem, target),), (), minimal=True)
        alone = [n for n in everything if search.forbid([n])]
        if alone:
            first, *others = (search.every[n] for n in alone)
            return FactConflict((first,), tuple(others), minimal=True)
        found = _deletion_filter(search, found)
    except OutOfTimeError:
        return FactConflict(tuple(search.every[n] for n in found), (), minimal=False)
    return FactConflict(tuple(search.every[n] for n in found), (), minimal=True)


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
