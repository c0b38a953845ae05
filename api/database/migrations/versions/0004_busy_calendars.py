"""Busy times from chairs' own calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "busy_calendars",
        sa.Column("chair", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("link", sa.String(length=2000), nullable=True),
        sa.Column("intervals", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chair"], ["chairs.id"], name=op.f("fk_busy_calendars_chair"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chair", name=op.f("pk_busy_calendars")),
    )
    op.create_index(op.f("ix_busy_calendars_due_at"), "busy_calendars", ["due_at"])
