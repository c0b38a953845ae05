from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import icalendar
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from api.app import create_app
from api.database.migrate import MIGRATIONS, NewerDatabaseError, migrate
from api.database.overlaps import TAKEN
from api.database.session import Store, version_of
from api.database.tables import conferences as conferences_table
from api.database.tables import jobs as jobs_table
from api.database.tables import metadata, problems
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.jobs import queue as jobs
from api.settings import Settings
from scheduler.domain.places import Site
from scheduler.domain.schedule import Booking
from tests.api.support import builders, old_diary
from tests.api.support.databases import Databases
from tests.api.support.services import IN_PROCESS
from tests.builders import chair, room

FIRST = "0001"
HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()
KEPT: dict[str, Any] = {"position": 1, "version": 1, "changed_at": builders.NOW}
OLD_ROWS: dict[str, list[dict[str, Any]]] = {
    "documents": [{"name": "closures", "value": ["2026-12-24"], "version": 3, "changed_at": builders.NOW}],
    "sites": [KEPT | {"id": "AYL", "value": {"id": "AYL", "name": "Aylesbury"}}],
    "rooms": [KEPT | {"id": "AYL-1", "value": room("AYL-1")}],
    "chairs": [KEPT | {"id": "C1", "value": chair("C1")}],
    "conferences": [
        KEPT
        | {
            "id": "CPC-1",
            "value": builders.conference("CPC-1"),
            "state": "booked",
            "due": dt.date(2027, 1, 22),
            "earliest": dt.date(2027, 1, 11),
        }
    ],
    "bookings": [
        {
            "number": 1,
            "conference": "CPC-1",
            "start": dt.datetime(2027, 1, 12, 10),
            "end": dt.datetime(2027, 1, 12, 11, 45),
            "arrival": dt.datetime(2027, 1, 12, 9, 30),
            "cleared": dt.datetime(2027, 1, 12, 12),
            "room": "AYL-1",
            "chair": "C1",
            "locks": [],
            "by_hand": True,
            "active": True,
            "made_at": builders.NOW,
        }
    ],
}
"""Rows of a diary of the first revision, with the column names of that revision."""


@pytest.fixture
def empty(databases: Databases) -> Any:
    """Yield a store on a database without tables."""
    store = Store(databases.empty())
    yield store
    store.close()


def revision_of(store: Store) -> str | None:
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refusals(store: Store) -> set[str]:
    """Return the names of the constraints or triggers that refuse overlaps, as the database lists them."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if store.is_sqlite
        else "SELECT conname FROM pg_constraint WHERE contype = 'x'"
    )
    with store.reading() as connection:
        return set(connection.execute(text(query)).scalars())


def reflected(store: Store) -> MetaData:
    """Return the tables of the database itself."""
    tables = MetaData()
    with store.reading() as connection:
        tables.reflect(connection)
    return tables


def rows(store: Store, of: MetaData, names: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Everything in the columns of the named tables, or else of all."""
    tables = [of.tables[name] for name in names] or of.sorted_tables
    with store.reading() as connection:
        return {table.name: sorted(map(str, connection.execute(select(table)))) for table in tables}


def test_an_empty_database_gets_all_declared_tables(empty: Store) -> None:
    assert revision_of(empty) is None
    migrate(empty)
    assert revision_of(empty) == HEAD
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        assert version_of(connection) == 0
    moments = ("_insert", "_update") if empty.is_sqlite else ("",)
    assert refusals(empty) == {name + moment for name in TAKEN.values() for moment in moments}


def test_migrating_again_changes_nothing(empty: Store) -> None:
    migrate(empty)
    builders.fill(empty)
    before = rows(empty, metadata)
    migrate(empty)
    assert rows(empty, metadata) == before


