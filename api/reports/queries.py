"""What reports are made of: conferences with their bookings, those without, and what was moved or cancelled."""

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
    """A conference that is booked or was held: its booking's start, the day it is or was held on, and why if it is late."""

    conference: Conference
    state: ConferenceState
    due: dt.date
    start: dt.datetime
    held_on: dt.date
    chair: str
    reason: str | None

    @property
    def is_late(self) -> bool:
        """Whether it is or was held after its due date."""
        return self.held_on > self.due


@dataclass(frozen=True)
class StoredReschedule:
    """Something that happened to a conference's booking: when it was booked for ``before``, and ``after``."""

    at: dt.datetime
    conference: Conference
    event: str
    reason: Reason | None
    publication: int | None
    before: str | None
    after: str | None


def placed(connection: Connection, days: Period) -> list[PlacedConference]:
    """The conferences that are booked in some days and still to be held, or were held, by start."""
    midnight = dt.datetime.combine(days.first, dt.time()), dt.datetime.combine(days.last + ONE_DAY, dt.time())
    query = (
        select(conferences_table, bookings.c.start, bookings.c.chair, bookings.c.exception)
        .join(bookings, bookings.c.conference == conferences_table.c.id)
        .where(bookings.c.active, bookings.c.start >= midnight[0], bookings.c.start < midnight[1])
        .where(conferences_table.c.state.in_((ConferenceState.BOOKED, ConferenceState.HELD)))
        .order_by(bookings.c.start, bookings.c.number)
    )
    rows = connection.execute(query).all()
    found = [(row, conferences.kept(row), _held_on(row)) for row in rows]
    told = _reasons(connection, (kept for _, kept, held_on in found if held_on > kept.due))
    return [
        PlacedConference(
            conference=kept.value,
            state=kept.state,
            due=kept.due,
            start=row.start,
            held_on=held_on,
            chair=row.chair,
            reason=row.exception["reason"] if row.exception else told.get(kept.value.id),
        )
        for row, kept, held_on in found
    ]


def not_booked(connection: Connection, days: Period) -> list[StoredConference]:
    """The conferences that are due in some days and have no booking."""
    due = conferences_table.c.due.between(days.first, days.last) & (conferences_table.c.state == ConferenceState.REQUESTED)
    return conferences.queried(connection, select(conferences_table).where(due).order_by(conferences_table.c.position))


def reschedules(connection: Connection, days: Period) -> list[StoredReschedule]:
    """What was moved, cancelled or inquorate, by when that was recorded."""
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
    """Why conferences are late without an exception: the last reason in their history, or what they follow was inquorate."""
    follows = {kept.value.id: kept.follows for kept in late}
    before = {
        kept.value.id
        for kept in conferences.of(connection, filter(None, follows.values()))
        if kept.state is ConferenceState.INQUORATE
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
