"""Backups of a PostgreSQL diary by PostgreSQL's own programs: ``pg_dump`` writes them, ``pg_restore`` and ``psql`` read them."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from api.backup.files import BackupError, check_target, whole_file
from api.backup.revisions import check_revision
from api.database.migrate import UPGRADE_LOCK

SIGNATURE = b"PGDMP"
NAME = "conferences backup"
"""The name under which the programs connect, so that they don't count as users of the diary."""
SECONDS_TO_CONNECT = 10
MILLISECONDS_FOR_LOCK = 20_000
OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL "  # background workers have no user
    f"AND coalesce(backend_type, 'client backend') = 'client backend' AND application_name <> '{NAME}'"
)
IN_USE = "Other programs are connected to the database. Stop every service that uses it, and restore again."
PRELUDE = f"""
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = {MILLISECONDS_FOR_LOCK};
SELECT pg_advisory_xact_lock({UPGRADE_LOCK});
DO $$ BEGIN IF EXISTS (SELECT {OTHERS}) THEN RAISE EXCEPTION '{IN_USE}'; END IF; END $$;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE 'DROP TABLE ' || name || ' CASCADE';
  END LOOP;
END $$;
"""
"""Run before the backup's statements in their transaction. A service that starts meanwhile waits for the lock."""


@dataclass(frozen=True)
class Server:
    """A database and its server, as PostgreSQL's programs connect to it. The password is not part of the address."""

    address: str
    environment: dict[str, str] = field(repr=False)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program and return its output. Raise BackupError if it is missing or fails."""
        variables = {**os.environ, **self.environment, "LC_MESSAGES": "C"}
        try:
            ended = subprocess.run(
                [program, *arguments], env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise BackupError(
                f"{program} is not installed. Install PostgreSQL's client programs (Debian: postgresql-client), "
                "of the server's version or later."
            ) from None
        if ended.returncode:
            raise BackupError(f"{program} failed: {_first_error(ended.stderr)}")
        return ended.stdout

    def connected(self) -> psycopg.Connection:
        """Return a connection. Raise BackupError if the server can't be reached."""
        password = self.environment.get("PGPASSWORD")
        try:
            return psycopg.connect(
                self.address, password=password, application_name=NAME, connect_timeout=SECONDS_TO_CONNECT, autocommit=True
            )
        except psycopg.Error as error:
            why = str(error).partition("\n")[0]
            raise BackupError(f"The database can't be reached: {why}. Check CONFERENCES_DATABASE_URL, and the server.") from None


def server_of(url: str) -> Server:
    """Return the server in a SQLAlchemy URL."""
    parsed = make_url(url)
    _, options = parsed.get_dialect()().create_connect_args(parsed)
    password = options.pop("password", None)
    secret = {} if password is None else {"PGPASSWORD": str(password)}
    return Server(make_conninfo(**options), {"PGAPPNAME": NAME, **secret})


def back_up(server: Server, file: Path, *, force: bool = False) -> None:
    """Write the database to the file in pg_dump's custom format. It holds every change committed before pg_dump began.

    Raise BackupError if there is no diary, the programs are missing or too old, or the file can't be written.
    """
    check_target(file, force=force)
    with closing(server.connected()) as connection:
        _check_program(server, "pg_dump", _version_of(connection))
        if not _has_diary(connection):
            raise BackupError("There is no diary in the database. Check CONFERENCES_DATABASE_URL.")
    with whole_file(file, force=force) as temporary:
        wait = f"--lock-wait-timeout={MILLISECONDS_FOR_LOCK}"
        options = ("--format=custom", "--no-owner", "--no-privileges", wait, f"--file={temporary}", f"--dbname={server.address}")
        server.run("pg_dump", *options)
        server.run("pg_restore", f"--file={os.devnull}", str(temporary))  # reads the whole file


def restore(file: Path, server: Server, aside: Path) -> Path | None:
    """Replace the diary by a backup in one transaction. Return ``aside``, now the previous diary, or None if there was none.

    Raise BackupError if the backup is damaged, of a later version, or not of a diary, or if the diary is in use.
    """
    with closing(server.connected()) as connection:
        version = _version_of(connection)
        _check_program(server, "pg_restore", version)
        _check_program(server, "psql", version)
        _check_backup(server, file, version)
        if connection.execute(f"SELECT 1 {OTHERS}").fetchone():
            raise BackupError(IN_USE)
        has_diary = _has_diary(connection)
    if has_diary:
        back_up(server, aside)
    with tempfile.TemporaryDirectory() as folder:
        before, script = Path(folder, "before.sql"), Path(folder, "diary.sql")
        before.write_text(PRELUDE)
        server.run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", str(file))
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        server.run("psql", *options, f"--file={before}", f"--file={script}", f"--dbname={server.address}")
    return aside if has_diary else None


def _check_backup(server: Server, file: Path, version: int) -> None:
    contents = server.run("pg_restore", "--list", str(file))
    dumped = re.search(r"Dumped from database version: ([0-9]+)", contents)
    if dumped and int(dumped[1]) > version:
        raise BackupError(
            f"{file} comes from PostgreSQL {dumped[1]}, and this server has version {version}. Restore it on a later server."
        )
    rows = server.run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    revision = re.search(r"^COPY .*alembic_version .*FROM stdin;\n([^\n\\]+)$", rows, re.MULTILINE)
    check_revision(file, revision and revision[1])


def _check_program(server: Server, program: str, version: int) -> None:
    """Raise BackupError if a program is missing, or of an older version than the server."""
    shown = server.run(program, "--version")
    match = re.search(r"\) ([0-9]+)", shown)
    if match is None or int(match[1]) < version:
        raise BackupError(
            f"{program} is version {match[1] if match else shown.strip()}, and the server is version {version}. "
            f"Install PostgreSQL's client programs of version {version} or later."
        )


def _version_of(connection: psycopg.Connection) -> int:
    """Return the server's major version."""
    return connection.info.server_version // 10_000


def _has_diary(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,)


def _first_error(output: str) -> str:
    """Return the first line that reports an error, without the program's name and the place in its script."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    reason = next((line for line in lines if re.search(r"error|ERROR|fatal|FATAL", line)), lines[0] if lines else "no message")
    return re.sub(r"^.*?(?:error|ERROR|fatal|FATAL): +", "", reason)
