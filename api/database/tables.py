"""The tables. What the contract names is kept as the contract writes it (``value``), beside what the database must know of it.

Times of bookings are local wall-clock, as in the contract; every ``…_at`` is an instant, in UTC.
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
    """A moment in UTC. SQLite forgets time zones, so a moment without one is refused, and gets UTC back when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Into UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: an instant must have one")
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """With UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _noun(name: str, *more: Column[Any]) -> Table:
    """A table of the contract's values of one kind, in the order in which they came."""
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
"""One row. Whoever writes locks it, and lifts its version: writes happen one after another, and a reader sees whether any did."""

documents = Table(
    "documents",
    metadata,
    Column("name", Word, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""What there is one of: the service, its policy, terms, holidays, closures, travel, starts, pairs kept apart."""

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
)
"""``state`` is requested, booked, held, inquorate or cancelled; ``due`` and ``earliest`` are what the clock makes of it."""

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
"""``bookings`` are all that stood in ``first`` to ``last`` once it was published."""

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
    Index("ix_bookings_active_start", "active", "start"),
    *(
        Index(f"ix_bookings_{what}", what, "arrival", sqlite_where=text("active"), postgresql_where=text("active"))
        for what in ("room", "chair", "minute_taker")
    ),
    Index(
        "uq_bookings_active_conference", "conference", unique=True, sqlite_where=text("active"), postgresql_where=text("active")
    ),
)
"""A row never changes but to end: what moves is a new row. People are taken from ``arrival`` to ``end``, a room to ``cleared``.

The database itself refuses two active rows that overlap in a room, for a chair or for a minute taker: see ``overlaps.py``.
"""

plans = Table(
    "plans",
    metadata,
    Column("id", Word, ForeignKey("jobs.id"), primary_key=True),
    Column("problem", JSON, nullable=False),
    Column("schedule", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
)
"""A plan never changes: the problem (with its policy) as it was solved, the schedule with its tiers, what the checker found."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Word, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("request", JSON, nullable=False),
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
"""``state`` is queued, running, done, cancelled or failed; ``attempt`` counts the starts, and only the latest may end it.

``cut_offs`` counts those starts that were cut off, and for which the job itself can be to blame.
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
"""What is solved once for every sweep that wants it, under its key; ``job`` works on it now, or did last.

``task`` is empty where it is neither solved nor wanted any more.
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
"""Solves that belong together; ``state`` is as a job's. Of those that go on, the one with the least ``turn`` is served next."""

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
"""What a sweep wants solved, the base first. A scenario's ``result`` sets it beside the base, once both are solved."""

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
"""What was answered to a request with an ``Idempotency-Key``; ``asked`` is the sha256 of its body."""

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
"""Calendar feeds; ``secret`` is the sha256 of the one in the link, and none once that is revoked."""

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
"""When chairs are busy by their own calendars, as the contract writes it: from a file, or from a ``link``, which is a secret.

``version`` counts what people change, at ``changed_at``; ``good_at`` is the last good reading, ``tried_at`` the last try. A link
is fetched at ``due_at``.
"""
