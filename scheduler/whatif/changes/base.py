"""Base classes of the changes in a scenario, and helpers that several changes share."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Any, ClassVar, Literal, TypeVar, cast

from pydantic import model_validator
from typing_extensions import override

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.faults import Fault, unknown_id
from scheduler.domain.identifiers import alike, one_alike, shown
from scheduler.domain.people import Person
from scheduler.domain.places import Room, check_forwards
from scheduler.domain.problem import Problem
from scheduler.domain.values import Date, Period, Value
from scheduler.wording import period_in_words, short_date

Key = tuple[str, ...]
"""The path of a part of a problem: ``("chair", "C3")`` contains ``("chair", "C3", "fte")``."""
ItemKind = Literal["chair", "minute_taker", "room"]
"""A kind of item that a problem lists. The problem has the fields ``chairs`` and ``chair_by_id``, and so on."""

MAX_STEM = 180
"""Characters of an id that its copy keeps, so that the copy's id is not longer than ids may be."""

Changed = TypeVar("Changed", bound=Value)


class ChangeBase(Value):
    """One change of a scenario. The field ``change`` names it, in files too."""

    change: str

    @abstractmethod
    def applied(self, problem: Problem) -> Problem:
        """Return the changed problem and leave ``problem`` as it is. The change must have no faults for it."""

    @abstractmethod
    def sentence(self, problem: Problem) -> str:
        """Describe the change in a plain sentence, with the names that the problem uses."""

    def faults(self, problem: Problem) -> Iterator[Fault]:  # noqa: ARG002 - by default a change suits every problem
        """Yield each reason why the change can't be made to the problem; places are relative to the change."""
        return iter(())

    @abstractmethod
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the parts of the problem that the change decides. Two changes of a scenario may not decide the same part."""

    def contradicts(self, other: ChangeBase, problem: Problem) -> bool:
        """True if both changes decide a part of the problem: a part of one equals, contains or lies in a part of the other."""
        mine, theirs = self.touches(problem), other.touches(problem)
        return any(one[: len(two)] == two[: len(one)] for one in mine for two in theirs)


class LastingChange(ChangeBase):
    """A change from the day ``first`` on; from the plan's first day if ``first`` is None."""

    first: Date | None = None

    def starts(self, problem: Problem) -> dt.date:
        """Return the first day on which the change counts."""
        return self.first or problem.horizon.first

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if ``first`` is after the plan."""
        yield from days_outside_plan(problem, self.first, None)
        yield from super().faults(problem)

    def since(self) -> str:
        """Return `` from 4 January 2027 on``, or an empty string if ``first`` is None."""
        return since_in_words(self.first)


class SpanningChange(ChangeBase):
    """A change for the days from ``first`` to ``last``, both included. None means the plan's own first or last day."""

    first: Date | None = None
    last: Date | None = None

    @model_validator(mode="after")
    def _forwards(self) -> SpanningChange:
        check_forwards(self.first, self.last)
        return self

    def period(self, problem: Problem) -> Period:
        """Return the days of the change that are within the plan."""
        return Period(
            first=max(self.first or problem.horizon.first, problem.horizon.first),
            last=min(self.last or problem.horizon.last, problem.horizon.last),
        )

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if none of the days is in the plan."""
        yield from days_outside_plan(problem, self.first, self.last)
        yield from super().faults(problem)

    def days(self) -> str:
        """Return `` from 7 to 18 December 2026``, or an empty string if neither day is set."""
        return span_in_words(self.first, self.last)


class ItemChange(ChangeBase):
    """A change of one chair, minute taker or room of the problem. The field named by ``item`` holds its id."""

    item: ClassVar[ItemKind]

    @abstractmethod
    def of(self, problem: Problem) -> Person | Room:
        """Return the item. Raise KeyError if the problem doesn't list it."""

    @property
    def identifier(self) -> str:
        """Return the item's id."""
        return cast("str", getattr(self, self.item))

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the problem doesn't list the item."""
        yield from super().faults(problem)
        yield from unknown_reference(f"{self.item}s", _noun(self.item), self.identifier, _ids(problem, self.item), self.item)

    def with_fields(self, problem: Problem, **fields: Any) -> Problem:
        """Return the problem with new values in these fields of the item."""
        return with_item_fields(problem, self.item, self.identifier, **fields)


class PersonLeaves(LastingChange, ItemChange):
    """A person who leaves for good: ``first`` is the first day without them."""

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Advisor 3 (C3) leaves from 4 January 2027 on."."""
        return f"{name_with_id(self.of(problem))} leaves{self.since()}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the whole person."""
        return frozenset({(self.item, self.identifier)})


class PersonAbsent(SpanningChange, ItemChange):
    """A person's absence of whole days."""

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one more absence."""
        person = self.of(problem)
        assert isinstance(person, Person)
        return self.with_fields(problem, absences=with_period(person.absences, self.period(problem)))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Advisor 3 (C3) is absent from 7 to 18 December 2026."."""
        return f"{name_with_id(self.of(problem))} is absent{self.days() or ' throughout'}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of this absence. Absences that only overlap have different keys: both count."""
        period = self.period(problem)
        return frozenset({(self.item, self.identifier, "absences", str(period.first), str(period.last))})


