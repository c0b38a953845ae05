"""Changes of single conferences: one is cancelled, inquorate or added, its family can't come, or its notice is waived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import model_validator
from typing_extensions import override

from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault
from scheduler.domain.identifiers import alike, one_alike, shown
from scheduler.domain.problem import Problem
from scheduler.domain.values import EndMoment, Identifier, Interval, Moment, check_moments_forwards, written_moment
from scheduler.whatif.changes.base import ChangeBase, Key, unknown_reference, with_fields, with_problem_fields
from scheduler.wording import KIND_IN_WORDS, children_of, date_in_words, moment_in_words


def conference_keys(conference: Conference, *part: str) -> frozenset[Key]:
    """Return the keys of a part of the conference, which is itself a part of the demand of its kind at its site."""
    return frozenset({("conference", conference.id, *part), ("demand", conference.kind, conference.site, conference.id, *part)})


def without_conferences(problem: Problem, removed: Collection[str]) -> Problem:
    """Return the problem without these conferences (ids) and all references to them."""
    remaining = with_problem_fields(
        problem,
        conferences=tuple(one for one in problem.conferences if one.id not in removed),
        published=tuple(one for one in problem.published if one.conference not in removed),
    )
    return with_problem_fields(
        remaining, apart=tuple(pair for pair in problem.apart if all(remaining.on_side(side) for side in pair))
    )


class ConferenceChange(ChangeBase):
    """A change of one conference of the problem that is not over."""

    conference: Identifier

    def of(self, problem: Problem) -> Conference:
        """Return the conference. Raise KeyError if the problem doesn't list it."""
        return problem.conference_by_id[self.conference]

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the problem doesn't list the conference, or if it is over."""
        yield from super().faults(problem)
        yield from unknown_reference("conferences", "conference", self.conference, problem.conference_by_id, "conference")
        if self.conference in problem.past:
            held = date_in_words(problem.past[self.conference].start.date())
            message = f"'{self.conference}' is over: it was booked for {held}. Enter another, or remove the change."
            yield Fault(("conference",), message)

    def with_values(self, problem: Problem, **fields: object) -> Problem:
        """Return the problem with new values in these fields of the conference."""
        changed = (with_fields(one, **fields) if one.id == self.conference else one for one in problem.conferences)
        return with_problem_fields(problem, conferences=tuple(changed))


class Cancel(ConferenceChange):
    """A conference that isn't needed any more. Its booking and its locks end."""

    change: Literal["cancel"] = "cancel"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem without the conference and all references to it."""
        return without_conferences(problem, {self.conference})

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "CPC-0101 is cancelled."."""
        return f"{self.conference} is cancelled."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the whole conference."""
        return conference_keys(self.of(problem))


class Inquorate(ConferenceChange):
    """A conference that could not go ahead because too few agencies came. It is booked again, from the next day on.

    Its published booking ends, and with it the waiver of its notice. Its due date stays: the statutory clock doesn't stop.
    """

    change: Literal["inquorate"] = "inquorate"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem without the published booking; the conference may be held from the day after it."""
        again = problem.published_by_id[self.conference].start.date() + ONE_DAY
        published = tuple(one for one in problem.published if one.conference != self.conference)
        earliest = max(again, self.of(problem).earliest or again)
        return self.with_values(with_problem_fields(problem, published=published), earliest=earliest, notice_waived=False)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "CPC-0101 was inquorate on Tuesday 8 December 2026, and is booked again."."""
        return f"{self.conference} was inquorate on {self._day_in_words(problem)}, and is booked again."

    def _day_in_words(self, problem: Problem) -> str:
        return date_in_words(problem.published_by_id[self.conference].start.date())

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the conference is unknown, has no published booking, or that is after ``today``."""
        yield from unknown_reference("conferences", "conference", self.conference, problem.conference_by_id, "conference")
        if self.conference not in problem.conference_by_id:
            return
        if self.conference not in problem.published_by_id:
            message = f"'{self.conference}' has no booking, so it can't have been inquorate. Enter a booked conference."
            yield Fault(("conference",), message)
        elif problem.today is not None and problem.published_by_id[self.conference].start.date() > problem.today:
            message = (
                f"'{self.conference}' has not been held yet: it is booked for {self._day_in_words(problem)}, "
                f"after {date_in_words(problem.today)}. Enter a conference that has been, or another change."
            )
            yield Fault(("conference",), message)

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the conference's booking and of its notice."""
        conference = self.of(problem)
        return conference_keys(conference, "booking") | conference_keys(conference, "notice")


