"""Changes of minute takers, in problems that model them: one joins, leaves or is absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.people import MinuteTaker
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Period
from scheduler.whatif.changes.base import (
    ItemChange,
    ItemKind,
    NewItem,
    PersonAbsent,
    PersonLeaves,
    name_with_id,
    unknown_reference,
    with_period,
)
from scheduler.wording import in_a_row


class SingleMinuteTakerChange(ItemChange):
    """A change of one minute taker of the problem."""

    item: ClassVar[ItemKind] = "minute_taker"
    minute_taker: Identifier

    @override
    def of(self, problem: Problem) -> MinuteTaker:
        """Return the minute taker. Raise KeyError if the problem doesn't list them."""
        return problem.minute_taker_by_id[self.minute_taker]


class MinuteTakerJoins(NewItem):
    """A new minute taker with a free id."""

    change: Literal["minute_taker_joins"] = "minute_taker_joins"
    item: ClassVar[ItemKind] = "minute_taker"
    minute_taker: MinuteTaker

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Minute taker 11 (M11) joins, at Aylesbury and Wycombe."."""
        sites = [problem.site_by_id[site].label for site in self.minute_taker.sites]
        place = f"at {in_a_row(sites)}" if sites else "for virtual conferences only"
        return f"{name_with_id(self.minute_taker)} joins, {place}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the id is taken, a site is unknown, or the problem doesn't model minute takers."""
        if problem.minute_takers is None:
            message = "this plan has no minute takers, so one more changes nothing. Remove the change."
            yield Fault(("minute_taker",), message)
        yield from super().faults(problem)
        for n, site in enumerate(self.minute_taker.sites):
            yield from unknown_reference("sites", "site", site, problem.site_by_id, "minute_taker", "sites", n)


class MinuteTakerLeaves(PersonLeaves, SingleMinuteTakerChange):
    """A minute taker who leaves for good on ``first``; on the plan's first day if it is None."""

    change: Literal["minute_taker_leaves"] = "minute_taker_leaves"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with an absence to the plan's end, since a minute taker has no last day."""
        rest = Period(first=max(self.starts(problem), problem.horizon.first), last=problem.horizon.last)
        return self.with_fields(problem, absences=with_period(self.of(problem).absences, rest))


class MinuteTakerAbsent(PersonAbsent, SingleMinuteTakerChange):
    """A minute taker's absence of whole days; for the whole plan if no days are set."""

    change: Literal["minute_taker_absent"] = "minute_taker_absent"
