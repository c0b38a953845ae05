"""Changes that are made together: their faults, alone and with one another, and the problem that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scheduler.domain.faults import Fault, InputError, Place, checked
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.conferences import Add, ConferenceChange
from scheduler.whatif.changes.fridays import FridaysOpen

CHANGES_LIST = "changes"
"""The place of a list of changes in faults: ``changes[0]``."""


def with_changes(problem: Problem, changes: Sequence[ChangeBase]) -> Problem:
    """Return the problem with every change; the problem itself if there are none. Their order makes no difference.

    Raise InputError with every fault: ids that are unknown or taken, and changes that contradict one another.
    """
    if faults := list(faults_of_changes(problem, changes)):
        raise InputError(faults)
    return applied_in_order(problem, changes)


def applied_in_order(problem: Problem, changes: Sequence[ChangeBase]) -> Problem:
    """Return the problem with changes that have no faults. Raise InputError if references between its parts are then invalid."""
    for change in sorted(changes, key=_order):
        problem = change.applied(problem)
    return checked(problem) if changes else problem


def faults_of_changes(
    problem: Problem,
    changes: Sequence[ChangeBase],
    at: Place = (),
    named: Callable[[int], str] = lambda n: f"{CHANGES_LIST}[{n}]",
) -> Iterator[Fault]:
    """Yield each reason why the changes can't be made to the problem, alone or together.

    ``at`` is the place that holds the list, and ``named`` says in a fault which change another one contradicts.
    """
    valid = True
    for n, change in enumerate(changes):
        for fault in change.faults(problem):
            valid = False
            yield fault.within(*at, CHANGES_LIST, n)
    if valid:
        for n, m in _contradictions(problem, changes):
            before = changes[m].sentence(problem)
            message = f"This contradicts or repeats {named(m)}: '{before}' Keep only one of them."
            yield Fault((*at, CHANGES_LIST, n), message)


def _contradictions(problem: Problem, changes: Sequence[ChangeBase]) -> Iterator[tuple[int, int]]:
    """Yield the positions of each change and of an earlier one that decides the same part."""
    for n, change in enumerate(changes):
        for m, earlier in enumerate(changes[:n]):
            if change.contradicts(earlier, problem) or earlier.contradicts(change, problem):
                yield n, m


def _order(change: ChangeBase) -> tuple[int, str]:
    """Return a sort key that doesn't depend on the listed order.

    Fridays open first, so they don't affect new people or new closures. A change of demand chooses from what the changes of
    single conferences leave.
    """
    turn = 0 if isinstance(change, FridaysOpen) else 1 if isinstance(change, Add | ConferenceChange) else 2
    return turn, change.model_dump_json()
