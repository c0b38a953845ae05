"""Problems, each stored once under its digest, instead of in its job and in its plan."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

problems = sa.table("problems", sa.column("digest", sa.String), sa.column("value", sa.JSON))
jobs = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("kind", sa.String),
    sa.column("request", sa.JSON),
    sa.column("problem", sa.String),
)
plans = sa.table("plans", sa.column("id", sa.String), sa.column("problem", sa.JSON))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "problems",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_problems")),
    )
    # In SQLite, Alembic adds a foreign key by copying the table, which fails because other tables refer to this one.
    op.execute("ALTER TABLE jobs ADD COLUMN problem VARCHAR(64) CONSTRAINT fk_jobs_problem REFERENCES problems (digest)")
    connection = op.get_bind()
    for job in connection.execute(sa.select(jobs.c.id).where(jobs.c.kind == "plan")).scalars().all():
        _move(connection, job)
    op.drop_column("plans", "problem")


def _move(connection: sa.Connection, job: str) -> None:
    """Move the problem of one job, and of its plan if it has one. The rest of the job's request stays the same."""
    request = connection.execute(sa.select(jobs.c.request).where(jobs.c.id == job)).scalar_one()
    solved = connection.execute(sa.select(plans.c.problem).where(plans.c.id == job)).scalar_one_or_none()
    digest = _stored(connection, solved or request.get("problem"))
    connection.execute(sa.update(jobs).where(jobs.c.id == job).values(request=request["asked"], problem=digest))


def _stored(connection: sa.Connection, problem: dict[str, Any] | None) -> str | None:
    """Store a problem unless it is already stored, and return its digest."""
    if problem is None:
        return None
    canonical = json.dumps(problem, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    if connection.execute(sa.select(problems.c.digest).where(problems.c.digest == digest)).first() is None:
        connection.execute(sa.insert(problems).values(digest=digest, value=problem))
    return digest
