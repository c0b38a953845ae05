"""A scenario: a name, and the changes that are made to a problem together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from scheduler.domain.faults import Fault, InputError, Place, checked
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Value, shown
from scheduler.sweeps.defaults import BASE
from scheduler.whatif.changes.any_change import Change
from scheduler.whatif.changes.base import ChangeBase, Key
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.wording import without_controls


def _name(found: str) -> str:
    if found == BASE:
        message = "{found} is what the plan as it stands is called. Enter another name."
        raise PydanticCustomError("base", message, {"found": shown(found)})
    if found != without_controls(found):
        message = "{found} holds a control character, which can't be shown. Enter the name without it."
        raise PydanticCustomError("control", message, {"found": shown(found)})
    return found


class Scenario(Value):
    """What may come, as changes to a problem. In which order they are listed makes no difference."""

    name: Annotated[Identifier, AfterValidator(_name)]
    changes: tuple[Change, ...] = ()
    at: tuple[Identifier, ...] = ()
    """Where it stands in a grid: a point of each setting, such as ``5 chairs`` and ``2 rooms``; empty outside of one."""

    @property
    def place(self) -> str:
        """How faults name it: ``scenarios[two chairs leave]``."""
        return f"scenarios[{self.name}]"

    def applied(self, problem: Problem) -> Problem:
        """The problem with every change; the problem itself where there is none.

        Raises InputError with every fault: ids that are unknown or taken, and changes that contradict one another.
        """
        if faults := list(self.faults(problem)):
            raise InputError(faults)
        for change in sorted(self.changes, key=_turn):
            problem = change.applied(problem)
        return checked(problem) if self.changes else problem

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        """Each change in a plain sentence; for a problem to which they can be made."""
        return tuple(change.sentence(problem) for change in self.changes)

    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Why the changes can't be made to this problem, or not together."""
        sound = True
        for n, change in enumerate(self.changes):
            for fault in change.faults(problem):
                sound = False
                yield Fault((*self._at(n), *fault.place), fault.message)
        if sound:
            yield from self._contradictions(problem)

    def _at(self, n: int) -> Place:
        return (self.place, "changes", n)

    def _contradictions(self, problem: Problem) -> Iterator[Fault]:
        """Changes that decide about what an earlier one decides about."""
        touched: list[frozenset[Key]] = []
        for n, change in enumerate(self.changes):
            keys = change.touches(problem)
            for m, earlier in enumerate(touched):
                if _share(keys, earlier):
                    before = self.changes[m].sentence(problem)
                    yield Fault(self._at(n), f"This contradicts or repeats another change: '{before}' Keep one of the two.")
            touched.append(keys)


def _share(some: frozenset[Key], others: frozenset[Key]) -> bool:
    """Whether a part named by one is, holds, or lies in a part named by the other."""
    return any(one[: len(other)] == other[: len(one)] for one in some for other in others)


def _turn(change: ChangeBase) -> tuple[bool, str]:
    """An order of their own: Fridays are opened for those who are there before anybody joins or anything closes."""
    return not isinstance(change, FridaysOpen), change.model_dump_json()
