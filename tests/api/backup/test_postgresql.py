from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select, text

from api.backup import postgresql
from api.backup.files import BackupError
from api.database.migrate import migrate
from api.database.session import Store
from api.database.tables import metadata
from tests.api.support.builders import fill
from tests.api.support.databases import PostgresServer

NOT_INSTALLED = (
    "{} is not installed. Install PostgreSQL's client programs (Debian: postgresql-client), of the server's version or later."
)


@pytest.fixture
def url(postgres_databases: PostgresServer) -> str:
    """The URL of a filled diary that no service uses."""
    result = postgres_databases.migrated()
    change(result)
    return result


def change(url: str, *statements: str) -> None:
    """Fill the diary, or execute statements in it."""
    store = Store(url)
    if statements:
        with store.noting() as connection:
            for statement in statements:
                connection.execute(text(statement))
    else:
        fill(store)
    store.close()


def contents(url: str) -> dict[str, Any]:
    store = Store(url)
    with store.reading() as connection:
        result: dict[str, Any] = {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}
        result["revision"] = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        constraints = "SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace ORDER BY 1"
        result["constraints"] = connection.execute(text(constraints)).all()
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        result["tables"] = connection.execute(text(tables)).all()
    store.close()
    return result


def server(url: str) -> postgresql.Server:
    return postgresql.server_of(url)


def test_a_restored_diary_equals_the_one_that_was_backed_up(url: str, tmp_path: Path) -> None:
    backup, aside = tmp_path / "backup", tmp_path / "aside"
    before = contents(url)
    postgresql.back_up(server(url), backup)
    change(url, "DELETE FROM conferences", "UPDATE diary SET version = 1000")
    assert postgresql.restore(backup, server(url), aside) == aside
    assert contents(url) == before
    assert [stat.S_IMODE(path.stat().st_mode) for path in (backup, aside)] == [0o600, 0o600]
    assert postgresql.restore(aside, server(url), tmp_path / "second") == tmp_path / "second"
    assert (contents(url)["conferences"], contents(url)["diary"]) == ([], [(1, 1000)])


def test_the_service_goes_on_after_a_restoration(url: str, tmp_path: Path) -> None:
    """Sequences are restored too, so that new rows get new numbers."""
    backup = tmp_path / "backup"
    postgresql.back_up(server(url), backup)
    postgresql.restore(backup, server(url), tmp_path / "aside")
    store = Store(url)
    migrate(store)
    with store.writing() as connection:
        row = "INSERT INTO audit (at, actor, method, path, status) VALUES (now(), 'x', 'GET', '/', 200) RETURNING number"
        assert connection.execute(text(row)).scalar_one() == 1
    store.close()