def test_an_older_database_keeps_its_data(empty: Store) -> None:
    migrate(empty, FIRST)
    assert revision_of(empty) == FIRST
    old = reflected(empty)
    with empty.noting() as connection:
        for name, values in OLD_ROWS.items():
            connection.execute(insert(old.tables[name]), values)
    before = rows(empty, old)
    assert {name for name, some in before.items() if some} == {*OLD_ROWS, "diary", "alembic_version"}

    migrate(empty)

    assert revision_of(empty) == HEAD
    after = rows(empty, old, OLD_ROWS)  # the columns that they had then
    assert after == {name: before[name] for name in OLD_ROWS}
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert registers.values(connection, registers.SITES) == (Site(id="AYL", name="Aylesbury"),)
        assert documents.get(connection, "closures") == ((dt.date(2026, 12, 24),), 3)
        conference = conferences.find(connection, "CPC-1")
        assert conference is not None
        assert (conference.state, conference.due, conference.value.children) == (ConferenceState.BOOKED, dt.date(2027, 1, 22), 2)
        current = bookings.active_of(connection, "CPC-1")
        assert current is not None
        assert current.booking == Booking(
            conference="CPC-1",
            start=dt.datetime(2027, 1, 12, 10),
            end=dt.datetime(2027, 1, 12, 11, 45),
            room="AYL-1",
            chair="C1",
        )


def test_an_older_databases_references_get_their_form_for_comparison(empty: Store) -> None:
    migrate(empty, "0008")
    references = {"CPC-1": (None, None), "cpc\u20112 ": ("FAM  Ⅷ", "SW\u200b-1"), "Straße": ("ß", None)}
    of_one = OLD_ROWS["conferences"][0]
    values = [
        of_one | {"position": n, "id": name, "value": builders.conference(name, family=family, social_worker=worker)}
        for n, (name, (family, worker)) in enumerate(references.items(), 1)
    ]
    del values[0]["value"]["family"]  # as versions before families wrote it
    with empty.noting() as connection:
        connection.execute(insert(reflected(empty).tables["conferences"]), values)
    migrate(empty)
    table = conferences_table.c
    query = select(table.id, table.id_form, table.family_form, table.social_worker_form).order_by(table.position)
    with empty.reading() as connection:
        assert list(map(tuple, connection.execute(query))) == [
            ("CPC-1", "cpc-1", None, None),
            ("cpc\u20112 ", "cpc-2", "fam viii", "sw-1"),
            ("Straße", "strasse", "ss", None),
        ]


def test_an_old_diary_is_read_as_before_migration(empty: Store, tmp_path: Path) -> None:
    old_diary.load(empty)
    assert revision_of(empty) == old_diary.REVISION
    now, answers = old_diary.answers()
    settings = replace(IN_PROCESS, database_url=empty.url, data=tmp_path)
    with TestClient(create_app(settings, lambda: now)) as client:
        assert revision_of(empty) == HEAD
        for path, (status, body) in answers.items():
            response = client.get(path)
            is_feed = path.endswith(".ics")
            assert response.status_code == status, path
            if is_feed:
                assert entries(response.text) == entries(body), path
                assert all(map(int.__gt__, sequences(response.text), sequences(body))), path
            else:
                assert without_sentences(as_answered_then(response.json(), body)) == without_sentences(
                    as_answered_then(body, body)
                ), path


NOT_THEN = ("mode",)
"""Aspects that differences did not list."""
HELD_ONLY = ("in_time", "late", "in_time_percent", "reasons")
"""Fields of timeliness that also counted what was only booked."""


