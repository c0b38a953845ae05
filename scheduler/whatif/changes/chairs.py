"""Changes of chairs: one joins, leaves, is absent, or works differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.faults import Fault
from scheduler.domain.people import Chair, Weekday
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Whole
from scheduler.whatif.changes.base import (
    ItemChange,
    ItemKind,
    Key,
    NewItem,
    PersonAbsent,
    PersonLeaves,
    days_outside_plan,
    name_with_id,
    span_in_words,
    unknown_reference,
)
from scheduler.wording import children_of, count_of, in_a_row


class SingleChairChange(ItemChange):
    """A change of one chair of the problem."""

    item: ClassVar[ItemKind] = "chair"
    chair: Identifier

    @override
    def of(self, problem: Problem) -> Chair:
        """Return the chair. Raise KeyError if the problem doesn't list them."""
        return problem.chair_by_id[self.chair]


class ChairJoins(NewItem):
    """A new chair with a free id, including their absences and the children whom they bring."""

    change: Literal["chair_joins"] = "chair_joins"
    item: ClassVar[ItemKind] = "chair"
    chair: Chair

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Advisor 9 (C9) joins from 4 January 2027 on, at 0.6 FTE, with 40 children."."""
        chair = self.chair
        role = ", as a reserve" if chair.reserve else f", at {chair.fte:g} FTE"
        children = f", with {children_of(chair.caseload)}" if chair.caseload else ""
        return f"{name_with_id(chair)} joins{span_in_words(chair.first, chair.last)}{role}{children}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the id is taken, the base is not a site, or the chair is not in post during the plan."""
        yield from super().faults(problem)
        yield from unknown_reference("sites", "site", self.chair.base, problem.site_by_id, "chair", "base")
        yield from days_outside_plan(problem, self.chair.first, self.chair.last, "chair")


class ChairLeaves(PersonLeaves, SingleChairChange):
    """A chair who leaves for good on ``first``; on the plan's first day if it is None.

    The chair stays in the list with an earlier last day. Their families are handed over (contract, T4). The children whom they
    hold still count with them, because the successor is unknown (T5).
    """

    change: Literal["chair_leaves"] = "chair_leaves"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the day before as the chair's last day."""
        last, first = self.starts(problem) - ONE_DAY, self.of(problem).first
        return self.with_fields(problem, first=first if first and first <= last else None, last=last)

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the chair is unknown, has left by ``first``, or has not joined before it."""
        yield from super().faults(problem)
        chair, leaves = problem.chair_by_id.get(self.chair), self.starts(problem)
        if chair is not None and chair.last is not None and chair.last < leaves:
            message = f"{chair.id} has left by {leaves}: the last day is {chair.last}. Enter a day up to {chair.last}."
            yield Fault(("first",), message)
        if chair is not None and chair.first is not None and self.first is not None and self.first <= chair.first:
            yield Fault(("first",), f"{chair.id} only joins on {chair.first}. Enter a later day, or leave it out.")


class ChairAbsent(PersonAbsent, SingleChairChange):
    """A chair's absence of whole days; for the whole plan if no days are set."""

    change: Literal["chair_absent"] = "chair_absent"


class ChairChanges(SingleChairChange):
    """A chair's new working pattern for the whole plan. Fields that are None stay as they are.

    ``fte`` sets how many children the chair can hold before it costs (contract, T5); it doesn't change their days.
    """

    change: Literal["chair_changes"] = "chair_changes"
    fte: Annotated[float, Field(strict=True, ge=0, le=2)] | None = None
    works: tuple[Weekday, ...] | None = None
    max_per_day: Whole | None = None
    max_per_week: Whole | None = None
    max_office_days: Whole | None = None

    @property
    def changed(self) -> dict[str, Any]:
        """Return the new values by field, in the contract's order."""
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
        """Return the problem with the chair's new values."""
        return self.with_fields(problem, **self.changed)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Advisor 3 (C3) now has 0.6 FTE and takes at most 1 conference a day."."""
        return f"{name_with_id(self.of(problem))} now {in_a_row(list(self._phrases()))}."

    def _phrases(self) -> Iterator[str]:
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
        """Return the keys of the changed fields; new working days also decide which Fridays the chair works."""
        weekdays = {("fridays", self.chair)} if self.works is not None else set()
        return frozenset({("chair", self.chair, name) for name in self.changed} | weekdays)
