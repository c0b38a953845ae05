"""Conferences as rows: the contract's value, its state and clock, its predecessor, and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, or_, select, update

from api.database.json_values import to_json
from api.database.tables import conference_history, conferences
from api.diary.service import queries as documents
from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date, earliest_date
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.identifiers import alike


class ConferenceState(StrEnum):
    """The state of a conference."""

    REQUESTED = "requested"
    BOOKED = "booked"
    HELD = "held"
    INQUORATE = "inquorate"
    CANCELLED = "cancelled"


LONG_AGO = dt.date(1900, 1, 1)
OPEN = (ConferenceState.REQUESTED, ConferenceState.BOOKED)
_FORMS = (conferences.c.id_form, conferences.c.family_form, conferences.c.social_worker_form)


@dataclass(frozen=True)
class StoredConference:
    """A conference with its state. Its clock sets ``due`` and ``earliest``; ``follows`` is the family's previous one."""

    position: int
    value: Conference
    version: int
    state: ConferenceState
    due: dt.date
    earliest: dt.date
    follows: str | None
    outcome: dict[str, Any] | None


def calendar(connection: Connection) -> Calendar:
    """Return the service's calendar."""
    parts = {name: documents.get(connection, name)[0] for name in ("bank_holidays", "terms", "closures")}
    return Calendar(**parts)


def find(connection: Connection, identifier: str) -> StoredConference | None:
    """Return the conference with an id."""
    row = connection.execute(select(conferences).where(conferences.c.id == identifier)).one_or_none()
    return None if row is None else stored(row)


def of(connection: Connection, identifiers: Iterable[str]) -> list[StoredConference]:
    """Return the conferences with these ids, leaving out unknown ids."""
    return select_conferences(connection, select(conferences).where(conferences.c.id.in_(list(identifiers))))


def select_conferences(connection: Connection, query: Select[Any]) -> list[StoredConference]:
    """Return the conferences of a query over their table."""
    return [stored(row) for row in connection.execute(query)]


def list_conferences(
    connection: Connection,
    *,
    state: ConferenceState | None = None,
    kind: ConferenceKind | None = None,
    find: str | None = None,
    site: str | None = None,
    chair: str | None = None,
    due_from: dt.date | None = None,
    due_to: dt.date | None = None,
    after: int = 0,
    most: int | None = None,
) -> list[StoredConference]:
    """Return the conferences that pass every filter, by position: at most ``most``, after the position ``after``.

    ``find`` is a part of the reference, of the family or of the social worker, or one alike.
    """
    table = conferences
    conditions: list[ColumnElement[bool]] = [table.c.position > after]
    words = {"kind": kind, "site": site, "chair": chair}
    conditions += [table.c.value[name].as_string() == word for name, word in words.items() if word is not None]
    conditions += [table.c.state == state] if state is not None else []
    conditions += [table.c.due >= due_from] if due_from is not None else []
    conditions += [table.c.due <= due_to] if due_to is not None else []
    conditions += [or_(*(form.contains(alike(find), autoescape=True) for form in _FORMS))] if find is not None else []
    return select_conferences(connection, select(table).where(*conditions).order_by(table.c.position).limit(most))


def chain(connection: Connection, one: StoredConference) -> list[StoredConference]:
    """Return all conferences of a family's plan, from the first to the latest."""
    chain = [one]
    while chain[0].follows is not None:
        chain[:0] = select_conferences(connection, select(conferences).where(conferences.c.id == chain[0].follows))
    while following := select_conferences(connection, select(conferences).where(conferences.c.follows == chain[-1].value.id)):
        chain += following
    return chain


def following(connection: Connection, identifier: str) -> StoredConference | None:
    """Return the conference that follows another in the family's chain, if there is one."""
    followers = select_conferences(connection, select(conferences).where(conferences.c.follows == identifier))
    return followers[0] if followers else None


def add(connection: Connection, conference: Conference, now: dt.datetime, follows: str | None = None) -> None:
    """Store a new conference as requested. Raise IntegrityError if its id is taken."""
    row = {"id": conference.id, "version": 1, "changed_at": now, "state": ConferenceState.REQUESTED, "follows": follows}
    connection.execute(insert(conferences).values(**row, **_columns_of(connection, conference)))


def change(connection: Connection, conference: Conference, now: dt.datetime, **columns: Any) -> int:
    """Change a conference's value, and any further columns; return its new version."""
    changed = {"version": conferences.c.version + 1, "changed_at": now, **columns}
    query = update(conferences).where(conferences.c.id == conference.id).returning(conferences.c.version)
    return int(connection.execute(query.values(**changed, **_columns_of(connection, conference))).scalar_one())


def settled(connection: Connection, identifiers: Iterable[str]) -> frozenset[str]:
    """Return which of these conferences have been held or cancelled."""
    of_these = conferences.c.id.in_(list(identifiers)) & conferences.c.state.not_in(OPEN)
    return frozenset(connection.scalars(select(conferences.c.id).where(of_these)))


def reset_clocks(connection: Connection, now: dt.datetime) -> None:
    """Recompute every open conference's dates, after a change of the calendar or policy."""
    for one in select_conferences(connection, select(conferences).where(conferences.c.state.in_(OPEN))):
        if (one.due, one.earliest) != tuple(_clock(connection, one.value).values()):
            change(connection, one.value, now)


def record_event(
    connection: Connection,
    conference: str,
    event: str,
    now: dt.datetime,
    actor: str,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Add an entry to a conference's history."""
    row = {"conference": conference, "at": now, "actor": actor, "event": event, "reason": reason, "detail": detail}
    connection.execute(insert(conference_history).values(row))


def history(connection: Connection, conferences_: Iterable[str], *, after: int = 0, most: int | None = None) -> list[Row[Any]]:
    """Return the history of conferences, in order: at most ``most`` entries, after the number ``after``."""
    table = conference_history
    of_these = table.c.conference.in_(list(conferences_)) & (table.c.number > after)
    return list(connection.execute(select(table).where(of_these).order_by(table.c.number).limit(most)))


def stored(row: Any) -> StoredConference:
    """Return a row of the table as a value."""
    return StoredConference(
        row.position,
        Conference.model_validate(row.value),
        row.version,
        ConferenceState(row.state),
        row.due,
        row.earliest,
        row.follows,
        row.outcome,
    )


def _columns_of(connection: Connection, conference: Conference) -> dict[str, Any]:
    """Return the columns that a conference's value sets: itself, its clock, and its references in their form for comparison."""
    forms = {f"{name}_form": getattr(conference, name) for name in ("id", "family", "social_worker")}
    as_forms = {column: None if reference is None else alike(reference) for column, reference in forms.items()}
    return {"value": to_json(conference), **_clock(connection, conference), **as_forms}


def _clock(connection: Connection, conference: Conference) -> dict[str, dt.date]:
    policy, days = documents.get(connection, "policy")[0], calendar(connection)
    earliest = earliest_date(conference, LONG_AGO, days, policy)
    return {"due": due_date(conference, days, policy), "earliest": earliest}
