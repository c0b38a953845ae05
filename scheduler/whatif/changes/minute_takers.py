"""What may change about minute takers, where they are modelled: they join, leave or are absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.people import MinuteTaker
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Period
from scheduler.whatif.changes.base import (
    ChangeBase,
    Key,
    LastingChange,
    SpanningChange,
    absence_keys,
    free,
    known,
    named,
    remade,
    replaced,
    with_period,
)
from scheduler.wording import in_a_row


def with_minute_taker(problem: Problem, minute_taker: str, **fields: Any) -> Problem:
    """The problem with other values in these fields of one minute taker."""
    takers = problem.minute_takers or ()
    return replaced(problem, minute_takers=tuple(remade(one, **fields) if one.id == minute_taker else one for one in takers))


def _away(problem: Problem, minute_taker: str, period: Period) -> Problem:
    absences = with_period(problem.minute_taker_by_id[minute_taker].absences, period)
    return with_minute_taker(problem, minute_taker, absences=absences)


class SingleMinuteTakerChange(ChangeBase):
    """A change of one minute taker of the problem."""

    minute_taker: Identifier

    def of(self, problem: Problem) -> MinuteTaker:
        """The minute taker; KeyError where the problem has none of that id."""
        return problem.minute_taker_by_id[self.minute_taker]

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A minute taker whom the problem doesn't have."""
        yield from super().faults(problem)
        yield from known("minute_takers", "minute taker", self.minute_taker, problem.minute_taker_by_id, "minute_taker")


class MinuteTakerJoins(ChangeBase):
    """Somebody new who takes the record, given whole, with a free id."""

    change: Literal["minute_taker_joins"] = "minute_taker_joins"
    minute_taker: MinuteTaker

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more minute taker, the last of the list."""
        return replaced(problem, minute_takers=(*(problem.minute_takers or ()), self.minute_taker))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Minute taker 11 (M11) joins, at Aylesbury and Wycombe."""
        sites = [problem.site_by_id[site].label for site in self.minute_taker.sites]
        return f"{named(self.minute_taker)} joins, {f'at {in_a_row(sites)}' if sites else 'for virtual conferences only'}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """An id that is taken, sites that are unknown, or a problem without minute takers."""
        if problem.minute_takers is None:
            message = "this plan has no minute takers, so that one more changes nothing. Take the change out."
            yield Fault(("minute_taker",), message)
        yield from free("minute taker", self.minute_taker.id, problem.minute_taker_by_id, "minute_taker", "id")
        for n, site in enumerate(self.minute_taker.sites):
            yield from known("sites", "site", site, problem.site_by_id, "minute_taker", "sites", n)

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Everything about the minute taker."""
        return frozenset({("minute_taker", self.minute_taker.id)})


class MinuteTakerLeaves(LastingChange, SingleMinuteTakerChange):
    """A minute taker who is gone from ``first`` on; from the plan's first day where none is given."""

    change: Literal["minute_taker_leaves"] = "minute_taker_leaves"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With an absence to the end of the plan, since a minute taker has no last day."""
        first = max(self.starts(problem), problem.horizon.first)
        return _away(problem, self.minute_taker, Period(first=first, last=problem.horizon.last))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Minute taker 3 (M3) leaves from 4 January 2027 on."""
        return f"{named(self.of(problem))} leaves{self.since()}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Everything about the minute taker."""
        return frozenset({("minute_taker", self.minute_taker)})


class MinuteTakerAbsent(SpanningChange, SingleMinuteTakerChange):
    """A minute taker who is away for some whole days; for the whole plan where none are given."""

    change: Literal["minute_taker_absent"] = "minute_taker_absent"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more absence."""
        return _away(problem, self.minute_taker, self.period(problem))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Minute taker 3 (M3) is absent from 7 to 18 December 2026."""
        return f"{named(self.of(problem))} is absent{self.days() or ' throughout'}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Whether the minute taker is there on these days."""
        return absence_keys("minute_taker", self.minute_taker, self.period(problem))
