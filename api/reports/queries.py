"""The values that reports are made of: conferences with and without a booking, and reschedules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from api.clock import LONDON
from api.database.tables import bookings, conference_history
from api.database.tables import conferences as conferences_table
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import ConferenceState, StoredConference
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference
from scheduler.domain.values import Period

RESCHEDULES = (ConferenceEvent.MOVED, ConferenceEvent.UNBOOKED, ConferenceEvent.CANCELLED, ConferenceEvent.INQUORATE)


@dataclass(frozen=True)
class PlacedConference:
    """A conference that is booked or has been held: its booking's start and chair, its day, and the reason if it is late."""

    conference: Conference
    state: ConferenceState
    due: dt.date
    start: dt.datetime
    held_on: dt.date
    chair: str
    reason: str | None

    @property
    def is_late(self) -> bool:
        """True if its day is after its due date."""
        return self.held_on > self.due


@dataclass(frozen=True)
class StoredReschedule:
    """A change of a conference's booking: its start ``before`` and ``after``."""

    at: dt.datetime
    conference: Conference
    event: str
    reason: Reason | None
    publication: int | None
    before: str | None
    after: str | None


def placed(connection: Connection, days: Period) -> list[PlacedConference]:
    """Return the booked and the held conferences of a period, by start."""
    midnight = dt.datetime.combine(days.first, dt.time()), dt.datetime.combine(days.last + ONE_DAY, dt.time())
    query = (
        select(conferences_table, bookings.c.start, bookings.c.chair, bookings.c.exception)
        .join(bookings, bookings.c.conference == conferences_table.c.id)
        .where(bookings.c.active, bookings.c.start >= midnight[0], bookings.c.start < midnight[1])
        .where(conferences_table.c.state.in_((ConferenceState.BOOKED, ConferenceState.HELD)))
        .order_by(bookings.c.start, bookings.c.number)
    )
    rows = connection.execute(query).all()
    found = [(row, conferences.stored(row), _held_on(row)) for row in rows]
    reasons = _reasons(connection, (stored for _, stored, held_on in found if held_on > stored.due))
    return [
        PlacedConference(
            conference=stored.value,
            state=stored.state,
            due=stored.due,
            start=row.start,
            held_on=held_on,
            chair=row.chair,
            reason=row.exception["reason"] if row.exception else reasons.get(stored.value.id),
        )
        for row, stored, held_on in found
    ]


def not_booked(connection: Connection, days: Period) -> list[StoredConference]:
    """Return the conferences that are due in a period and have no booking."""
    due = conferences_table.c.due.between(days.first, days.last) & (conferences_table.c.state == ConferenceState.REQUESTED)
    return conferences.select_conferences(connection, select(conferences_table).where(due).order_by(conferences_table.c.position))


def reschedules(connection: Connection, days: Period) -> list[StoredReschedule]:
    """Return what was recorded in a period as moved, cancelled or inquorate."""
    midnight = (dt.datetime.combine(day, dt.time(), LONDON) for day in (days.first, days.last + ONE_DAY))
    first, last = midnight
    history = conference_history.c
    query = (
        select(conferences_table.c.value, history.at, history.event, history.reason, history.detail)
        .join(conferences_table, conferences_table.c.id == history.conference)
        .where(history.event.in_(RESCHEDULES), history.at >= first, history.at < last)
        .order_by(history.number)
    )
    return [_change(row) for row in connection.execute(query)]


def _held_on(row: Any) -> dt.date:
    day: dt.date = row.start.date()
    return dt.date.fromisoformat(row.outcome["held_on"]) if row.outcome else day


def _reasons(connection: Connection, late: Iterable[StoredConference]) -> dict[str, str]:
    """Return why conferences without an exception are late: the last reason in their history, or an inquorate previous one."""
    follows = {stored.value.id: stored.follows for stored in late}
    before = {
        stored.value.id
        for stored in conferences.of(connection, filter(None, follows.values()))
        if stored.state is ConferenceState.INQUORATE
    }
    inquorate: dict[str, str] = {name: Reason.INQUORATE for name, earlier in follows.items() if earlier in before}
    return inquorate | {row.conference: row.reason for row in conferences.history(connection, follows) if row.reason}


def _change(row: Any) -> StoredReschedule:
    detail = row.detail
    booked = detail.get("booking") or {}
    before = detail.get("before") if row.event in (ConferenceEvent.MOVED, ConferenceEvent.UNBOOKED) else booked
    return StoredReschedule(
        at=row.at,
        conference=Conference.model_validate(row.value),
        event=row.event,
        reason=None if row.reason is None else Reason(row.reason),
        publication=detail.get("publication"),
        before=(before or {}).get("start"),
        after=booked.get("start") if row.event == ConferenceEvent.MOVED else None,
    )
