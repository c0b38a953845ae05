"""Drafts: what a plan, or an old publication, would let stand in its days, by the present data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import OPEN, ConferenceState
from api.diary.registers import queries as nouns
from api.errors import ErrorItem, conflict, not_found
from api.free_busy import queries as busy_calendars
from api.jobs import queue as jobs
from api.planning import queries as plans
from api.publishing import queries as publications
from api.publishing.data_changes import changed_conferences, changes_between
from api.publishing.difference import changes_of
from api.publishing.queries import BookingCopy, StoredPublication, published, standing_as
from api.publishing.split_weeks import broken_limits
from api.publishing.workflow import Draft, Refusal, broken_rules
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period
from scheduler.wording import count_of, moment_in_words, period_in_words


def of_plan(connection: Connection, identifier: str, today: dt.date) -> Draft:
    """What a plan would let stand. ApiError 404 where there is none, 409 where it has no schedule."""
    plan = plans.found(connection, identifier)
    if plan is None:
        raise _no_schedule(connection, identifier)
    horizon, names = plan.problem.horizon, [booking.conference for booking in plan.schedule.bookings]
    problem = snapshot.problem_of(connection, horizon.first, horizon.last)
    standing = _standing(connection, horizon, names)
    settled = conferences.settled(connection, [*standing, *names])
    known = plan.problem.conference_by_id
    stays = {
        name: standing_as(kept)
        for name, kept in standing.items()
        if not kept.booking.held and (name in settled or name not in known)
    }
    planned = {
        booking.conference: _kept_of(standing.get(booking.conference), published(booking))
        for booking in plan.schedule.bookings
        if booking.conference not in settled
    } | stays
    as_planned = _busy_as_planned(connection, plan.problem, problem)
    moved = changes_between(plan.problem, as_planned, dict(_fates(connection, plan.problem, problem)))
    return Draft(
        problem=problem,
        conferences=known | problem.conference_by_id,
        standing=standing,
        planned=planned,
        settled=settled,
        reasons={unplaced.conference: unplaced.reason for unplaced in plan.schedule.unplaced},
        refusal=_refused_plan(
            moved, _over(horizon, standing, planned, today), () if moved else _broken(connection, problem, standing, planned)
        ),
        plan=identifier,
    )


def of_publication(connection: Connection, number: int, today: dt.date) -> Draft:
    """What an old publication would let stand again, beside what was booked by hand since, or has taken place.

    ApiError 404 where there is none of that number.
    """
    old = publications.found(connection, number)
    if old is None:
        raise not_found("publication", number)
    horizon, names = old.summary.horizon, [booking.conference for booking in old.bookings]
    problem = snapshot.problem_of(connection, horizon.first, horizon.last, also=names)
    standing = _standing(connection, horizon, names)
    settled = conferences.settled(connection, [*standing, *names])
    wanted = {booking.conference: _as_long_as_it_lasts(problem, booking) for booking in old.bookings}
    why_not = {name: _why_not(connection, booking, standing, horizon) for name, booking in wanted.items()}
    refused = {name: message for name, message in why_not.items() if message}
    planned = {name: booking for name, booking in wanted.items() if name not in refused}
    for name, kept in standing.items():
        stays = not kept.booking.held and (kept.by_hand or name in settled)
        if name in refused or (name not in wanted and stays):
            planned[name] = standing_as(kept)
    obstacles = [ErrorItem(where=name, message=message) for name, message in sorted(refused.items())]
    return Draft(
        problem=problem,
        conferences=problem.conference_by_id,
        standing=standing,
        planned=planned,
        settled=settled,
        reasons=dict.fromkeys(standing, f"It is not in publication {number}."),
        refusal=_refused_publication(
            old, (*obstacles, *_over(horizon, standing, planned, today), *_broken(connection, problem, standing, planned))
        ),
        restores=number,
    )


def _busy_as_planned(connection: Connection, planned: Problem, present: Problem) -> Problem:
    """The present problem, with what calendars block as the plan knew it: what they tell since matters where it breaks a rule.

    Otherwise hardly a plan could be published, for somebody's calendar changes every hour.
    """
    entered = {chair.id: chair.busy for chair in nouns.values(connection, nouns.CHAIRS)}
    with_calendar = busy_calendars.chairs_with_one(connection)

    def as_planned(chair: Chair) -> Chair:
        before = planned.chair_by_id.get(chair.id)
        if before is None or chair.id not in with_calendar:
            return chair
        since = tuple(time for time in entered[chair.id] if time not in before.busy)
        return chair.model_copy(update={"busy": before.busy + since})

    parts = {name: getattr(present, name) for name in Problem.model_fields}
    return Problem.model_construct(**parts | {"chairs": tuple(map(as_planned, present.chairs))})


def _standing(connection: Connection, horizon: Period, names: Collection[str]) -> dict[str, StoredBooking]:
    """What stands in these days, and where else the held slots of these names do: each is kept free once."""
    within = bookings.active_in(connection, horizon.first, horizon.last)
    return {kept.booking.conference: kept for kept in (*bookings.held_as(connection, names), *within)}


def _over(
    horizon: Period, standing: Mapping[str, StoredBooking], planned: Mapping[str, BookingCopy], today: dt.date
) -> tuple[ErrorItem, ...]:
    """Each conference that would be booked on a day that is over, or otherwise than it stood on one; none where all are over."""
    if horizon.last < today:
        return ()
    stood = {name: kept.booking for name, kept in standing.items() if not kept.booking.held}
    to_be = {name: booking for name, booking in planned.items() if not booking.held}
    found: dict[str, str] = {}
    for name in sorted(stood.keys() | to_be.keys()):
        before, after = stood.get(name), to_be.get(name)
        if before is not None and after is not None and not changes_of(before, after):
            continue
        if before is not None and before.day < today:
            found[name] = f"{name} was booked for {moment_in_words(before.start)}, which is over. Record what came of it."
        elif after is not None and after.day < today:
            found[name] = f"{name} would be booked for {moment_in_words(after.start)}, which is over."
    return tuple(ErrorItem(where=name, message=message) for name, message in found.items())


def _broken(
    connection: Connection, problem: Problem, standing: Mapping[str, StoredBooking], planned: Mapping[str, BookingCopy]
) -> tuple[ErrorItem, ...]:
    """Each hard rule that the planned bookings break, in their days or together with what stands in the rest of their weeks."""
    replaced, bookings_ = [kept.booking for kept in standing.values()], list(planned.values())
    return (*broken_rules(problem, bookings_), *broken_limits(connection, problem, replaced, bookings_))


def _kept_of(standing: StoredBooking | None, booking: BookingCopy) -> BookingCopy:
    """A planned booking with what stays of the one that stands; an exception holds as long as it gets no later."""
    if standing is None:
        return booking
    exception = standing.exception if booking.day <= standing.booking.day else None
    return booking.model_copy(update={"locks": standing.locks, "by_hand": standing.by_hand, "exception": exception})


def _as_long_as_it_lasts(problem: Problem, booking: BookingCopy) -> BookingCopy:
    minutes = problem.minutes_by_id.get(booking.conference)
    return booking if minutes is None else booking.model_copy(update={"end": booking.start + dt.timedelta(minutes=minutes)})


def _fates(connection: Connection, planned: Problem, present: Problem) -> Iterator[tuple[str, str]]:
    """What became of each conference that is planned no more, or booked otherwise."""
    for name in changed_conferences(planned, present):
        kept, booked = conferences.found(connection, name), bookings.active_of(connection, name)
        if kept is None:
            continue
        if kept.state is ConferenceState.BOOKED and booked is not None:
            elsewhere = "" if booked.booking.day in present.horizon else f" for {moment_in_words(booked.booking.start)}"
            yield name, f"booked{' by hand' if booked.by_hand else ''}{elsewhere}"
        elif kept.state is ConferenceState.REQUESTED and name not in present.conference_by_id:
            yield name, "not due in these days"
        else:
            yield name, kept.state


def _why_not(connection: Connection, booking: BookingCopy, standing: Mapping[str, StoredBooking], horizon: Period) -> str | None:
    """Why a booking of an old publication can't stand again, by what has happened to its conference since."""
    name = booking.conference
    present = standing.get(name)
    if booking.held or (present is not None and not changes_of(present.booking, booking)):
        return None
    kept = conferences.found(connection, name)
    if kept is None:
        return f"{name} is no longer in the diary."
    if kept.state not in OPEN:
        return f"{name} is {kept.state}."
    present = present or bookings.active_of(connection, name)
    if present is not None and (present.by_hand or present.booking.day not in horizon):
        by_hand = " by hand" if present.by_hand else ""
        return f"{name} has been booked{by_hand} for {moment_in_words(present.booking.start)}. Cancel that booking first."
    return None


def _no_schedule(connection: Connection, identifier: str) -> Exception:
    job = jobs.found(connection, identifier)
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
        detail = f"Days of the plan are over, and with them {many} that it would change. Make a new plan, and publish that."
        return Refusal("over", detail, tuple(over))
    if broken:
        breaches = count_of(len(broken), "breach", "breaches")
        detail = f"The plan breaks rules by the present data: {breaches}. Make a new plan, and publish that."
        return Refusal("breaks-rules", detail, tuple(broken))
    return None


def _refused_publication(old: StoredPublication, obstacles: Sequence[ErrorItem]) -> Refusal | None:
    if not obstacles:
        return None
    summary = old.summary
    detail = (
        f"Publication {summary.number}, of {period_in_words(summary.horizon)}, can't stand again by the present data: "
        f"{count_of(len(obstacles), 'obstacle')}. Put them right, or make a new plan."
    )
    return Refusal("not-restorable", detail, tuple(obstacles))
