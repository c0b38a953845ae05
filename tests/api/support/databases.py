"""Real databases for the tests: SQLite files, and a PostgreSQL server that the tests start and stop.

PostgreSQL refuses to run as root. If the tests run as root, the server runs as Debian's user ``postgres``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from api.database.migrate import migrate
from api.database.session import Store
from api.database.tables import metadata

OWNER = "postgres"
TEMPLATE = "migrated"
SURVIVES_HALTS = ("fsync=off", "full_page_writes=off")
FAST = (*SURVIVES_HALTS, "synchronous_commit=off")
"""A server that is halted at once loses its last commits with ``synchronous_commit=off``."""
ATTEMPTS = 5
EMPTYING = (
    "SET session_replication_role = replica",  # no foreign key and no trigger objects
    *(f'DELETE FROM "{table}"' for table in metadata.tables),  # faster than TRUNCATE, which makes every file anew
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences "
    "WHERE last_value IS NOT NULL",
    "INSERT INTO diary (id, version) VALUES (1, 0)",
)

slow_on_postgresql = pytest.mark.parametrize(
    "databases", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
"""Marks a long test of what does the same on both kinds of database, such as processes: SQLite is enough for ``make test``."""


class Databases(Protocol):
    """A source of fresh databases, each for one test."""

    def empty(self) -> str:
        """Return the URL of a database without tables."""
        ...

    def migrated(self) -> str:
        """Return the URL of a migrated database without rows."""
        ...


@dataclass
class SqliteFiles:
    """SQLite databases in a folder; ``template`` is a migrated database, copied for each test."""

    folder: Path
    template: Path
    numbers: count[int] = field(default_factory=count)

    def empty(self) -> str:
        return f"sqlite:///{self.folder / f'diary-{next(self.numbers)}.db'}"

    def migrated(self) -> str:
        path = self.folder / f"diary-{next(self.numbers)}.db"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"


@dataclass
class PostgresServer:
    """A running PostgreSQL server on 127.0.0.1, in a folder of its own."""

    binaries: Path
    folder: Path
    port: int
    options: tuple[str, ...] = FAST
    numbers: count[int] = field(default_factory=count)
    in_use: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)

    def empty(self) -> str:
        return self.url(self._create("template0"))

    def migrated(self) -> str:
        """Return the URL of a migrated database. Reuse emptied ones, because creating one is many times slower."""
        name = self.emptied.pop() if self.emptied else self._create(TEMPLATE)
        self.in_use.append(name)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{name}"

    def take_back(self) -> None:
        """Empty every migrated database that a test has used, and drop the others."""
        with self._connected() as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'diary_%'").fetchall()
            for (name,) in names:
                if name not in self.emptied and not (name in self.in_use and self._emptied(name)):
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self.in_use.clear()

    def _emptied(self, name: str) -> bool:
        """Empty a database, and return True unless a test has changed its revision or its tables."""
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        try:
            with self._connected(name) as connection:
                connection.execute(others, [name])
                revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
                if revisions != [(self.head,)]:
                    return False
                connection.execute("; ".join(EMPTYING))
        except psycopg.Error:
            return False
        self.emptied.append(name)
        return True

    @cached_property
    def head(self) -> str:
        with self._connected(TEMPLATE) as connection:
            result = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert result is not None
        return str(result[0])

    def start(self) -> None:
        address = (f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=''")
        options = (*address, "max_connections=200", "max_wal_size=256MB", *self.options)  # its files may be in memory
        set_all = " ".join(f"-c {option}" for option in options)
        log, data = f"--log={self.folder / 'log'}", f"--pgdata={self.folder / 'data'}"
        _as_owner(self.folder, self.binaries / "pg_ctl", "start", "--wait", data, log, f"--options={set_all}")

    def halt(self) -> None:
        """Stop the server at once, so that it can be started again."""
        _as_owner(self.folder, self.binaries / "pg_ctl", "stop", "--mode=immediate", f"--pgdata={self.folder / 'data'}")

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """Suspend every process of the server: the kernel still accepts connections, and nothing is answered."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # first: it must start no further process
        others = [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*others, postmaster):
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # a test has halted it
            self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _create(self, template: str) -> str:
        name = f"diary_{next(self.numbers)}"
        with self._connected() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _connected(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.port, user=OWNER, dbname=name, autocommit=True)


def sqlite_template(folder: Path) -> Path:
    """Create a migrated SQLite database, and return its path."""
    path = folder / f"{TEMPLATE}.db"
    _migrate(f"sqlite:///{path}")
    return path


def required_postgres_binaries() -> Path:
    """Return the folder of PostgreSQL's programs. Without it the test is skipped, and in CI it fails."""
    binaries = postgres_binaries()
    if binaries is None:
        missing = "PostgreSQL is not installed: install Debian's postgresql to test on it too."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return binaries


def postgres_binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None if it isn't installed."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda result: int(result.parts[-3]))
    result = Path(on_path) if on_path else debian[-1] if debian else None
    return None if result is None else result.parent


def start_postgres(binaries: Path, options: tuple[str, ...] = FAST) -> PostgresServer:
    """Start a fresh server with a migrated database to copy."""
    folder = Path(tempfile.mkdtemp(prefix="diary-postgresql-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    if _is_root():
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = f"--pgdata={folder / 'data'}"
    _as_owner(
        folder, binaries / "initdb", data, f"--username={OWNER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
    )
    for attempt in range(ATTEMPTS):
        server = PostgresServer(binaries, folder, _free_port(), options)
        try:
            server.start()
            break
        except subprocess.CalledProcessError:  # another process has taken the port
            if attempt == ATTEMPTS - 1:
                raise
    with server._connected() as connection:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
    _migrate(server.url(TEMPLATE))
    return server


def _migrate(url: str) -> None:
    store = Store(url)
    migrate(store)
    store.close()


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_owner(folder: Path, *command: object) -> None:
    as_owner = ["runuser", "-u", OWNER, "--"] if _is_root() else []
    words = [*as_owner, *map(str, command)]
    # A started server inherits these streams; a pipe would never close.
    subprocess.run(words, check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
