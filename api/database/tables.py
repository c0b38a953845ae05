"""The tables. The contract's values are stored as JSON in ``value``, together with the columns that queries need.

Booking times are local, as in the contract. Every column ``…_at`` is an instant in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Reference = String(200)
Word = String(40)
Digest = String(64)


class Instant(TypeDecorator[dt.datetime]):
    """An instant in UTC. Written values must have a time zone, and values read are in UTC, also with SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the instant in UTC. Raise ValueError if it has no time zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: an instant must have one")
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the stored instant in UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _noun(name: str, *more: Column[Any] | Index) -> Table:
    """Return a table for one kind of the contract's values. ``position`` is the order in which they were added."""
    return Table(
        name,
        metadata,
        Column("position", Integer, primary_key=True, autoincrement=True),
        Column("id", Reference, nullable=False, unique=True),
        Column("value", JSON, nullable=False),
        Column("version", Integer, nullable=False),
        Column("changed_at", Instant, nullable=False),
        *more,
    )


diary = Table(
    "diary",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""One row. Every writer locks it and increments its version, so writers take turns and readers notice changes."""

documents = Table(
    "documents",
    metadata,
    Column("name", Word, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""Single values: the service, the policy, terms, holidays, closures, travel, virtual starts, and pairs kept apart."""

document_changes = Table(
    "document_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", Word, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Reference, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)
"""Each change of a document, with its whole value before and after."""

sites = _noun("sites")
rooms = _noun("rooms")
chairs = _noun("chairs")
minute_takers = _noun("minute_takers")
holds = _noun("holds")

conferences = _noun(
    "conferences",
    Column("state", Word, nullable=False, index=True),
    Column("due", Date, nullable=False, index=True),
    Column("earliest", Date, nullable=False),
    Column("follows", Reference, ForeignKey("conferences.id"), nullable=True, index=True),
    Column("outcome", JSON, nullable=True),
    Column("id_form", Text, nullable=False, server_default=text("''")),
    Column("family_form", Text, nullable=True),
    Column("social_worker_form", Text, nullable=True),
    *(Index(f"ix_conferences_{form}", form, postgresql_using="hash") for form in ("id_form", "family_form")),
)
"""``state`` is requested, booked, held, inquorate or cancelled. ``due`` and ``earliest`` come from the conference's clock.

The references in their form for comparison (contract, section 8) find alike ones without reading all. A form can be longer than
a B-tree of PostgreSQL takes, so its index is a hash.
"""

conference_history = Table(
    "conference_history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("conference", Reference, ForeignKey("conferences.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Reference, nullable=False),
    Column("event", Word, nullable=False),
    Column("reason", Word, nullable=True),
    Column("detail", JSON, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("plan", Word, ForeignKey("plans.id"), nullable=True),
    Column("restores", Integer, ForeignKey("publications.number"), nullable=True),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("bookings", JSON, nullable=False),
    Column("actor", Reference, nullable=False),
    Column("published_at", Instant, nullable=False),
)
"""``bookings`` is a copy of every booking from ``first`` to ``last`` at the time of publishing."""

_WHERE_ACTIVE: dict[str, Any] = {"sqlite_where": text("active = 1"), "postgresql_where": text("active")}
"""The condition as the queries write it, or else SQLite doesn't use the index."""
bookings = Table(
    "bookings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("conference", Reference, ForeignKey("conferences.id"), nullable=True, index=True),
    Column("hold", Reference, nullable=True),
    Column("start", DateTime, nullable=False),
    Column("end", DateTime, nullable=False),
    Column("arrival", DateTime, nullable=False),
    Column("cleared", DateTime, nullable=False),
    Column("room", Reference, ForeignKey("rooms.id"), nullable=True),
    Column("chair", Reference, ForeignKey("chairs.id"), nullable=False),
    Column("minute_taker", Reference, ForeignKey("minute_takers.id"), nullable=True),
    Column("locks", JSON, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("publication", Integer, ForeignKey("publications.number"), nullable=True),
    Column("exception", JSON, nullable=True),
    Column("active", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("ended_by", Word, nullable=True),
    Column("changed_at", Instant, nullable=True),
    Column("changes", Integer, nullable=False, server_default=text("0")),
    Index("ix_bookings_start", "start"),
    Index("ix_bookings_hold", "hold", **_WHERE_ACTIVE),
    Index("ix_bookings_room", "room", "cleared", **_WHERE_ACTIVE),
    *(Index(f"ix_bookings_{what}", what, "end", **_WHERE_ACTIVE) for what in ("chair", "minute_taker")),
    Index("uq_bookings_active_conference", "conference", unique=True, **_WHERE_ACTIVE),
)
"""A row can only end: a booking that moves gets a new row. It takes people from ``arrival`` to ``end``, a room to ``cleared``.

Only the policy changes ``arrival`` and ``cleared`` of an active row: ``changes`` counts how often, the latest at ``changed_at``.

The database itself refuses two active rows that overlap in a room, for a chair or for a minute taker: see ``overlaps.py``.
"""

problems = Table(
    "problems",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("value", JSON, nullable=False),
)
"""Problems as solved, with their policies, under the SHA-256 of their canonical JSON. Equal problems share a row."""

plans = Table(
    "plans",
    metadata,
    Column("id", Word, ForeignKey("jobs.id"), primary_key=True),
    Column("schedule", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
)
"""A schedule with its tiers, and the checker's report. A plan never changes. Its job refers to its problem."""

withdrawn_drafts = Table(
    "withdrawn_drafts",
    metadata,
    Column("plan", Word, ForeignKey("plans.id"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Reference, nullable=False),
)
"""Drafts that nobody means to publish any more. The plans themselves stay."""

calls = Table(
    "calls",
    metadata,
    Column("publication", Integer, ForeignKey("publications.number"), primary_key=True),
    Column("conference", Reference, ForeignKey("conferences.id"), primary_key=True),
    Column("before", JSON, nullable=False),
    Column("after", JSON(none_as_null=True), nullable=True),
    Column("last_day", Date, nullable=False, index=True),
    Column("made_at", Instant, nullable=True),
    Column("made_by", Reference, nullable=True),
)
"""Calls to make after a publication: a conference whose booking it moved or, without ``after``, withdrew.

``before`` and ``after`` are bookings as the history records them. A call has a point until ``last_day``, the later of their days.
"""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Word, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("request", JSON, nullable=False),
    Column("problem", Digest, ForeignKey("problems.digest"), nullable=True),
    Column("state", Word, nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("cut_offs", Integer, nullable=False, server_default=text("0")),
    Column("runner", Word, nullable=True),
    Column("cancelled", Boolean, nullable=False),
    Column("error", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=True),
    Column("heard_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
)
"""``problem`` is the problem of a plan's job. The job of a solve has the solve's key in ``request``.

``state`` is queued, running, done, cancelled or failed. ``attempt`` counts the starts; only the latest can end the job.
``cut_offs`` counts the interrupted attempts that the job itself may have caused.
"""

job_events = Table(
    "job_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("job", Word, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("event", Word, nullable=False),
    Column("data", JSON, nullable=False),
)

solves = Table(
    "solves",
    metadata,
    Column("key", Digest, primary_key=True),
    Column("task", JSON, nullable=False),
    Column("job", Word, ForeignKey("jobs.id"), nullable=True, index=True),
    Column("solved", JSON(none_as_null=True), nullable=True),
    Column("seconds", Float, nullable=True),
)
"""Tasks by key. A task is solved once for all sweeps that need it; ``job`` is its latest job.

``task`` is empty if there is no result and no sweep needs one any more.
"""

sweeps = Table(
    "sweeps",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Word, nullable=False, unique=True),
    Column("kind", Word, nullable=False),
    Column("plan", Word, ForeignKey("plans.id"), nullable=True, index=True),
    Column("asked", JSON, nullable=False),
    Column("state", Word, nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("error", Text, nullable=True),
    Column("result", JSON(none_as_null=True), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
)
"""Sets of solves. ``state`` has the values of a job's state. The open sweep with the smallest ``turn`` is served next."""

sweep_parts = Table(
    "sweep_parts",
    metadata,
    Column("sweep", Word, ForeignKey("sweeps.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Reference, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("at", JSON, nullable=False),
    Column("key", Digest, ForeignKey("solves.key"), nullable=False, index=True),
    Column("result", JSON(none_as_null=True), nullable=True),
    Column("error", Text, nullable=True),
)
"""The solves of a sweep, the base first. A scenario's ``result`` compares it with the base, once both are solved."""

answers = Table(
    "answers",
    metadata,
    Column("key", Reference, primary_key=True),
    Column("route", String(400), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Responses to requests with an ``Idempotency-Key``. ``asked`` is the SHA-256 of the request's body."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", Reference, nullable=False),
    Column("method", Word, nullable=False),
    Column("path", String(2000), nullable=False),
    Column("status", Integer, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Word, nullable=False, unique=True),
    Column("of", Word, nullable=False),
    Column("subject", Reference, nullable=True),
    Column("detail", Word, nullable=False),
    Column("secret", String(64), nullable=True, unique=True),
    Column("version", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    Column("fetched_at", Instant, nullable=True),
    Column("fetched_by", Reference, nullable=True),
)
"""Calendar feeds. ``secret`` is the SHA-256 of the link's secret, or null once the feed is revoked."""

busy_calendars = Table(
    "busy_calendars",
    metadata,
    Column("chair", Reference, ForeignKey("chairs.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("source", Word, nullable=True),
    Column("link", String(2000), nullable=True),
    Column("intervals", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("good_at", Instant, nullable=True),
    Column("tried_at", Instant, nullable=True),
    Column("error", Text, nullable=True),
    Column("due_at", Instant, nullable=True, index=True),
)
"""Busy times from chairs' own calendars, read from a file or from a ``link``, which is secret.

``version`` counts the changes by people, the latest of them at ``changed_at``. ``good_at`` is the time of the last successful
reading, and ``tried_at`` of the last attempt. A link is fetched next at ``due_at``.
"""