class Add(ChangeBase):
    """A new conference with a free id."""

    change: Literal["add"] = "add"
    conference: Conference

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the conference at the end of its list."""
        return with_problem_fields(problem, conferences=(*problem.conferences, self.conference))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "CPC-9001 is added: initial (ICPC), 2 children, for Wycombe."."""
        new = self.conference
        site = problem.site_by_id[new.site].label
        return f"{new.id} is added: {KIND_IN_WORDS[new.kind]}, {children_of(new.children)}, for {site}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the id is taken, alike to another or reserved, or if the site or a chair is unknown."""
        yield from super().faults(problem)
        new = self.conference
        if (taken := one_alike(new.id, problem.conference_by_id)) is not None:
            yield Fault(("conference", "id"), f"there is already a conference {shown(taken)}. Enter an id that is free.")
        if new.id.startswith("HOLD-"):
            yield Fault(("conference", "id"), "ids that begin with HOLD- are reserved for held slots. Enter another.")
        yield from unknown_reference("sites", "site", new.site, problem.site_by_id, "conference", "site")
        yield from unknown_reference("chairs", "chair", new.chair, problem.chair_by_id, "conference", "chair")
        for n, chair in enumerate(new.not_chairs):
            yield from unknown_reference("chairs", "chair", chair, problem.chair_by_id, "conference", "not_chairs", n)

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the whole conference, one of them the same for ids that are alike."""
        return conference_keys(self.conference) | {("conference", alike(self.conference.id))}


class Unavailable(ConferenceChange):
    """A time at which a family, or its social worker, can't come."""

    change: Literal["unavailable"] = "unavailable"
    start: Moment
    end: EndMoment

    @model_validator(mode="after")
    def _forwards(self) -> Unavailable:
        check_moments_forwards(self.start, self.end)
        return self

    @property
    def time(self) -> Interval:
        """Return the time."""
        return Interval(start=self.start, end=self.end)

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one more time at which the conference can't be held, sorted by time."""
        times = sorted([*self.of(problem).unavailable, self.time], key=lambda time: (time.start, time.end))
        return self.with_values(problem, unavailable=tuple(times))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "CPC-0101 can't be held from Friday 4 December 2026 at 09:00 to … at 12:00."."""
        return f"{self.conference} can't be held from {moment_in_words(self.start)} to {moment_in_words(self.end)}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the conference is unknown or over, or if the time is outside the plan."""
        yield from super().faults(problem)
        horizon = problem.horizon
        outside = f"is outside the plan, {horizon.first} to {horizon.last}. Enter a time in it."
        if self.start.date() > horizon.last:
            yield Fault(("start",), f"{written_moment(self.start)} {outside}")
        if self.end <= dt.datetime.combine(horizon.first, dt.time()):
            yield Fault(("end",), f"{written_moment(self.end)} {outside}")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of this time. Times that only overlap have different keys: both count."""
        return conference_keys(self.of(problem), "unavailable", str(self.start), str(self.end))


class WaiveNotice(ConferenceChange):
    """A waiver of the notice of the request: the conference may be held before that has passed (contract, section 8)."""

    change: Literal["waive_notice"] = "waive_notice"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the notice waived."""
        return self.with_values(problem, notice_waived=True)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "The notice of CPC-0101 is waived."."""
        return f"The notice of {self.conference} is waived."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the conference is unknown or over, or if its notice is waived already."""
        yield from super().faults(problem)
        conference = problem.conference_by_id.get(self.conference)
        if conference is not None and conference.notice_waived:
            yield Fault(("conference",), f"the notice of '{self.conference}' is waived already. Remove the change.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the conference's notice."""
        return conference_keys(self.of(problem), "notice")
