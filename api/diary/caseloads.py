"""Caseloads: the children whom bookings give to a chair, and those of a plan's chairs with the bookings outside its days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from api.database.tables import bookings
from api.database.tables import conferences as conferences_table
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as registers
from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period

_NO_CHAIR: ColumnElement[bool] = conferences_table.c.value["chair"].as_string().is_(None)


class GivenFamily(NamedTuple):
    """The children of a booked conference of a family without a chair of its own, and the booking's chair."""

    conference: str
    chair: str
    children: int


def given_by_bookings(connection: Connection) -> list[GivenFamily]:
    """Return the families that bookings of any day give to a chair, until an outcome is recorded, by start."""
    children = conferences_table.c.value["children"].as_integer()
    query = (
        select(bookings.c.conference, bookings.c.chair, children)
        .join(conferences_table, bookings.c.conference == conferences_table.c.id)
        .where(bookings.c.active, conferences_table.c.state == ConferenceState.BOOKED, _NO_CHAIR)
        .order_by(bookings.c.start, bookings.c.number)
    )
    return [GivenFamily(*row) for row in connection.execute(query)]


def with_children_given(chairs: Iterable[Chair], given: Iterable[GivenFamily], counted: Container[str]) -> tuple[Chair, ...]:
    """Return the chairs with the children of bookings added to their caseloads, except those of the conferences ``counted``.

    A plan counts the children of its own conferences itself (contract, T5).
    """
    more: Counter[str] = Counter()
    for family in given:
        if family.conference not in counted:
            more[family.chair] += family.children
    return tuple(
        chair.model_copy(update={"caseload": chair.caseload + more[chair.id]}) if more[chair.id] else chair for chair in chairs
    )


def as_counted(stored: StoredConference, chair: str | None) -> Conference:
    """Return a conference as it counts in a plan's caseloads; ``chair`` is that of its booking.

    Once it has been held, its children are in the caseload of their chair, or on no plan: it gives nobody a family any more.
    """
    value = stored.value
    if stored.state in OPEN or value.chair is not None or chair is None:
        return value
    return value.model_copy(update={"chair": chair})


def with_caseloads_as_planned(connection: Connection, planned: Problem, present: Problem, since: dt.datetime) -> Problem:
    """Return the present problem with the planned caseload of each chair whose bookings outside its days changed ``since``.

    Bookings are made on other days all the time, so hardly any plan could be published otherwise. They break no rule of its own.
    Plans of earlier versions have the stored caseloads, without any such booking: these are as planned, too.
    """
    changed = _booked_otherwise(connection, planned.horizon, since)
    stored = {chair.id: chair.caseload for chair in registers.values(connection, registers.CHAIRS)}

    def as_planned(chair: Chair) -> Chair:
        before = planned.chair_by_id.get(chair.id)
        if before is None or (chair.id not in changed and before.caseload != stored[chair.id]):
            return chair
        return chair.model_copy(update={"caseload": before.caseload})

    return with_chairs(present, tuple(map(as_planned, present.chairs)))


def with_chairs(problem: Problem, chairs: tuple[Chair, ...]) -> Problem:
    """Return the problem with other values for its chairs."""
    return Problem.model_construct(**{name: getattr(problem, name) for name in Problem.model_fields} | {"chairs": chairs})


def _booked_otherwise(connection: Connection, days: Period, since: dt.datetime) -> frozenset[str]:
    """Return the chairs of the families' first bookings outside these days that were made or ended since."""
    first, after = (dt.datetime.combine(day, dt.time()) for day in (days.first, days.last + dt.timedelta(days=1)))
    query = (
        select(bookings.c.chair)
        .join(conferences_table, bookings.c.conference == conferences_table.c.id)
        .where(or_(bookings.c.start < first, bookings.c.start >= after), _NO_CHAIR)
        .where(or_(bookings.c.made_at >= since, bookings.c.ended_at >= since))
        .distinct()
    )
    return frozenset(connection.scalars(query))
