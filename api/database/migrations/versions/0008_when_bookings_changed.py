"""When the times of bookings were changed, and how often, so that calendars notice it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.add_column("bookings", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("changes", sa.Integer(), server_default=sa.text("0"), nullable=False))
