"""The number of interruptions that a job may have caused itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.add_column("jobs", sa.Column("cut_offs", sa.Integer(), server_default=sa.text("0"), nullable=False))