def test_tables_of_a_later_version_are_replaced(url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    before = contents(url)
    postgresql.back_up(server(url), backup)
    change(url, "UPDATE alembic_version SET version_num = '9999'", "CREATE TABLE later (id integer PRIMARY KEY)")
    postgresql.restore(backup, server(url), tmp_path / "aside")
    assert contents(url) == before


def test_a_diary_is_restored_into_an_empty_database(url: str, postgres_databases: PostgresServer, tmp_path: Path) -> None:
    backup, empty = tmp_path / "backup", postgres_databases.empty()
    postgresql.back_up(server(url), backup)
    assert postgresql.restore(backup, server(empty), tmp_path / "aside") is None
    assert contents(empty) == contents(url)
    assert not (tmp_path / "aside").exists()


def test_a_diary_in_use_is_not_replaced(url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    postgresql.back_up(server(url), backup)
    change(url, "UPDATE diary SET version = 1000")
    service = Store(url)
    assert service.version() == 1000  # its connection stays in the pool
    with pytest.raises(BackupError) as refused:
        postgresql.restore(backup, server(url), tmp_path / "aside")
    assert str(refused.value) == (
        "Other programs are connected to the database. Stop every service that uses it, and restore again."
    )
    assert (service.version(), (tmp_path / "aside").exists()) == (1000, False)
    service.close()


def test_a_service_that_connects_meanwhile_stops_the_restoration(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is checked again in the transaction, after the previous diary has been kept."""
    backup, service = tmp_path / "backup", Store(url)
    postgresql.back_up(server(url), backup)
    before = contents(url)
    back_up = postgresql.back_up

    def back_up_and_start_a_service(*arguments: Any) -> None:
        back_up(*arguments)
        service.version()

    monkeypatch.setattr(postgresql, "back_up", back_up_and_start_a_service)
    with pytest.raises(BackupError) as refused:
        postgresql.restore(backup, server(url), tmp_path / "aside")
    service.close()
    assert str(refused.value) == f"psql failed: {postgresql.IN_USE}"
    assert contents(url) == before


def test_an_existing_file_is_overwritten_only_by_force(url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        postgresql.back_up(server(url), backup)
    assert backup.read_text() == "mine"
    postgresql.back_up(server(url), backup, force=True)
    assert backup.read_bytes().startswith(postgresql.SIGNATURE)


def test_an_empty_database_is_not_backed_up(postgres_databases: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(BackupError) as refused:
        postgresql.back_up(server(postgres_databases.empty()), tmp_path / "backup")
    assert str(refused.value) == "There is no diary in the database. Check CONFERENCES_DATABASE_URL."
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_backup_changes_nothing(url: str, tmp_path: Path) -> None:
    backup, before = tmp_path / "backup", contents(url)
    postgresql.back_up(server(url), backup)
    backup.write_bytes(backup.read_bytes()[:-2000])
    with pytest.raises(BackupError, match=r"^pg_restore failed: "):
        postgresql.restore(backup, server(url), tmp_path / "aside")
    assert contents(url) == before


def test_a_backup_of_a_later_version_is_refused(url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    postgresql.back_up(server(url), backup)
    change(url, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(BackupError, match="is at revision 9999, which this version of the service does not know"):
        postgresql.restore(backup, server(url), tmp_path / "aside")
    assert contents(url)["revision"] == "0001"


def test_a_backup_of_another_database_is_refused(url: str, postgres_databases: PostgresServer, tmp_path: Path) -> None:
    other, backup = postgres_databases.empty(), tmp_path / "backup"
    change(other, "CREATE TABLE notes (id integer)")
    server(other).run("pg_dump", "--format=custom", f"--file={backup}", f"--dbname={server(other).address}")
    with pytest.raises(BackupError, match="has no diary in it"):
        postgresql.restore(backup, server(url), tmp_path / "aside")


def fake_programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Put only these programs on the path."""
    folder.mkdir()
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_a_missing_program_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = tmp_path / "backup"
    postgresql.back_up(server(url), backup)
    fake_programs(tmp_path / "bin", monkeypatch)
    for program, work in (
        ("pg_dump", lambda: postgresql.back_up(server(url), tmp_path / "second")),
        ("pg_restore", lambda: postgresql.restore(backup, server(url), tmp_path / "aside")),
    ):
        with pytest.raises(BackupError) as refused:
            work()
        assert str(refused.value) == NOT_INSTALLED.format(program)


def test_an_older_program_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_programs(tmp_path / "bin", monkeypatch, pg_dump="echo 'pg_dump (PostgreSQL) 9.6.24'")
    with psycopg.connect(server(url).address) as connection:
        version = connection.info.server_version // 10_000
    with pytest.raises(BackupError) as refused:
        postgresql.back_up(server(url), tmp_path / "backup")
    assert str(refused.value) == (
        f"pg_dump is version 9, and the server is version {version}. "
        f"Install PostgreSQL's client programs of version {version} or later."
    )


def test_a_server_that_is_stopped_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BackupError) as refused:
        postgresql.back_up(server("postgresql+psycopg://diary@127.0.0.1:1/diary"), tmp_path / "backup")
    assert str(refused.value).startswith("The database can't be reached: connection failed: ")
    assert str(refused.value).endswith(". Check CONFERENCES_DATABASE_URL, and the server.")


def test_a_password_is_on_no_command_line_and_in_no_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = make_url("postgresql+psycopg://diary:s3cret%40@db.example.org:5433/diary?sslmode=require")
    result = postgresql.server_of(url.render_as_string(hide_password=False))
    assert result.address == "host=db.example.org dbname=diary user=diary port=5433 sslmode=require"
    assert result.environment["PGPASSWORD"] == "s3cret@"
    assert "s3cret" not in repr(result)
    fake_programs(tmp_path / "bin", monkeypatch, pg_dump='echo "$PGPASSWORD $PGAPPNAME $*"')
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/bin")
    assert result.run("pg_dump", "--version") == "s3cret@ conferences backup --version\n"
