"""How late a conference is, by its own due date and by the statutory one, and the reasons that were given for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, update

from api.actor import NOBODY
from api.database.tables import conferences as conferences_table
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.service import queries as documents
from api.errors import conflict
from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date
from scheduler.domain.policy import Policy


class ReasonSource(StrEnum):
    """The source of a reason."""

    EXCEPTION = "exception"
    OUTCOME = "outcome"
    ADDED_LATER = "added later"
    HISTORY = "history"


@dataclass(frozen=True)
class GivenReason:
    """A reason for lateness, and its source."""

    reason: str
    source: ReasonSource


@dataclass(frozen=True)
class Lateness:
    """A conference's ``day`` (held, or else booked; None if it has neither), its two due dates, and the reasons given."""

    day: dt.date | None
    due: dt.date
    statutory_due: dt.date
    reasons: tuple[GivenReason, ...]

    @property
    def is_late(self) -> bool:
        """True if its day is after its own due date or the statutory one."""
        return self.day is not None and self.day > min(self.due, self.statutory_due)


def of_conference(connection: Connection, stored: StoredConference) -> Lateness:
    """Return how late a conference is, and why."""
    name, booked = stored.value.id, bookings.active_of(connection, stored.value.id)
    day = held_on(stored) or (None if booked is None else booked.booking.day)
    exception = None if booked is None else booked.exception
    given = reasons(connection, [(stored, exception)])[name]
    return Lateness(day, stored.due, statutory_due_dates(connection, [stored])[name], given)


def record_reason(connection: Connection, stored: StoredConference, reason: Reason | None, now: dt.datetime) -> None:
    """Record why a conference is late, or take the recorded reason back. Raise ConflictError if it is not late."""
    if not of_conference(connection, stored).is_late:
        message = f"{stored.value.id} is not late: no reason is needed. Enter one once it is booked or held after its due date."
        raise conflict("not-late", message)
    named = conferences_table.c.id == stored.value.id  # its clock and what calendars show of it don't change
    connection.execute(update(conferences_table).where(named).values(version=conferences_table.c.version + 1))
    conferences.record_event(connection, stored.value.id, ConferenceEvent.LATE_REASON, now, NOBODY, reason)


def held_on(stored: StoredConference) -> dt.date | None:
    """Return the day on which a conference was held, or was inquorate; None if no outcome is recorded."""
    return dt.date.fromisoformat(stored.outcome["held_on"]) if stored.outcome else None


def statutory_due_dates(connection: Connection, of_these: Sequence[StoredConference]) -> dict[str, dt.date]:
    """Return the date by which the law requires each conference, by id.

    A conference that was booked again after an inquorate one has a due date of its own, and the statutory date of the first
    attempt.
    """
    calendar, policy = conferences.calendar(connection), documents.get(connection, "policy")[0]
    earlier = _earlier_attempts(connection, of_these)
    return {one.value.id: _by_statute(_first_attempt(one, earlier), calendar, policy) for one in of_these}


def reasons(
    connection: Connection, of_these: Sequence[tuple[StoredConference, Mapping[str, Any] | None]]
) -> dict[str, tuple[GivenReason, ...]]:
    """Return the reasons for the lateness of conferences, each with the exception of its booking, by id.

    They are those of the exception, of the outcome, and added later. If there are none, it is the reason in its history for which
    it was moved to another day or lost its booking, or else that the conference before it was inquorate.
    """
    history = _histories(connection, [stored.value.id for stored, _ in of_these])
    again = {one.value.id for one in _previous(connection, (stored for stored, _ in of_these))}
    by_conference: dict[str, tuple[GivenReason, ...]] = {}
    for stored, exception in of_these:
        events = history.get(stored.value.id, [])
        added = [row.reason for row in events if row.event == ConferenceEvent.LATE_REASON][-1:]
        given = (
            (exception["reason"] if exception else None, ReasonSource.EXCEPTION),
            (stored.outcome["reason"] if stored.outcome else None, ReasonSource.OUTCOME),
            (added[0] if added else None, ReasonSource.ADDED_LATER),
        )
        by_conference[stored.value.id] = tuple(GivenReason(reason, source) for reason, source in given if reason) or tuple(
            GivenReason(reason, ReasonSource.HISTORY) for reason in _in_history(events, is_again=stored.follows in again)
        )
    return by_conference


def _by_statute(first: StoredConference, calendar: Calendar, policy: Policy) -> dt.date:
    """Return the due date that the trigger of a first attempt gives. A review keeps its date when it is booked again."""
    if first.value.due is None or first.value.kind.is_review:
        return first.due
    return due_date(first.value.model_copy(update={"due": None}), calendar, policy)


def _first_attempt(one: StoredConference, earlier: Mapping[str, StoredConference]) -> StoredConference:
    before = earlier.get(one.follows or "")
    return one if before is None or before.value.kind != one.value.kind else _first_attempt(before, earlier)


def _earlier_attempts(connection: Connection, of_these: Iterable[StoredConference]) -> dict[str, StoredConference]:
    """Return the inquorate conferences that these follow, directly or over others, by id."""
    earlier: dict[str, StoredConference] = {}
    attempts = _previous(connection, of_these)
    while attempts:
        earlier |= {one.value.id: one for one in attempts}
        attempts = _previous(connection, attempts)
    return earlier


def _previous(connection: Connection, of_these: Iterable[StoredConference]) -> list[StoredConference]:
    """Return the inquorate conferences that these follow directly."""
    names = {one.follows for one in of_these if one.follows is not None}
    followed = conferences.of(connection, names) if names else []
    return [one for one in followed if one.state is ConferenceState.INQUORATE]


def _histories(connection: Connection, names: Sequence[str]) -> dict[str, list[Any]]:
    rows = sorted(conferences.history(connection, names), key=lambda row: (row.conference, row.number))
    return {name: list(events) for name, events in groupby(rows, key=lambda row: str(row.conference))}


def _in_history(events: Sequence[Any], *, is_again: bool) -> list[str]:
    moved = [row.reason for row in events if row.reason and _changes_the_day(row)]
    return moved[-1:] or ([Reason.INQUORATE] if is_again else [])


def _changes_the_day(row: Any) -> bool:
    """True if a booking ended or moved to another day."""
    if row.event != ConferenceEvent.MOVED:
        return bool(row.event == ConferenceEvent.UNBOOKED)
    before, after = (row.detail[name]["start"][:10] for name in ("before", "booking"))
    return bool(before != after)
