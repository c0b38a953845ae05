"""What every change of a scenario has in common, and the values and words that several of them need."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Any, TypeVar

from pydantic import model_validator
from typing_extensions import override

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.faults import Fault, unknown_id
from scheduler.domain.people import Person
from scheduler.domain.places import Room, check_forwards
from scheduler.domain.problem import Problem
from scheduler.domain.values import Date, Period, Value
from scheduler.wording import period_in_words, short_date

Key = tuple[str, ...]
"""Names a part of a problem, from the large to the small: ``("chair", "C3")`` holds ``("chair", "C3", "fte")``."""

LONGEST_STEM = 180
"""Of an id that is copied, so that the copy's is not longer than ids may be."""

Changed = TypeVar("Changed", bound=Value)


class ChangeBase(Value):
    """One change of a scenario. Its field ``change`` names it, in files too."""

    change: str

    @abstractmethod
    def applied(self, problem: Problem) -> Problem:
        """The problem with the change, which must have no fault there; the problem that is given stays as it is."""

    @abstractmethod
    def sentence(self, problem: Problem) -> str:
        """The change in a plain sentence, with the names that the problem gives."""

    def faults(self, problem: Problem) -> Iterator[Fault]:  # noqa: ARG002 - what is sound in itself suits every problem
        """Why the change can't be made to this problem; each place is one in the change."""
        return iter(())

    @abstractmethod
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The parts of the problem that the change decides about; two of one scenario may not decide about the same."""


class LastingChange(ChangeBase):
    """A change from the day ``first`` on, or from the first day of the plan where none is given."""

    first: Date | None = None

    def starts(self, problem: Problem) -> dt.date:
        """The first day on which it counts."""
        return self.first or problem.horizon.first

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A first day that comes too late for this plan."""
        yield from outside(problem, self.first, None)
        yield from super().faults(problem)

    def since(self) -> str:
        """The words `` from 4 January 2027 on``; none where no day is given."""
        return since(self.first)


class SpanningChange(ChangeBase):
    """A change for the days from ``first`` to ``last``, both included; the plan's own where one is not given."""

    first: Date | None = None
    last: Date | None = None

    @model_validator(mode="after")
    def _forwards(self) -> SpanningChange:
        check_forwards(self.first, self.last)
        return self

    def period(self, problem: Problem) -> Period:
        """The days, as far as they matter to this plan."""
        return Period(
            first=max(self.first or problem.horizon.first, problem.horizon.first),
            last=min(self.last or problem.horizon.last, problem.horizon.last),
        )

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Days of which none is in this plan."""
        yield from outside(problem, self.first, self.last)
        yield from super().faults(problem)

    def days(self) -> str:
        """The words `` from 7 to 18 December 2026``; none where no day is given."""
        return spanning(self.first, self.last)


def replaced(problem: Problem, **fields: Any) -> Problem:
    """The problem with other values in these fields, and nothing remembered of what followed from the old ones."""
    return Problem(**{name: getattr(problem, name) for name in Problem.model_fields} | fields)


def remade(value: Changed, **fields: Any) -> Changed:
    """A value with other values in these fields, checked like any other."""
    return type(value).model_validate(dict(value) | fields)


def without(periods: Iterable[Period], day: dt.date) -> tuple[Period, ...]:
    """The periods without one day."""
    left: list[Period] = []
    for period in periods:
        if day not in period:
            left.append(period)
            continue
        if period.first < day:
            left.append(Period(first=period.first, last=day - ONE_DAY))
        if day < period.last:
            left.append(Period(first=day + ONE_DAY, last=period.last))
    return tuple(left)


def with_period(periods: Iterable[Period], period: Period) -> tuple[Period, ...]:
    """The periods with one more, in order of their days."""
    return tuple(sorted([*periods, period], key=lambda one: (one.first, one.last)))


def absence_keys(role: str, person: str, period: Period) -> frozenset[Key]:
    """The key of one absence of a person; two that only overlap decide about different parts, and add up."""
    return frozenset({(role, person, "absences", str(period.first), str(period.last))})


def copied_id(identifier: str, taken: Collection[str]) -> str:
    """An id for a copy that is free, and always the same: ``C6-copy-1``."""
    stem = identifier[:LONGEST_STEM]
    return next(free_id for n in count(1) if (free_id := f"{stem}-copy-{n}") not in taken)


def named(item: Person | Room) -> str:
    """A person or room with the name that people know and the id that files know: ``Advisor 3 (C3)``."""
    return item.id if item.label == item.id else f"{item.label} ({item.id})"


def since(first: dt.date | None) -> str:
    """The words `` from 4 January 2027 on``; none where no day is given."""
    return f" from {short_date(first)} on" if first else ""


def spanning(first: dt.date | None, last: dt.date | None) -> str:
    """The words `` from 7 to 18 December 2026`` or `` on 7 December 2026``; none where no day is given."""
    if first and last:
        return f" {'on' if first == last else 'from'} {period_in_words(Period(first=first, last=last))}"
    return since(first) or (f" until {short_date(last)}" if last else "")


def outside(problem: Problem, first: dt.date | None, last: dt.date | None, *at: str) -> Iterator[Fault]:
    """Days of which none is in the plan; ``at`` is the place that holds the fields ``first`` and ``last``."""
    horizon = problem.horizon
    told = f"is outside the plan, {horizon.first} to {horizon.last}"
    if first is not None and first > horizon.last:
        yield Fault((*at, "first"), f"{first} {told}. Enter a day up to {horizon.last}.")
    if last is not None and last < horizon.first:
        yield Fault((*at, "last"), f"{last} {told}. Enter a day from {horizon.first} on.")


def known(kind: str, noun: str, identifier: str | None, among: Iterable[str], *at: str | int) -> Iterator[Fault]:
    """An id that the list ``kind`` of the problem doesn't have; None is no id, and no fault."""
    ids = set(among)
    if identifier is not None and identifier not in ids:
        yield unknown_id(kind, noun, identifier, ids, at)


def free(noun: str, identifier: str, among: Iterable[str], *at: str) -> Iterator[Fault]:
    """An id that the problem has already, where one is needed that is new."""
    if identifier in set(among):
        yield Fault(at, f"there is a {noun} '{identifier}' already. Give the new one an id of its own.")
