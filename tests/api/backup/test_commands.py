from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import make_url

from api.backup.commands import back_up_diary, restore_diary
from api.database.session import Store
from api.diary.registers import queries as registers
from api.settings import Settings
from tests.api.support.builders import NOW
from tests.api.support.databases import Databases, SqliteFiles
from tests.api.support.plans import wait_until
from tests.api.support.services import SECONDS, environment, running
from tests.paths import ROOT

PROGRAM = (
    "import typer; from api.backup.commands import backup, restore; app = typer.Typer(pretty_exceptions_enable=False); "
    "app.command()(backup); app.command()(restore); app()"
)
"""The commands as ``scheduler`` runs them, without the entry points of an installed distribution."""
ENTER = "Enter a file that 'scheduler backup' has written."


def run(*arguments: object, **settings: object) -> tuple[int, str, str]:
    """Run a command, and return its exit code and output."""
    words = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    ended = subprocess.run(words, env=environment(**settings), capture_output=True, text=True, check=False, timeout=SECONDS)
    return ended.returncode, ended.stdout, ended.stderr


def sites(url: str) -> list[str]:
    store = Store(url)
    with store.reading() as connection:
        result = [site.id for site in registers.values(connection, registers.SITES)]
    store.close()
    return result


def test_each_command_of_the_service_is_an_entry_point() -> None:
    """An installed ``scheduler`` finds them there."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["scheduler.commands"]
    assert points == {
        "backup": "api.backup.commands:backup",
        "restore": "api.backup.commands:restore",
        "serve": "api.serve:serve",
    }
    for name, place in points.items():
        module, _, function = place.partition(":")
        assert getattr(import_module(module), function).__name__ == name


@dataclass
class Writers:
    """Writers that add sites to a service, each one after another; ``acknowledged`` are those that the service has answered."""

    url: str
    acknowledged: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def write(self, name: str) -> None:
        number = 0
        while not self.over.is_set():
            identifier = f"{name}-{number}"
            request = urllib.request.Request(
                f"{self.url}/api/v1/sites", json.dumps({"id": identifier}).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                assert response.status == 201
            self.acknowledged.append(identifier)
            number += 1


@contextmanager
def writing(url: str, count: int = 4) -> Iterator[Writers]:
    """Let writers work while the body runs."""
    writers = Writers(url)
    threads = [threading.Thread(target=writers.write, args=(f"W{n}",)) for n in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        writers.over.set()
        for thread in threads:
            thread.join()


MOST_BACKUPS = 30
"""A small diary on a fast disk may be backed up between two writes: until one is not, there are more backups."""


def test_a_backup_under_writes_has_every_acknowledged_one(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated()
    settings = Settings(database_url=url)
    seen: list[tuple[Path, list[str], list[str]]] = []
    with running(tmp_path, database_url=url, demo="false", plan_processes=0) as server, writing(server.url) as writers:
        for number in range(MOST_BACKUPS):
            target = len(writers.acknowledged) + 20
            wait_until(lambda target=target: len(writers.acknowledged) >= target)  # type: ignore[misc]  # mypy can't type a lambda with a default
            before = list(writers.acknowledged)
            file = tmp_path / f"{number}.backup"
            back_up_diary(settings, file)
            seen.append((file, before, list(writers.acknowledged)))
            if number >= 2 and any(len(after) > len(before) for _, before, after in seen):
                break
    assert any(len(after) > len(before) for _, before, after in seen), "the service writes during a backup"
    for file, before, _ in seen:
        restored = databases.empty()
        restore_diary(Settings(database_url=restored), file, NOW)
        result = sites(restored)
        assert set(before) <= set(result)
        for n in range(4):  # without a gap: the backup shows one moment
            own = [name for name in result if name.startswith(f"W{n}-")]
            assert own == [f"W{n}-{number}" for number in range(len(own))]
        if make_url(url).get_backend_name() == "sqlite":
            with closing(sqlite3.connect(file)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_restoration_is_refused_while_the_service_runs(databases: Databases, tmp_path: Path) -> None:
    url, file = databases.migrated(), tmp_path / "diary.backup"
    back_up_diary(Settings(database_url=url), file)
    with running(tmp_path, database_url=url, demo="false", plan_processes=0) as server, writing(server.url, 1) as writers:
        wait_until(lambda: len(writers.acknowledged) > 3)
        code, output, errors = run("restore", file, database_url=url)
        assert (code, output) == (2, "")
        assert "and restore again.\nNothing was changed.\n" in errors
    assert set(sites(url)) == set(writers.acknowledged) != set()
    code, output, errors = run("restore", file, database_url=url)
    assert (code, errors, sites(url)) == (0, "", [])
    first, second = output.splitlines()
    assert first == f"Restored: {file}. The next start of the service upgrades it if necessary."
    (aside,) = (path for path in tmp_path.iterdir() if ".before-restore-" in path.name)
    assert second == f"The previous diary is in {aside}, which can be restored too."


def test_the_command_reports_what_it_wrote(sqlite_databases: SqliteFiles, tmp_path: Path) -> None:
    file = tmp_path / "diary.backup"
    url = sqlite_databases.migrated()
    code, output, errors = run("backup", file, database_url=url)
    size = file.stat().st_size / (1 << 20)
    assert (code, output, errors) == (0, f"Written: {file} ({size:.1f} MB). Keep it as safe as the diary itself.\n", "")
    exists = f"{file} exists already. Enter another file, or add --force to overwrite it.\n"
    assert run("backup", file, database_url=url) == (2, "", exists)
    assert run("backup", "--force", file, database_url=url)[0] == 0


def test_the_default_diary_is_found_as_the_service_finds_it(tmp_path: Path, migrated_file: Path) -> None:
    (tmp_path / "data").mkdir()
    shutil.copyfile(migrated_file, tmp_path / "data" / "diary.db")
    assert run("backup", tmp_path / "file", data=tmp_path / "data")[0] == 0


@pytest.mark.parametrize(
    ("content", "url", "message"),
    [
        (
            None,
            "sqlite:///diary.db",
            f"can't be read: No such file or directory. {ENTER}",
        ),
        (b"", "sqlite:///diary.db", f"is no backup of a diary. {ENTER}"),
        (
            b"PK\x03\x04 a workbook",
            "sqlite:///diary.db",
            f"is no backup of a diary. {ENTER}",
        ),
        (
            b"PGDMP\x01",
            "sqlite:///diary.db",
            "is a backup of a PostgreSQL database, and the diary is in SQLite. Set CONFERENCES_DATABASE_URL.",
        ),
        (
            b"SQLite format 3\0",
            "postgresql+psycopg://127.0.0.1:1/diary",
            "is a backup of a SQLite database, and the diary is in PostgreSQL. Set CONFERENCES_DATABASE_URL.",
        ),
    ],
)
def test_a_file_that_is_no_backup_of_this_diary_is_refused(tmp_path: Path, content: bytes | None, url: str, message: str) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    assert run("restore", file, database_url=url) == (2, "", f"{file} {message}\nNothing was changed.\n")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"port": "x"}, "CONFERENCES_PORT is 'x'. Enter a whole number, such as 2.\n"),
        (
            {"database_url": "diary"},
            "CONFERENCES_DATABASE_URL is not a database URL. Enter one such as sqlite:///diary.db (see docs/settings.md).\n",
        ),
        (
            {"database_url": "sqlite://"},
            "CONFERENCES_DATABASE_URL names no file. Enter the path of the diary, such as sqlite:////srv/diary.db.\n",
        ),
    ],
)
def test_an_invalid_setting_is_reported(tmp_path: Path, settings: dict[str, object], message: str) -> None:
    assert run("backup", tmp_path / "file", **settings) == (2, "", message)


def test_the_commands_load_nothing_before_they_run() -> None:
    """Every command of ``scheduler`` imports them."""
    program = "import sys; import api.backup.commands; print(sorted({'sqlalchemy', 'psycopg', 'fastapi'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
