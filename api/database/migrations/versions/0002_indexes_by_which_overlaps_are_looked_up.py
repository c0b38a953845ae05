"""Indexes for the queries that find overlaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    active = sa.text("active")
    for what in ("room", "chair", "minute_taker"):
        op.create_index(f"ix_bookings_{what}", "bookings", [what, "arrival"], sqlite_where=active, postgresql_where=active)
