"""Cures: the fewest changes after which a conference can be held in one of the slots of a question, each solved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.explanations.costs import Cost, Diary, cost_of
from scheduler.explanations.fact import Fact
from scheduler.explanations.feasibility import FirmDiary, OutOfTimeError, can_be_held
from scheduler.explanations.target import Target
from scheduler.offers.results import MOST_CURES, Cure
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.together import applied_in_order, faults_of_changes, with_changes

MOST_CHANGES = 3
"""Changes of one cure: more is no help to a person who has to choose."""
MOST_TRIED = 300
"""Sets of changes of one size that are tried, some hundredths of a second each."""
MOST_SOLVED = 6
"""Sets that suffice and are solved for their tiers, up to some seconds each."""

LEAST_SECONDS = 1.0
"""With fewer seconds left, nothing more is solved: building the model alone may take them."""


@dataclass(frozen=True)
class SolvedCure:
    """Changes, the problem with them, and the best schedule with one of the slots."""

    changes: tuple[ChangeBase, ...]
    problem: Problem
    cost: Cost


def cures_of(diary: Diary, firm: FirmDiary, target: Target, facts: Iterable[Fact], highs: Highs, budget: Budget) -> list[Cure]:
    """Return the cheapest cures: of the smallest sets of remedies that make a slot possible, those with the best tiers.

    Each is solved for its tiers; if the time is up before, those solved so far are returned.
    """
    enough = _sufficient(firm, target, remedies_of(facts), budget)
    return as_cures(diary.problem, solved(diary, target, islice(enough, MOST_SOLVED), highs, budget))


def remedies_of(facts: Iterable[Fact]) -> list[ChangeBase]:
    """Return the remedies of the facts, each once."""
    return list({remedy.model_dump_json(): remedy for fact in facts for remedy in fact.remedies}.values())


def _sufficient(
    firm: FirmDiary, target: Target, remedies: Sequence[ChangeBase], budget: Budget
) -> Iterator[tuple[ChangeBase, ...]]:
    """Yield the smallest sets of remedies that make a slot possible beside what stays, all of one size."""
    for size in range(1, MOST_CHANGES + 1):
        found = False
        for changes in islice(combinations(remedies, size), MOST_TRIED):
            if any(True for _ in faults_of_changes(firm.problem, changes)):
                continue
            try:
                enough = can_be_held(applied_in_order(firm.problem, changes), target, budget)
            except OutOfTimeError:
                return
            if enough:
                found = True
                yield changes
        if found:
            return


def solved(
    diary: Diary,
    target: Target,
    sets: Iterable[tuple[ChangeBase, ...]],
    highs: Highs,
    budget: Budget,
    is_enough: Callable[[Cost], bool] = lambda _: True,
) -> Iterator[SolvedCure]:
    """Yield each set of changes with the cost of the slot after them, if that is enough, while there is time."""
    for changes in sets:
        if budget.left < LEAST_SECONDS:
            return
        try:
            problem = with_changes(diary.problem, changes)
            cost = cost_of(diary, problem, target, highs, budget)
        except InputError:  # contradicts another part of the whole problem
            continue
        if is_enough(cost):
            yield SolvedCure(changes, problem, cost)


def as_cures(problem: Problem, found: Iterable[SolvedCure]) -> list[Cure]:
    """Return the cheapest cures in words, fewest changes first, then by tiers; the problem is the one without changes."""
    cheapest = sorted(found, key=lambda one: (len(one.changes), one.cost.order))
    return [_cure(problem, one) for one in cheapest[:MOST_CURES]]


def _cure(problem: Problem, one: SolvedCure) -> Cure:
    return Cure(
        changes=tuple({"change": change.change} | change.model_dump(mode="json", exclude_unset=True) for change in one.changes),
        text=" ".join(change.sentence(problem) for change in one.changes),
        tiers=one.cost.tiers,
        proven=one.cost.proven,
    )
