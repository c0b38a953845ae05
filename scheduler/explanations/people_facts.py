"""Facts of chairs and minute takers (contract, R3 and R5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

from scheduler.domain.people import WORKING_WEEK, Chair, Weekday
from scheduler.domain.problem import Problem, with_valid_fields
from scheduler.domain.values import WEEKDAYS, Interval, Period
from scheduler.explanations.fact import MOST_REMEDIES, Fact, with_chair, with_conference
from scheduler.explanations.target import Target
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairChanges
from scheduler.whatif.changes.single_days import ChairWorksOn
from scheduler.wording import count_of, date_in_words, moment_in_words, period_in_words

LIMITS = {
    "max_per_day": ("conference", "a day"),
    "max_per_week": ("conference", "a week"),
    "max_office_days": ("office day", "a week"),
}
"""Each limit of a chair in words."""


def facts_of_chairs(problem: Problem, target: Target, *, has_others: bool) -> Iterator[Fact]:
    """Yield the facts of the chairs that the question allows, and of the minute takers as a whole.

    ``has_others`` if other bookings stay; without them, only a limit of 0 forbids a slot.
    """
    for chair in target.chairs(problem):
        yield from _work(problem, target, chair)
        yield from _diary(problem, target, chair)
        yield from _limits(chair, has_others)
        if chair.id in target.of(problem).not_chairs:
            text = f"The family is kept from {chair.label}."
            lift = partial(_without_exclusion, conference=target.conference, chair=chair.id)
            yield Fact("R3", chair.id, text, lift)
    if problem.models_minute_takers:
        text = "No minute taker is at work and free."
        yield Fact("R5", "minute_takers", text, partial(with_valid_fields, minute_takers=None))


def _work(problem: Problem, target: Target, chair: Chair) -> Iterator[Fact]:
    """Yield the chair's free weekdays, and that the chair is not in post, on the days of the question."""
    days = list(target.days(problem))
    for weekday in WORKING_WEEK:
        on = [day for day in days if WEEKDAYS[day.weekday()] == weekday]
        if on and weekday not in chair.works:
            text = f"{chair.label} does not work on {on[0]:%A}s."
            lift = partial(_with_weekday, chair=chair.id, weekday=weekday)
            yield Fact("R3", chair.id, text, lift, _works_on(problem, chair, on))
    if chair.first is not None and any(day < chair.first for day in days):
        text = f"{chair.label} is in post only from {date_in_words(chair.first)}."
        yield Fact("R3", chair.id, text, partial(with_chair, chair=chair.id, first=None))
    if chair.last is not None and any(day > chair.last for day in days):
        text = f"{chair.label} is in post only until {date_in_words(chair.last)}."
        yield Fact("R3", chair.id, text, partial(with_chair, chair=chair.id, last=None))


def _works_on(problem: Problem, chair: Chair, on: list[dt.date]) -> tuple[ChangeBase, ...]:
    possible = [day for day in on if problem.calendar.is_open(day) and not chair.works_on(day)]
    return tuple(ChairWorksOn(chair=chair.id, day=day) for day in possible[:MOST_REMEDIES])


def _with_weekday(problem: Problem, chair: str, weekday: Weekday) -> Problem:
    return with_chair(problem, chair, works=(*problem.chair_by_id[chair].works, weekday))


def _diary(problem: Problem, target: Target, chair: Chair) -> Iterator[Fact]:
    """Yield the absences and busy times on the days of the question."""
    days = list(target.days(problem))
    for absence in chair.absences:
        on = [day for day in days if day in absence]
        if on:
            when = f"on {date_in_words(on[0])}" if len(on) == 1 else f"from {period_in_words(absence)}"
            lift = partial(_without_absence, chair=chair.id, absence=absence)
            yield Fact("R3", chair.id, f"{chair.label} is absent {when}.", lift, _works_on(problem, chair, on))
    reach = dt.timedelta(days=1)
    for entry in chair.busy:
        if any(entry.start.date() - reach <= day <= entry.end.date() + reach for day in days):
            text = f"{chair.label} is busy from {moment_in_words(entry.start)} to {moment_in_words(entry.end)}."
            yield Fact("R3", chair.id, text, partial(_without_busy, chair=chair.id, entry=entry))


def _without_absence(problem: Problem, chair: str, absence: Period) -> Problem:
    absences = tuple(one for one in problem.chair_by_id[chair].absences if one != absence)
    return with_chair(problem, chair, absences=absences)


def _without_busy(problem: Problem, chair: str, entry: Interval) -> Problem:
    return with_chair(problem, chair, busy=tuple(one for one in problem.chair_by_id[chair].busy if one != entry))


def _without_exclusion(problem: Problem, conference: str, chair: str) -> Problem:
    excluded = tuple(one for one in problem.conference_by_id[conference].not_chairs if one != chair)
    return with_conference(problem, conference, not_chairs=excluded)


def _limits(chair: Chair, has_others: bool) -> Iterator[Fact]:
    for name, (noun, per) in LIMITS.items():
        most: int | None = getattr(chair, name)
        if most is not None and (has_others or most == 0):
            text = f"{chair.label} has at most {count_of(most, noun)} {per}."
            remedy = ChairChanges.model_validate({"chair": chair.id, name: most + 1})
            yield Fact("R3", chair.id, text, partial(_without_limit, chair=chair.id, name=name), (remedy,))


def _without_limit(problem: Problem, chair: str, name: str) -> Problem:
    fields: dict[str, Any] = {name: None}
    return with_chair(problem, chair, **fields)
