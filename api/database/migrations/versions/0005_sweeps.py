"""Sweeps, their parts, and their solves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "solves",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("task", sa.JSON(), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=True),
        sa.Column("solved", sa.JSON(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_solves_job")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_solves")),
    )
    op.create_index(op.f("ix_solves_job"), "solves", ["job"])
    op.create_table(
        "sweeps",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_sweeps_plan")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_sweeps")),
        sa.UniqueConstraint("id", name=op.f("uq_sweeps_id")),
    )
    op.create_index(op.f("ix_sweeps_plan"), "sweeps", ["plan"])
    op.create_index(op.f("ix_sweeps_state"), "sweeps", ["state"])
    op.create_table(
        "sweep_parts",
        sa.Column("sweep", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("at", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["solves.key"], name=op.f("fk_sweep_parts_key")),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.id"], name=op.f("fk_sweep_parts_sweep")),
        sa.PrimaryKeyConstraint("sweep", "number", name=op.f("pk_sweep_parts")),
    )
    op.create_index(op.f("ix_sweep_parts_key"), "sweep_parts", ["key"])
