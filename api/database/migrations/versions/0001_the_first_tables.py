"""The first tables."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "answers",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("route", sa.String(length=400), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "route", name=op.f("pk_answers")),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_table(
        "chairs",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_chairs")),
        sa.UniqueConstraint("id", name=op.f("uq_chairs_id")),
    )
    op.create_table(
        "conferences",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("follows", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["follows"], ["conferences.id"], name=op.f("fk_conferences_follows")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_conferences")),
        sa.UniqueConstraint("id", name=op.f("uq_conferences_id")),
    )
    with op.batch_alter_table("conferences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conferences_due"), ["due"], unique=False)
        batch_op.create_index(batch_op.f("ix_conferences_follows"), ["follows"], unique=False)
        batch_op.create_index(batch_op.f("ix_conferences_state"), ["state"], unique=False)

    op.create_table(
        "diary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary")),
    )
    op.create_table(
        "documents",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_documents")),
    )
    op.create_table(
        "holds",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_holds")),
        sa.UniqueConstraint("id", name=op.f("uq_holds_id")),
    )

    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("runner", sa.String(length=40), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_state"), ["state"], unique=False)

    op.create_table(
        "minute_takers",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_minute_takers")),
        sa.UniqueConstraint("id", name=op.f("uq_minute_takers_id")),
    )
    op.create_table(
        "rooms",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_rooms")),
        sa.UniqueConstraint("id", name=op.f("uq_rooms_id")),
    )
    op.create_table(
        "sites",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_sites")),
        sa.UniqueConstraint("id", name=op.f("uq_sites_id")),
    )
    op.create_table(
        "conference_history",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conference", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["conference"], ["conferences.id"], name=op.f("fk_conference_history_conference")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_conference_history")),
    )
    with op.batch_alter_table("conference_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conference_history_conference"), ["conference"], unique=False)

    op.create_table(
        "job_events",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_job_events_job")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job_events")),
    )
    with op.batch_alter_table("job_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_events_job"), ["job"], unique=False)

    op.create_table(
        "plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["jobs.id"], name=op.f("fk_plans_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_table(
        "publications",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=True),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("bookings", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_publications_plan")),
        sa.ForeignKeyConstraint(["restores"], ["publications.number"], name=op.f("fk_publications_restores")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_publications")),
    )
    op.create_table(
        "bookings",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conference", sa.String(length=200), nullable=True),
        sa.Column("hold", sa.String(length=200), nullable=True),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime(), nullable=False),
        sa.Column("arrival", sa.DateTime(), nullable=False),
        sa.Column("cleared", sa.DateTime(), nullable=False),
        sa.Column("room", sa.String(length=200), nullable=True),
        sa.Column("chair", sa.String(length=200), nullable=False),
        sa.Column("minute_taker", sa.String(length=200), nullable=True),
        sa.Column("locks", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.Integer(), nullable=True),
        sa.Column("exception", sa.JSON(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["chair"], ["chairs.id"], name=op.f("fk_bookings_chair")),
        sa.ForeignKeyConstraint(["conference"], ["conferences.id"], name=op.f("fk_bookings_conference")),
        sa.ForeignKeyConstraint(["minute_taker"], ["minute_takers.id"], name=op.f("fk_bookings_minute_taker")),
        sa.ForeignKeyConstraint(["publication"], ["publications.number"], name=op.f("fk_bookings_publication")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_bookings_room")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_bookings")),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index("ix_bookings_active_start", ["active", "start"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_conference"), ["conference"], unique=False)
        batch_op.create_index(
            "uq_bookings_active_conference",
            ["conference"],
            unique=True,
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        )
    op.execute("INSERT INTO diary (id, version) VALUES (1, 0)")
    for statement in _overlap_refusals(op.get_bind().dialect.name):
        op.execute(statement)


def _overlap_refusals(dialect: str) -> Iterator[str]:
    """Yield the DDL that refuses two active bookings at the same time of a room, a chair or a minute taker.

    PostgreSQL compares references by their 64-bit hashes, so that its exclusion constraints need no extension.
    """
    for what, until in (("room", "cleared"), ("chair", '"end"'), ("minute_taker", '"end"')):
        name = f"{what}_taken"
        if dialect == "postgresql":
            same = f"int8range(hashtextextended({what}, 0), hashtextextended({what}, 0), '[]')"
            yield (
                f"ALTER TABLE bookings ADD CONSTRAINT {name} EXCLUDE USING gist "
                f"({same} WITH &&, tsrange(arrival, {until}, '[)') WITH &&) WHERE (active AND {what} IS NOT NULL)"
            )
            continue
        for moment in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON bookings WHEN NEW.active AND NEW.{what} IS NOT NULL "
                f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM bookings b WHERE b.active "
                f"AND b.{what} = NEW.{what} AND b.number IS NOT NEW.number "
                f"AND b.arrival < NEW.{until} AND NEW.arrival < b.{until}); END"
            )
