"""A scenario: a name, and the changes that it makes to a problem together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from scheduler.domain.faults import Fault, InputError, Place, checked
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Value, quoted
from scheduler.whatif.changes.any_change import Change
from scheduler.whatif.changes.base import ChangeBase, Key
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.defaults import BASE
from scheduler.wording import without_controls


def _checked_name(name: str) -> str:
    if name == BASE:
        message = "{name} is the name of the unchanged plan. Enter another name."
        raise PydanticCustomError("base", message, {"name": quoted(name)})
    if name != without_controls(name):
        message = "{name} contains a control character, which can't be shown. Enter the name without it."
        raise PydanticCustomError("control", message, {"name": quoted(name)})
    return name


class Scenario(Value):
    """A named set of changes to a problem. Their order makes no difference."""

    name: Annotated[Identifier, AfterValidator(_checked_name)]
    changes: tuple[Change, ...] = ()
    at: tuple[Identifier, ...] = ()
    """The scenario's point of each setting of a grid, such as ``5 chairs`` and ``2 rooms``; empty outside a grid."""

    @property
    def place(self) -> str:
        """Return the scenario's place in faults: ``scenarios[two chairs leave]``."""
        return f"scenarios[{self.name}]"

    def applied(self, problem: Problem) -> Problem:
        """Return the problem with every change; the problem itself if there are no changes.

        Raise InputError with every fault: ids that are unknown or taken, and changes that contradict one another.
        """
        if faults := list(self.faults(problem)):
            raise InputError(faults)
        for change in sorted(self.changes, key=_order):
            problem = change.applied(problem)
        return checked(problem) if self.changes else problem

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        """Describe each change in a plain sentence. The changes must have no faults for the problem."""
        return tuple(change.sentence(problem) for change in self.changes)

    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield each reason why the changes can't be made to the problem, alone or together."""
        valid = True
        for n, change in enumerate(self.changes):
            for fault in change.faults(problem):
                valid = False
                yield Fault((*self._at(n), *fault.place), fault.message)
        if valid:
            yield from self._contradictions(problem)

    def _at(self, n: int) -> Place:
        return (self.place, "changes", n)

    def _contradictions(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault for each change that decides a part that an earlier one decides."""
        touched: list[frozenset[Key]] = []
        for n, change in enumerate(self.changes):
            keys = change.touches(problem)
            for m, earlier in enumerate(touched):
                if _overlap(keys, earlier):
                    before = self.changes[m].sentence(problem)
                    yield Fault(self._at(n), f"This contradicts or repeats another change: '{before}' Keep only one of them.")
            touched.append(keys)


def _overlap(some: frozenset[Key], others: frozenset[Key]) -> bool:
    """True if a part of one set equals, contains or lies in a part of the other."""
    return any(one[: len(other)] == other[: len(one)] for one in some for other in others)


def _order(change: ChangeBase) -> tuple[bool, str]:
    """Sort key that doesn't depend on the listed order. Fridays open first, so they don't affect new people or new closures."""
    return not isinstance(change, FridaysOpen), change.model_dump_json()
