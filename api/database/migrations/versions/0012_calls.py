"""Calls to make after a publication, and drafts that are withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "withdrawn_drafts",
        sa.Column("plan", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"]),
        sa.PrimaryKeyConstraint("plan"),
    )
    op.create_table(
        "calls",
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("conference", sa.String(200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["conference"], ["conferences.id"]),
        sa.ForeignKeyConstraint(["publication"], ["publications.number"]),
        sa.PrimaryKeyConstraint("publication", "conference"),
    )
    op.create_index(op.f("ix_calls_last_day"), "calls", ["last_day"], unique=False)
