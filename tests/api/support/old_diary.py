"""A diary that the service wrote at revision 0006 (commit e4aa079), and what its API answered then.

It was filled through that API: the demo month with an absence and two feeds; a plan published, and one of its bookings cancelled
and booked again by hand, another cancelled; plans that are done, queued and cancelled; a finished what-if.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
from sqlalchemy import MetaData
from sqlalchemy.engine import make_url

from api.database.migrate import migrate
from api.database.session import Store
from tests.paths import ROOT

DIARIES = ROOT / "tests" / "data" / "diaries"
REVISION = "0006"


def answers() -> tuple[dt.datetime, dict[str, tuple[int, Any]]]:
    """Return the diary's present, and each path's status and body then: JSON, or the text of a feed."""
    stored = json.loads(gzip.decompress((DIARIES / f"{REVISION}.answers.json.gz").read_bytes()))
    return dt.datetime.fromisoformat(stored["now"]), {path: tuple(answer) for path, answer in stored["answers"].items()}


def load(store: Store) -> None:
    """Make a store's empty database the old diary."""
    script = gzip.decompress((DIARIES / f"{REVISION}.sql.gz").read_bytes()).decode()
    if store.is_sqlite:
        with closing(sqlite3.connect(str(make_url(store.url).database))) as connection:
            connection.executescript(script)
        return
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(script)
        migrate(store, REVISION)
        _copy(source, store)


def _copy(source: sqlite3.Connection, store: Store) -> None:
    """Copy every row into the same tables in PostgreSQL, which casts the texts to the columns' types."""
    tables = MetaData()
    with store.reading() as connection:
        tables.reflect(connection)
    with psycopg.connect(make_url(store.url).set(drivername="postgresql").render_as_string()) as target:
        target.execute("SET TIME ZONE 'UTC'")
        target.execute("DELETE FROM diary")
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            places = ", ".join(f"%s::{column.type.compile(store.engine.dialect)}" for column in table.columns)
            rows = source.execute(f"SELECT {names} FROM {table.name}").fetchall()
            with target.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", [_texts(row) for row in rows])


def _texts(row: tuple[Any, ...]) -> list[str | None]:
    return [None if value is None else str(value) for value in row]
