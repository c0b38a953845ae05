"""What may change about chairs: they join, leave, are absent, or work otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.faults import Fault
from scheduler.domain.people import Chair, Weekday
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Whole
from scheduler.whatif.changes.base import (
    ChangeBase,
    Key,
    LastingChange,
    SpanningChange,
    absence_keys,
    free,
    known,
    named,
    outside,
    remade,
    replaced,
    spanning,
    with_period,
)
from scheduler.wording import children_of, count_of, in_a_row


def with_chair(problem: Problem, chair: str, **fields: Any) -> Problem:
    """The problem with other values in these fields of one chair."""
    changed = tuple(remade(one, **fields) if one.id == chair else one for one in problem.chairs)
    return replaced(problem, chairs=changed)


class SingleChairChange(ChangeBase):
    """A change of one chair of the problem."""

    chair: Identifier

    def of(self, problem: Problem) -> Chair:
        """The chair; KeyError where the problem has none of that id."""
        return problem.chair_by_id[self.chair]

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A chair whom the problem doesn't have."""
        yield from super().faults(problem)
        yield from known("chairs", "chair", self.chair, problem.chair_by_id, "chair")


class ChairJoins(ChangeBase):
    """Somebody new, given whole, with a free id: also their absences, and the children that they bring."""

    change: Literal["chair_joins"] = "chair_joins"
    chair: Chair

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more chair, the last of the list."""
        return replaced(problem, chairs=(*problem.chairs, self.chair))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Advisor 9 (C9) joins from 4 January 2027 on, at 0.6 FTE, with 40 children."""
        chair = self.chair
        role = ", as a reserve" if chair.reserve else f", at {chair.fte:g} FTE"
        children = f", with {children_of(chair.caseload)}" if chair.caseload else ""
        return f"{named(chair)} joins{spanning(chair.first, chair.last)}{role}{children}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """An id that is taken, a base that is no site, or nobody who is in post during the plan."""
        yield from free("chair", self.chair.id, problem.chair_by_id, "chair", "id")
        yield from known("sites", "site", self.chair.base, problem.site_by_id, "chair", "base")
        yield from outside(problem, self.chair.first, self.chair.last, "chair")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Everything about the chair."""
        return frozenset({("chair", self.chair.id)})


class ChairLeaves(LastingChange, SingleChairChange):
    """A chair who is gone from ``first`` on, for good; from the plan's first day where none is given.

    They stay in the list, as one whose last day has come: families that were theirs are handed over (contract, T4),
    and the children they hold stay counted where they are, since nobody knows who takes them all (T5).
    """

    change: Literal["chair_leaves"] = "chair_leaves"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With the day before as the chair's last."""
        last, first = self.starts(problem) - ONE_DAY, self.of(problem).first
        return with_chair(problem, self.chair, first=first if first and first <= last else None, last=last)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Advisor 3 (C3) leaves from 4 January 2027 on."""
        return f"{named(self.of(problem))} leaves{self.since()}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A chair who is unknown, has left by then, or is not there yet."""
        yield from super().faults(problem)
        chair, leaves = problem.chair_by_id.get(self.chair), self.starts(problem)
        if chair is not None and chair.last is not None and chair.last < leaves:
            yield Fault(("first",), f"{chair.id} is gone by {leaves}: the last day is {chair.last}. Enter a day up to then.")
        if chair is not None and chair.first is not None and self.first is not None and self.first <= chair.first:
            yield Fault(("first",), f"{chair.id} is not there before {chair.first}. Enter a later day, or none.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Everything about the chair."""
        return frozenset({("chair", self.chair)})


class ChairAbsent(SpanningChange, SingleChairChange):
    """A chair who is away for some whole days; for the whole plan where none are given."""

    change: Literal["chair_absent"] = "chair_absent"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more absence."""
        absences = with_period(self.of(problem).absences, self.period(problem))
        return with_chair(problem, self.chair, absences=absences)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Advisor 3 (C3) is absent from 7 to 18 December 2026."""
        return f"{named(self.of(problem))} is absent{self.days() or ' throughout'}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Whether the chair is there on these days."""
        return absence_keys("chair", self.chair, self.period(problem))


class ChairChanges(SingleChairChange):
    """A chair who works otherwise for the whole plan; what is not given stays as it is.

    ``fte`` sets how many children they may hold before it costs (contract, T5), and nothing of their days.
    """

    change: Literal["chair_changes"] = "chair_changes"
    fte: Annotated[float, Field(strict=True, ge=0, le=2)] | None = None
    works: tuple[Weekday, ...] | None = None
    max_per_day: Whole | None = None
    max_per_week: Whole | None = None
    max_office_days: Whole | None = None

    @property
    def changed(self) -> dict[str, Any]:
        """The fields that are given, in the contract's order."""
        names = ("fte", "works", "max_per_day", "max_per_week", "max_office_days")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _something(self) -> ChairChanges:
        if not self.changed:
            raise PydanticCustomError(
                "nothing", "nothing is changed. Enter fte, works, max_per_day, max_per_week or max_office_days."
            )
        return self

    @override
    def applied(self, problem: Problem) -> Problem:
        """With the chair's new values."""
        return with_chair(problem, self.chair, **self.changed)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Advisor 3 (C3) now has 0.6 FTE and takes at most 1 conference a day."""
        return f"{named(self.of(problem))} now {in_a_row(list(self._says()))}."

    def _says(self) -> Iterator[str]:
        if self.fte is not None:
            yield f"has {self.fte:g} FTE"
        if self.works is not None:
            yield f"works on {in_a_row([day.title() for day in self.works])}" if self.works else "works on no day"
        if self.max_per_day is not None:
            yield f"takes at most {count_of(self.max_per_day, 'conference')} a day"
        if self.max_per_week is not None:
            yield f"takes at most {count_of(self.max_per_week, 'conference')} a week"
        if self.max_office_days is not None:
            yield f"holds conferences in rooms on at most {count_of(self.max_office_days, 'day')} a week"

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The fields that are given."""
        weekdays = {("fridays", self.chair)} if self.works is not None else set()
        return frozenset({("chair", self.chair, name) for name in self.changed} | weekdays)
