"""The weeks that a plan cuts: its chairs' bookings on the other days count in their weekly limits (contract, R3)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.caseloads import with_chairs
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.people import Chair, WeekBeside
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import monday_of, sunday_of


def with_bookings_beside(connection: Connection, problem: Problem) -> Problem:
    """Return a problem whose chairs list their bookings of its first and last week that are outside its days.

    Held slots are not counted, since a plan places those of its weeks anew.
    """
    horizon = problem.horizon
    before = bookings.active_in(connection, monday_of(horizon.first), horizon.first - ONE_DAY)
    after = bookings.active_in(connection, horizon.last + ONE_DAY, sunday_of(horizon.last))
    beside = [stored.booking for stored in (*before, *after) if not stored.booking.held]
    return with_chairs(problem, tuple(_with_weeks(chair, beside) for chair in problem.chairs))


def with_weeks_of(planned: Problem, present: Problem) -> Problem:
    """Return the present problem with the cut weeks of the planned one, so that these are no change of the data."""

    def as_planned(chair: Chair) -> Chair:
        before = planned.chair_by_id.get(chair.id)
        return chair.model_copy(update={"beside": before.beside}) if before is not None else chair

    return with_chairs(present, tuple(map(as_planned, present.chairs)))


def _with_weeks(chair: Chair, beside: list[Booking]) -> Chair:
    own = [booking for booking in beside if booking.chair == chair.id]
    return chair.model_copy(update={"beside": tuple(_weeks(own))})


def _weeks(own: list[Booking]) -> Iterator[WeekBeside]:
    for monday in sorted({monday_of(booking.day) for booking in own}):
        of_week = [booking for booking in own if monday_of(booking.day) == monday]
        office_days = {booking.day for booking in of_week if booking.room is not None}
        yield WeekBeside(week=monday, bookings=len(of_week), office_days=len(office_days))
