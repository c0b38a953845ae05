"""Remarks on entries that are valid but implausible, and so probably mistakes (contract, section 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from scheduler.domain.calendar import bank_holidays_of_england
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.faults import Fault, Place
from scheduler.domain.identifiers import alike, shown
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Remark
from scheduler.domain.values import Period
from scheduler.wording import agree, children_of, count_of, in_a_row, period_in_words, short_date

MOST_DAYS_NAMED = 12


def remarks_of(problem: Problem) -> tuple[Remark, ...]:
    """Return the remarks on a problem, at most one per kind and place, with places in the contract's notation."""
    return tuple(Remark(place=fault.where, text=fault.message) for fault in implausible(problem))


def implausible(problem: Problem) -> tuple[Fault, ...]:
    """Return the entries that are implausible by the policy's limits, each with its place and what to check."""
    return tuple(
        Fault(place, text)
        for place, text in (
            *_missing_bank_holidays(problem),
            *_overlapping_terms(problem),
            *_odd_starts(problem),
            *_odd_conferences(problem),
            *_other_spellings(problem),
        )
    )


def _odd_conferences(problem: Problem) -> Iterator[tuple[Place, str]]:
    last = problem.horizon.last
    for n, conference in enumerate(problem.conferences):
        place = ("conferences", n)
        if starts_after(conference, last):
            starts, ends = short_date(conference.trigger), short_date(last)
            text = f"The clock of {conference.id} starts on {starts}, after the plan ends on {ends}. Check the year."
            yield (*place, "trigger"), text
        yield from (((*place, field), text) for field, text in odd_entries(conference, problem.policy))


def starts_after(conference: Conference, day: dt.date) -> bool:
    """True if a conference's clock starts after a day on which it should have started: a birth may be expected later."""
    return conference.trigger > day and conference.kind is not ConferenceKind.PRE_BIRTH


def odd_entries(conference: Conference, policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield the fields of a conference that are implausible in any plan, each with what to check."""
    limits, name = policy.plausible, conference.id
    if not limits.min_minutes <= conference.minutes <= limits.max_minutes:
        usual = f"{limits.min_minutes} to {limits.max_minutes}"
        text = f"{name} lasts {count_of(conference.minutes, 'minute')}; usual are {usual}. Check that it is in minutes."
        yield "minutes", text
    if conference.children > limits.max_children:
        text = f"{name} is for {children_of(conference.children)}; usual are at most {limits.max_children}. Check the number."
        yield "children", text
    worker = conference.social_worker
    if worker is not None and policy.is_placeholder(worker):
        text = f"{name} has the social worker '{worker}', which counts as none. Enter who it is."
        yield "social_worker", text


def _other_spellings(problem: Problem) -> Iterator[tuple[Place, str]]:
    """Yield the social workers and families that count as one with another spelling, each spelling once."""
    policy = problem.policy
    workers: list[tuple[Place, str]] = [
        (("conferences", n, "social_worker"), conference.social_worker)
        for n, conference in enumerate(problem.conferences)
        if conference.social_worker is not None and not policy.is_placeholder(conference.social_worker)
    ]
    families: list[tuple[Place, str]] = [
        (("conferences", n, "family"), conference.family)
        for n, conference in enumerate(problem.conferences)
        if conference.family is not None
    ]
    families += [
        (("apart", n, m), side)
        for n, pair in enumerate(problem.apart)
        for m, side in enumerate(pair)
        if side not in problem.conference_by_id
    ]
    yield from _alike(workers, "social worker")
    yield from _alike(families, "family")


def _alike(entries: Iterable[tuple[Place, str]], noun: str) -> Iterator[tuple[Place, str]]:
    first_with: dict[str, tuple[Place, str]] = {}
    remarked: set[str] = set()
    for place, entry in entries:
        earlier, spelling = first_with.setdefault(alike(entry), (place, entry))
        if entry != spelling and entry not in remarked:
            remarked.add(entry)
            where = f"the {noun} at {Fault(earlier, '').where}"
            yield place, f"{shown(entry)} counts as {shown(spelling)}, {where}. Enter both in the same way."


def _odd_starts(problem: Problem) -> Iterator[tuple[Place, str]]:
    limits = problem.policy.plausible
    starts: list[tuple[Place, str, dt.time]] = [
        (("rooms", n, "starts", m), f"{room.id} offers a start at", start)
        for n, room in enumerate(problem.rooms)
        for m, start in enumerate(room.starts)
    ]
    starts += [(("virtual_starts", n), "A virtual start is at", start) for n, start in enumerate(problem.virtual_starts or ())]
    starts += [
        (("published", n, "start"), f"{published.conference} is published for", published.start.time())
        for n, published in enumerate(problem.published)
    ]
    for place, what, start in starts:
        if not limits.first_start <= start <= limits.last_start:
            usual = f"{limits.first_start:%H:%M} to {limits.last_start:%H:%M}"
            yield place, f"{what} {start:%H:%M}; usual are {usual}. Check the time."


def _overlapping_terms(problem: Problem) -> Iterator[tuple[Place, str]]:
    terms = problem.calendar.terms or ()
    for n, term in enumerate(terms):
        if (other := next((one for one in terms[:n] if one.first <= term.last and term.first <= one.last), None)) is not None:
            text = f"{period_in_words(term)} overlaps {period_in_words(other)}. Keep one of them; leave half-terms out of a term."
            yield ("calendar", "terms", n), text


def _missing_bank_holidays(problem: Problem) -> Iterator[tuple[Place, str]]:
    if problem.calendar.bank_holidays is None:
        return
    missing: dict[dt.date, str] = {}
    for conference in problem.conferences:
        for day in _left_out(problem, _clock(problem, conference)):
            missing.setdefault(day, f"between the trigger and the due date of {conference.id}")
    for day in _left_out(problem, problem.horizon):
        missing.setdefault(day, "in the plan")
    if missing:
        named = [f"{short_date(day)} ({where})" for day, where in sorted(missing.items())]
        if len(named) > MOST_DAYS_NAMED:
            named = [*named[:MOST_DAYS_NAMED], f"{len(named) - MOST_DAYS_NAMED} more"]
        taken = agree(len(missing), "It counts as a working day", "They count as working days")
        what = agree(len(missing), "A bank holiday of England is", "Bank holidays of England are")
        yield ("calendar", "bank_holidays"), f"{what} not listed: {in_a_row(named)}. {taken}. Add each that is missing."


def _clock(problem: Problem, conference: Conference) -> Period:
    """Return the days between a conference's trigger and its due date, in either order."""
    first, last = sorted((conference.trigger, problem.due[conference.id]))
    return Period.model_construct(first=first, last=last)


def _left_out(problem: Problem, days: Period) -> Iterator[dt.date]:
    """Yield England's bank holidays among the days that the problem's list lacks."""
    for year in range(days.first.year, days.last.year + 1):
        for day in bank_holidays_of_england(year):
            if day in days and problem.calendar.is_working_day(day):
                yield day
