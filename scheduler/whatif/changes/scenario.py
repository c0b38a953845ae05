"""A scenario: a name, and the changes that it makes to a problem together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Value, quoted
from scheduler.whatif.changes.any_change import Change
from scheduler.whatif.changes.together import applied_in_order, faults_of_changes
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
        return applied_in_order(problem, self.changes)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        """Describe each change in a plain sentence. The changes must have no faults for the problem."""
        return tuple(change.sentence(problem) for change in self.changes)

    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield each reason why the changes can't be made to the problem, alone or together."""
        yield from faults_of_changes(problem, self.changes, (self.place,), lambda _: "another change")