class NewItem(ChangeBase):
    """A new chair, minute taker or room with a free id. The field named by ``item`` holds it."""

    item: ClassVar[ItemKind]

    @property
    def new(self) -> Person | Room:
        """Return the new item."""
        return cast("Person | Room", getattr(self, self.item))

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the new item at the end of its list."""
        return with_problem_fields(problem, **{f"{self.item}s": (*_items(problem, self.item), self.new)})

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the id is taken, or alike to another."""
        yield from super().faults(problem)
        if (taken := one_alike(self.new.id, _ids(problem, self.item))) is not None:
            message = f"there is already a {_noun(self.item)} {shown(taken)}. Enter an id that is free."
            yield Fault((self.item, "id"), message)

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the whole item, the same for ids that are alike."""
        return frozenset({(self.item, alike(self.new.id))})


def _items(problem: Problem, item: ItemKind) -> tuple[Person | Room, ...]:
    return getattr(problem, f"{item}s") or ()


def _ids(problem: Problem, item: ItemKind) -> Collection[str]:
    return cast("Collection[str]", getattr(problem, f"{item}_by_id"))


def _noun(item: ItemKind) -> str:
    return item.replace("_", " ")


def with_item_fields(problem: Problem, item: ItemKind, identifier: str, **fields: Any) -> Problem:
    """Return the problem with new values in these fields of one of its chairs, minute takers or rooms."""
    items = tuple(with_fields(one, **fields) if one.id == identifier else one for one in _items(problem, item))
    return with_problem_fields(problem, **{f"{item}s": items})


def with_problem_fields(problem: Problem, **fields: Any) -> Problem:
    """Return a copy of the problem with new values in these fields, without anything cached from the old ones."""
    return Problem(**{name: getattr(problem, name) for name in Problem.model_fields} | fields)


def with_fields(value: Changed, **fields: Any) -> Changed:
    """Return a copy of a value with new, validated values in these fields."""
    return type(value).model_validate(dict(value) | fields)


def without_day(periods: Iterable[Period], day: dt.date) -> tuple[Period, ...]:
    """Return the periods without one day; a period that contains it is split."""
    rest: list[Period] = []
    for period in periods:
        if day not in period:
            rest.append(period)
            continue
        if period.first < day:
            rest.append(Period(first=period.first, last=day - ONE_DAY))
        if day < period.last:
            rest.append(Period(first=day + ONE_DAY, last=period.last))
    return tuple(rest)


def with_period(periods: Iterable[Period], period: Period) -> tuple[Period, ...]:
    """Return the periods and one more, sorted by their days."""
    return tuple(sorted([*periods, period], key=lambda one: (one.first, one.last)))


def copied_id(identifier: str, taken: Collection[str]) -> str:
    """Return the first free id for a copy, such as ``C6-copy-1``."""
    stem = identifier[:MAX_STEM]
    return next(free_id for n in count(1) if (free_id := f"{stem}-copy-{n}") not in taken)


def name_with_id(item: Person | Room) -> str:
    """Return a person's or room's name with the id used in files: ``Advisor 3 (C3)``."""
    return item.id if item.label == item.id else f"{item.label} ({item.id})"


def since_in_words(first: dt.date | None) -> str:
    """Return `` from 4 January 2027 on``, or an empty string for None."""
    return f" from {short_date(first)} on" if first else ""


def span_in_words(first: dt.date | None, last: dt.date | None) -> str:
    """Return `` from 7 to 18 December 2026`` or `` on 7 December 2026``, or an empty string if neither day is set."""
    if first and last:
        return f" {'on' if first == last else 'from'} {period_in_words(Period(first=first, last=last))}"
    return since_in_words(first) or (f" until {short_date(last)}" if last else "")


def days_outside_plan(problem: Problem, first: dt.date | None, last: dt.date | None, *at: str) -> Iterator[Fault]:
    """Yield a fault if no day from ``first`` to ``last`` is in the plan; ``at`` is the place that holds these fields."""
    horizon = problem.horizon
    outside = f"is outside the plan, {horizon.first} to {horizon.last}"
    if first is not None and first > horizon.last:
        yield Fault((*at, "first"), f"{first} {outside}. Enter a day up to {horizon.last}.")
    if last is not None and last < horizon.first:
        yield Fault((*at, "last"), f"{last} {outside}. Enter a day from {horizon.first} on.")


def unknown_reference(kind: str, noun: str, identifier: str | None, among: Iterable[str], *at: str | int) -> Iterator[Fault]:
    """Yield a fault if the problem's list ``kind`` doesn't contain the id. None is not a fault."""
    ids = set(among)
    if identifier is not None and identifier not in ids:
        yield unknown_id(kind, noun, identifier, ids, at)
