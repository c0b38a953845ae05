"""Drafts: the bookings that publishing a plan, or restoring an old publication, would make with the current data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, StoredBooking
from api.diary.caseloads import with_caseloads_as_planned, with_chairs
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import OPEN, ConferenceState
from api.diary.registers import queries as registers
from api.diary.split_weeks import with_weeks_of
from api.errors import ErrorItem, conflict, not_found
from api.free_busy import queries as busy_calendars
from api.jobs import queue as jobs
from api.planning import queries as plans
from api.planning.queries import StoredPlan
from api.publishing import queries as publications
from api.publishing.data_changes import changed_conferences, changes_between
from api.publishing.difference import changes_of
from api.publishing.draft import Draft, Refusal
from api.publishing.queries import StoredPublication
from api.publishing.short_notice import excepted_in
from api.publishing.split_weeks import broken_limits
from api.publishing.workflow import broken_rules
from scheduler.domain.people import Chair
from scheduler.domain.problem import Lock, Problem
from scheduler.domain.schedule import Booking, PlanException, Schedule
from scheduler.domain.values import Period
from scheduler.rules.locks import dropped_locks, held_locks
from scheduler.wording import count_of, moment_in_words, period_in_words


def of_plan(connection: Connection, identifier: str, today: dt.date) -> Draft:
    """Return the draft of a plan. Raise NotFoundError if the plan does not exist, or ConflictError if it has no schedule."""
    plan = plans.find(connection, identifier)
    if plan is None:
        raise _no_schedule(connection, identifier)
    horizon, names = plan.problem.horizon, [booking.conference for booking in plan.schedule.bookings]
    problem = snapshot.problem_of(connection, horizon.first, horizon.last, today=plan.problem.today)
    booked = _booked(connection, horizon, names)
    settled = conferences.settled(connection, [*booked, *names])
    known, exceptions = plan.problem.conference_by_id, plan.schedule.exceptions
    unchanged = {
        name: current for name, current in booked.items() if not current.booking.held and (name in settled or name not in known)
    }
    kept = _kept_locks(plan.problem, plan.schedule)
    planned: dict[str, DiaryBooking] = {
        booking.conference: _with_conditions(booking, booked.get(booking.conference), kept.get(booking.conference))
        for booking in plan.schedule.bookings
        if booking.conference not in settled
    }
    planned |= unchanged
    as_planned = with_weeks_of(plan.problem, _busy_as_planned(connection, plan.problem, problem))
    as_planned = with_caseloads_as_planned(connection, plan.problem, as_planned, _requested_at(connection, plan))
    moved = changes_between(plan.problem, as_planned, dict(_fates(connection, plan.problem, problem)))
    return Draft(
        problem=problem,
        conferences=known | problem.conference_by_id,
        booked=booked,
        planned=planned,
        settled=settled,
        reasons={unplaced.conference: unplaced.reason for unplaced in plan.schedule.unplaced},
        refusal=_refused_plan(
            moved,
            _over(horizon, booked, planned, today),
            () if moved else _broken(connection, problem, booked, planned, exceptions),
        ),
        today=today,
        excepted=excepted_in(exceptions),
        plan=identifier,
    )


def of_publication(connection: Connection, number: int, today: dt.date) -> Draft:
    """Return the draft that restores an old publication. Later bookings by hand and conferences that have been held stay.

    Raise NotFoundError if the publication does not exist.
    """
    old = publications.find(connection, number)
    if old is None:
        raise not_found("publication", number)
    horizon, names = old.summary.horizon, [copy.booking.conference for copy in old.bookings]
    problem = snapshot.problem_of(connection, horizon.first, horizon.last, also=names)
    booked = _booked(connection, horizon, names)
    settled = conferences.settled(connection, [*booked, *names])
    copies = {copy.booking.conference: replace(copy, booking=problem.with_length(copy.booking)) for copy in old.bookings}
    why_not = {name: _why_not(connection, copy.booking, booked.get(name), horizon) for name, copy in copies.items()}
    refused = {name: message for name, message in why_not.items() if message}
    planned = {name: copy for name, copy in copies.items() if name not in refused}
    for name, current in booked.items():
        stays = not current.booking.held and (current.by_hand or name in settled)
        if name in refused or (name not in copies and stays):
            planned[name] = current
    obstacles = [ErrorItem(where=name, message=message) for name, message in sorted(refused.items())]
    return Draft(
        problem=problem,
        conferences=problem.conference_by_id,
        booked=booked,
        planned=planned,
        settled=settled,
        reasons=dict.fromkeys(booked, f"It is not in publication {number}."),
        refusal=_refused_publication(
            old, (*obstacles, *_over(horizon, booked, planned, today), *_broken(connection, problem, booked, planned))
        ),
        today=today,
        restores=number,
    )


def _requested_at(connection: Connection, plan: StoredPlan) -> dt.datetime:
    """Return when the plan was requested: its problem is the diary of that moment."""
    job = jobs.find(connection, plan.id)
    assert job is not None  # a plan has the id of its job
    return job.created_at


def _busy_as_planned(connection: Connection, planned: Problem, present: Problem) -> Problem:
    """Return the current problem with the busy times from calendars as they were in the plan's problem.

    Some calendar changes every hour, so hardly any plan could be published otherwise. Later busy times only matter if they make
    the plan break a rule.
    """
    entered = {chair.id: chair.busy for chair in registers.values(connection, registers.CHAIRS)}
    with_calendar = busy_calendars.chairs_with_one(connection)

    def as_planned(chair: Chair) -> Chair:
        before = planned.chair_by_id.get(chair.id)
        if before is None or chair.id not in with_calendar:
            return chair
        since = tuple(time for time in entered[chair.id] if time not in before.busy)
        return chair.model_copy(update={"busy": before.busy + since})

    return with_chairs(present, tuple(map(as_planned, present.chairs)))


def _booked(connection: Connection, horizon: Period, names: Collection[str]) -> dict[str, StoredBooking]:
    """Return the active bookings in the horizon, and those of the named held slots on any day: a slot is booked only once."""
    within = bookings.active_in(connection, horizon.first, horizon.last)
    return {current.booking.conference: current for current in (*bookings.active_slots(connection, names), *within)}


def _over(
    horizon: Period, booked: Mapping[str, StoredBooking], planned: Mapping[str, DiaryBooking], today: dt.date
) -> tuple[ErrorItem, ...]:
    """Return each conference that would be booked on, or moved from, a past day, or none if the whole horizon is past."""
    if horizon.last < today:
        return ()
    old, new = _of_conferences(booked), _of_conferences(planned)
    messages: dict[str, str] = {}
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before is not None and after is not None and not changes_of(before, after):
            continue
        if before is not None and before.day < today:
            messages[name] = f"{name} was booked for {moment_in_words(before.start)}, which is past. Record its outcome."
        elif after is not None and after.day < today:
            messages[name] = f"{name} would be booked for {moment_in_words(after.start)}, which is past."
    return tuple(ErrorItem(where=name, message=message) for name, message in messages.items())


def _of_conferences(some: Mapping[str, DiaryBooking]) -> dict[str, Booking]:
    return {name: one.booking for name, one in some.items() if not one.booking.held}


def _broken(
    connection: Connection,
    problem: Problem,
    booked: Mapping[str, StoredBooking],
    planned: Mapping[str, DiaryBooking],
    exceptions: tuple[PlanException, ...] = (),
) -> tuple[ErrorItem, ...]:
    """Return each hard rule that the planned bookings break, by themselves or together with the other bookings of their weeks.

    ``exceptions`` are those of the plan: the locks that it drops bind nothing.
    """
    old, new = ([one.booking for one in some.values()] for some in (booked, planned))
    return (*broken_rules(problem, new, exceptions), *broken_limits(connection, problem, old, new))


def _kept_locks(problem: Problem, schedule: Schedule) -> dict[str, tuple[Lock, ...]]:
    """Return, for each conference of which the plan drops a lock, the locks that its planned booking keeps."""
    dropped, published = dropped_locks(schedule.exceptions), problem.published_by_id
    return {
        booking.conference: held_locks(published[booking.conference], booking)
        for booking in schedule.bookings
        if booking.conference in dropped
    }


def _with_conditions(booking: Booking, current: StoredBooking | None, kept: tuple[Lock, ...] | None) -> DiaryBooking:
    """Return a planned booking with the current one's locks and exception. An exception lapses if the new day is later.

    ``kept`` are the locks that remain if the plan drops any. Then no other lock remains, also of a booking made by hand.
    """
    if current is None:
        return DiaryBooking(booking)
    exception = current.exception if booking.day <= current.booking.day else None
    if kept is not None:
        return DiaryBooking(booking, kept, by_hand=False, exception=exception)
    return DiaryBooking(booking, current.locks, current.by_hand, exception)


def _fates(connection: Connection, planned: Problem, present: Problem) -> Iterator[tuple[str, str]]:
    """Yield each conference whose request or booking has changed, with its current state in words."""
    for name in changed_conferences(planned, present):
        stored, booked = conferences.find(connection, name), bookings.active_of(connection, name)
        if stored is None:
            continue
        if stored.state is ConferenceState.BOOKED and booked is not None:
            elsewhere = "" if booked.booking.day in present.horizon else f" for {moment_in_words(booked.booking.start)}"
            yield name, f"booked{' by hand' if booked.by_hand else ''}{elsewhere}"
        elif stored.state is ConferenceState.REQUESTED and name not in present.conference_by_id:
            yield name, "not due in these days"
        else:
            yield name, stored.state


def _why_not(connection: Connection, booking: Booking, current: StoredBooking | None, horizon: Period) -> str | None:
    """Return the reason why a booking of an old publication can't be restored, or None if it can."""
    name = booking.conference
    if booking.held or (current is not None and not changes_of(current.booking, booking)):
        return None
    stored = conferences.find(connection, name)
    if stored is None:
        return f"{name} is no longer in the diary."
    if stored.state not in OPEN:
        return f"{name} is {stored.state}."
    current = current or bookings.active_of(connection, name)
    if current is not None and (current.by_hand or current.booking.day not in horizon):
        by_hand = " by hand" if current.by_hand else ""
        return f"{name} has been booked{by_hand} for {moment_in_words(current.booking.start)}. Cancel that booking first."
    return None


