"""Indexes of bookings that SQLite uses without statistics, and that pass over the past.

SQLite uses a partial index only if its condition is written as in the query. Overlaps are looked up by when the other booking
ends: most bookings have begun before any given time, but few end after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ACTIVE: dict[str, Any] = {"sqlite_where": sa.text("active = 1"), "postgresql_where": sa.text("active")}
UNTIL = {"room": "cleared", "chair": "end", "minute_taker": "end"}


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_bookings_active_start", "bookings")  # SQLite preferred it to others, although nearly all rows are active
    op.create_index("ix_bookings_start", "bookings", ["start"])
    op.create_index("ix_bookings_hold", "bookings", ["hold"], **ACTIVE)
    for what, until in UNTIL.items():
        op.drop_index(f"ix_bookings_{what}", "bookings")
        op.create_index(f"ix_bookings_{what}", "bookings", [what, until], **ACTIVE)
    op.drop_index("uq_bookings_active_conference", "bookings")
    op.create_index("uq_bookings_active_conference", "bookings", ["conference"], unique=True, **ACTIVE)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _triggers():
            op.execute(statement)


def _triggers() -> Iterator[str]:
    """Yield the DDL that replaces the triggers that refuse overlaps. They differ in how ``active`` is written."""
    for what, until in UNTIL.items():
        for moment in ("INSERT", "UPDATE"):
            name = f"{what}_taken"
            yield f"DROP TRIGGER {name}_{moment.lower()}"
            yield (
                f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON bookings WHEN NEW.active AND NEW.{what} IS NOT NULL "
                f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM bookings b WHERE b.active = 1 "
                f"AND b.{what} = NEW.{what} AND b.number IS NOT NEW.number "
                f'AND b.arrival < NEW."{until}" AND NEW.arrival < b."{until}"); END'
            )
