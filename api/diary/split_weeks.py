"""A plan within one week: its chairs' weekly limits count their bookings on the other days of that week (contract, R3).

A limit holds for every week of a problem, so it can be lowered only if the problem has a single week. A longer plan that begins
or ends within a week does not see the bookings beside it; publishing checks the limits over whole weeks.
"""

from __future__ import annotations

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Period, monday_of, sunday_of

LIMITS = ("max_per_week", "max_office_days")


def with_bookings_beside(connection: Connection, problem: Problem) -> Problem:
    """Return a problem of days of one week with weekly limits that leave room for the chairs' other bookings of that week.

    Held slots are not counted, since a plan places those of its week anew.
    """
    horizon = problem.horizon
    if not is_within_a_week(horizon):
        return problem
    before = bookings.active_in(connection, monday_of(horizon.first), horizon.first - ONE_DAY)
    after = bookings.active_in(connection, horizon.last + ONE_DAY, sunday_of(horizon.last))
    beside = [stored.booking for stored in (*before, *after) if not stored.booking.held]
    return with_chairs(problem, tuple(_lowered(chair, beside) for chair in problem.chairs)) if beside else problem


def with_limits_of(planned: Problem, present: Problem) -> Problem:
    """Return the present problem with the lowered weekly limits of the planned one, so that these are no change of the data."""
    if not is_within_a_week(planned.horizon):
        return present

    def lowered(chair: Chair) -> Chair:
        before = planned.chair_by_id.get(chair.id)
        limits = {name: (getattr(before, name, None), getattr(chair, name)) for name in LIMITS}
        lower = {name: old for name, (old, now) in limits.items() if old is not None and now is not None and old < now}
        return chair.model_copy(update=lower) if lower else chair

    return with_chairs(present, tuple(map(lowered, present.chairs)))


def is_within_a_week(horizon: Period) -> bool:
    """True if all days are of one week, Monday to Sunday."""
    return monday_of(horizon.first) == monday_of(horizon.last)


def with_chairs(problem: Problem, chairs: tuple[Chair, ...]) -> Problem:
    """Return the problem with other values for its chairs."""
    return Problem.model_construct(**{name: getattr(problem, name) for name in Problem.model_fields} | {"chairs": chairs})


def _lowered(chair: Chair, beside: list[Booking]) -> Chair:
    own = [booking for booking in beside if booking.chair == chair.id]
    used = {"max_per_week": len(own), "max_office_days": len({booking.day for booking in own if booking.room is not None})}
    limits = {name: getattr(chair, name) for name in LIMITS}
    left = {name: max(0, limit - used[name]) for name, limit in limits.items() if limit is not None and used[name]}
    return chair.model_copy(update=left) if left else chair