def _no_schedule(connection: Connection, identifier: str) -> Exception:
    job = jobs.find(connection, identifier)
    if job is None:
        return not_found("plan", identifier)
    instead = "Ask for a new one" if job.has_ended else "Wait until it has ended"
    return conflict("no-schedule", f"The plan '{identifier}' has no schedule: it is {job.state}. {instead}.")


def _refused_plan(moved: Sequence[ErrorItem], over: Sequence[ErrorItem], broken: Sequence[ErrorItem]) -> Refusal | None:
    if moved:
        detail = (
            f"The data have changed since the plan was made: {count_of(len(moved), 'change')}. Make a new plan, and publish that."
        )
        return Refusal("data-moved", detail, tuple(moved))
    if over:
        many = count_of(len(over), "booking")
        detail = f"Some days of the plan are past, and it would change {many} on them. Make a new plan, and publish that."
        return Refusal("over", detail, tuple(over))
    if broken:
        breaches = count_of(len(broken), "breach", "breaches")
        detail = f"The plan breaks rules with the current data: {breaches}. Make a new plan, and publish that."
        return Refusal("breaks-rules", detail, tuple(broken))
    return None


def _refused_publication(old: StoredPublication, obstacles: Sequence[ErrorItem]) -> Refusal | None:
    if not obstacles:
        return None
    summary = old.summary
    detail = (
        f"Publication {summary.number}, of {period_in_words(summary.horizon)}, can't be restored with the current data: "
        f"{count_of(len(obstacles), 'obstacle')}. Resolve them, or make a new plan."
    )
    return Refusal("not-restorable", detail, tuple(obstacles))
