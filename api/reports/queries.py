"""The values in reports: conferences with and without a booking, and reschedules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from api.clock import LONDON
from api.database.tables import bookings, conference_history
from api.database.tables import conferences as conferences_table
from api.diary.conferences import lateness
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Outcome, Reason
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.reports.timeliness import PlacedConference, Stage
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, ConferenceKind, Mode
from scheduler.domain.values import Period

RESCHEDULES = (ConferenceEvent.MOVED, ConferenceEvent.UNBOOKED, ConferenceEvent.CANCELLED)
MAY_MAKE_INQUORATE = (ConferenceEvent.INQUORATE, ConferenceEvent.CORRECTED)


@dataclass(frozen=True)
class StoredReschedule:
    """A change of a conference's booking, which was ``before`` and is ``after`` (each as the history records a booking).

    ``mode`` is that of the conference at the time; ``actor`` is the author of the change.
    """

    at: dt.datetime
    conference: Conference
    event: str
    reason: Reason | None
    publication: int | None
    actor: str
    mode: Mode
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def placed(connection: Connection, days: Period, today: dt.date) -> list[PlacedConference]:
    """Return the conferences that were held, or else are booked, in a period, by day."""
    midnight = dt.datetime.combine(days.first, dt.time()), dt.datetime.combine(days.last + ONE_DAY, dt.time())
    columns = conferences_table.c
    held_on = columns.outcome["held_on"].as_string().between(days.first.isoformat(), days.last.isoformat())
    booked_for = and_(bookings.c.start >= midnight[0], bookings.c.start < midnight[1])
    query = _with_booking().where(
        or_(and_(columns.state == ConferenceState.HELD, held_on), and_(columns.state == ConferenceState.BOOKED, booked_for))
    )
    rows = [(row, conferences.stored(row)) for row in connection.execute(query)]
    days_of = {stored.value.id: lateness.held_on(stored) or row.start.date() for row, stored in rows}
    by_statute = lateness.statutory_due_dates(connection, [stored for _, stored in rows])
    late = [
        (stored, row.exception) for row, stored in rows if days_of[stored.value.id] > min(stored.due, by_statute[stored.value.id])
    ]
    reasons = lateness.reasons(connection, late)
    some = [
        PlacedConference(
            conference=stored.value,
            stage=_stage(stored.state, days_of[stored.value.id], today),
            due=stored.due,
            statutory_due=by_statute[stored.value.id],
            day=days_of[stored.value.id],
            given=reasons.get(stored.value.id, ()),
        )
        for _, stored in rows
    ]
    return sorted(some, key=lambda one: one.day)


def not_booked(connection: Connection, days: Period) -> list[StoredConference]:
    """Return the conferences that are due in a period and have no booking."""
    due = conferences_table.c.due.between(days.first, days.last) & (conferences_table.c.state == ConferenceState.REQUESTED)
    return conferences.select_conferences(connection, select(conferences_table).where(due).order_by(conferences_table.c.position))


def reviews_without_chair(connection: Connection) -> int:
    """Return the children on a plan whose family has no chair: those of open reviews that have none."""
    kind = conferences_table.c.value["kind"].as_string().in_((ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW))
    children = func.sum(conferences_table.c.value["children"].as_integer())
    query = select(children).where(conferences_table.c.state.in_(OPEN), kind, _NO_CHAIR)
    return int(connection.execute(query).scalar_one() or 0)


def reschedules(connection: Connection, days: Period) -> list[StoredReschedule]:
    """Return the conferences recorded in a period as moved, cancelled or inquorate.

    An outcome counts as it is now: once, on the day on which it was recorded or corrected as inquorate.
    """
    midnight = (dt.datetime.combine(day, dt.time(), LONDON) for day in (days.first, days.last + ONE_DAY))
    first, last = midnight
    history = conference_history.c
    query = (
        select(conferences_table.c.value, conferences_table.c.state, conference_history)
        .join(conferences_table, conferences_table.c.id == history.conference)
        .where(history.event.in_((*RESCHEDULES, *MAY_MAKE_INQUORATE)), history.at >= first, history.at < last)
        .order_by(history.number)
    )
    rows = connection.execute(query).all()
    changes = conferences.history(connection, {row.conference for row in rows}) if rows else []
    inquorate = {change.conference: change.number for change in changes if _makes_inquorate(change)}
    return [
        _change(row, changes)
        for row in rows
        if row.event in RESCHEDULES or (row.state == ConferenceState.INQUORATE and inquorate.get(row.conference) == row.number)
    ]


_NO_CHAIR: ColumnElement[bool] = conferences_table.c.value["chair"].as_string().is_(None)


def _with_booking() -> Select[Any]:
    """Return the query for conferences with their active bookings, by start."""
    return (
        select(conferences_table, bookings.c.start, bookings.c.chair, bookings.c.exception)
        .join(bookings, bookings.c.conference == conferences_table.c.id)
        .where(bookings.c.active)
        .order_by(bookings.c.start, bookings.c.number)
    )


def _stage(state: ConferenceState, day: dt.date, today: dt.date) -> Stage:
    if state is ConferenceState.HELD:
        return Stage.HELD
    return Stage.BOOKED if day >= today else Stage.UNRECORDED


def _makes_inquorate(change: Any) -> bool:
    """True if an entry of a history records an outcome as inquorate, or corrects it to that."""
    if change.event != ConferenceEvent.CORRECTED:
        return bool(change.event == ConferenceEvent.INQUORATE)
    before, after = (change.detail[name]["outcome"] for name in ("before", "after"))
    return bool(after == Outcome.INQUORATE != before)


def _change(row: Any, changes: Sequence[Any]) -> StoredReschedule:
    conference, detail = Conference.model_validate(row.value), row.detail
    is_corrected = row.event == ConferenceEvent.CORRECTED
    reason = detail["after"]["reason"] if is_corrected else row.reason
    ends = row.event in (ConferenceEvent.MOVED, ConferenceEvent.UNBOOKED)
    return StoredReschedule(
        at=row.at,
        conference=conference,
        event=ConferenceEvent.INQUORATE if is_corrected else row.event,
        reason=None if reason is None else Reason(reason),
        publication=detail.get("publication"),
        actor=row.actor,
        mode=_mode_then(conference, row, changes),
        before=detail.get("before" if ends else "booking") or None,
        after=detail["booking"] if row.event == ConferenceEvent.MOVED else None,
    )


def _mode_then(conference: Conference, row: Any, changes: Sequence[Any]) -> Mode:
    """Return a conference's mode at the time of an entry of its history: the mode before the first later change of it."""
    for change in changes:
        if change.conference == row.conference and change.number > row.number and change.event == ConferenceEvent.CHANGED:
            before = change.detail.get("before") or {}
            if "mode" in before:
                return Mode(before["mode"])
    return conference.mode