def as_answered_then(result: Any, then: Any) -> Any:
    """Return an answer with the fields that it had then, and without those that have been corrected since."""
    if isinstance(result, list) and isinstance(then, list):
        listed = [one for one in result if not (isinstance(one, dict) and one.get("what") in NOT_THEN)]
        assert len(listed) == len(then)
        return [as_answered_then(one, other) for one, other in zip(listed, then, strict=True)]
    if not isinstance(result, dict) or not isinstance(then, dict):
        return result
    if "in_time" in then and "booked_late" in result:
        assert then["held"] == 0  # so all that was late then is booked late
        assert (result["booked_late"], result["in_time"], result["late"], result["reasons"]) == (then["late"], 0, 0, [])
        assert as_answered_then(result["booked_late_reasons"], then["reasons"]) == then["reasons"]
    if "remarks" in then:  # more is remarked on today
        assert set(then["remarks"]) <= set(result["remarks"])
    if "not_booked" in then and result is not then:  # all children were those of bookings only
        assert result["children"] == then["children"] + then["not_booked"]
        assert result["conferences"] - then["conferences"] in range(min(1, then["not_booked"]), then["not_booked"] + 1)
    if "by_hand" in then and result is not then:  # a booking by hand was listed with its own locks, not with those plans keep
        assert result["locks"] == (["time", "chair", "room"] if then["by_hand"] else then["locks"])
    corrected = {"in_time": HELD_ONLY, "by_hand": ("locks",), "not_booked": ("children", "conferences")}
    dropped = {"remarks", *(name for sign, names in corrected.items() if sign in then for name in names)}
    return {name: as_answered_then(result[name], value) for name, value in then.items() if name not in dropped}


def entries(feed: str) -> list[dict[str, str]]:
    """Return what a feed's entries show, without what every change of them alters, and without sentences."""
    result = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    left_out = ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP", "DESCRIPTION")
    return [{name: str(one.decoded(name)) for name in one if name not in left_out} for one in result]


def sequences(feed: str) -> list[int]:
    return [int(one["SEQUENCE"]) for one in icalendar.Calendar.from_ical(feed).walk("VEVENT")]


def test_an_old_diarys_problems_are_stored_once(empty: Store) -> None:
    old_diary.load(empty)
    migrate(empty)
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        digests = {row.id: row.problem for row in connection.execute(select(jobs_table).where(jobs_table.c.kind == "plan"))}
        assert {job: jobs.problem_of(connection, job).digest for job in digests} == digests
        stored = connection.execute(select(problems.c.digest)).scalars().all()
        assert sorted(stored) == sorted({*digests.values()})
        assert all("problem" not in row.request for row in connection.execute(select(jobs_table.c.request)))


def without_sentences(answer: Any) -> Any:
    """Return a response without its messages for people, whose wording may have changed."""
    if isinstance(answer, dict):
        return {name: without_sentences(value) for name, value in answer.items() if name not in ("message", "detail", "title")}
    return [without_sentences(one) for one in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("migration", sorted((MIGRATIONS / "versions").glob("*.py")), ids=lambda path: path.stem)
def test_migrations_do_not_import_the_services_code(migration: Path) -> None:
    nodes = list(ast.walk(ast.parse(migration.read_text())))
    imported = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in imported} <= {
        "__future__",
        "alembic",
        "collections",
        "hashlib",
        "json",
        "re",
        "sqlalchemy",
        "typing",
        "unicodedata",
    }


def test_a_newer_database_is_refused_and_unchanged(empty: Store) -> None:
    migrate(empty)
    builders.fill(empty)
    with empty.noting() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9876'"))
    before = rows(empty, metadata)
    with pytest.raises(NewerDatabaseError) as refused:
        migrate(empty)
    assert str(refused.value) == (
        "The database is at revision 9876, which this version of the service does not know: a later version has changed it. "
        "Start that version, or restore a backup from before the change."
    )
    assert (revision_of(empty), rows(empty, metadata)) == ("9876", before)


def test_the_service_does_not_start_with_a_newer_database(databases: Databases) -> None:
    url = databases.migrated()
    store = Store(url)
    with store.noting() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9876'"))
    store.close()
    with pytest.raises(NewerDatabaseError, match="at revision 9876"):
        create_app(Settings(database_url=url, demo=False, plan_processes=0))


def test_a_failed_migration_changes_nothing(empty: Store) -> None:
    migrate(empty, FIRST)
    with empty.noting() as connection:  # conflicts with the last index of revision 0002
        connection.execute(text("CREATE INDEX ix_bookings_minute_taker ON bookings (minute_taker)"))
    with pytest.raises(DBAPIError, match="already exists"):
        migrate(empty)
    assert revision_of(empty) == FIRST
    with empty.reading() as connection:
        assert "ix_bookings_room" not in {index["name"] for index in inspect(connection).get_indexes("bookings")}
