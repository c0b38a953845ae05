from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.database.migrate import migrate
from api.database.session import Store
from tests.api.support.builders import fill
from tests.api.support.databases import Databases, slow_on_postgresql
from tests.api.support.services import SECONDS, command, environment, running


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=SECONDS) as response:
        return json.load(response)


def refused(cwd: Path, *arguments: str, **settings: object) -> str:
    """Return the error output of a server that refuses to start."""
    ended = subprocess.run(
        command(*arguments), cwd=cwd, env=environment(**settings), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    return ended.stderr


def test_the_service_prints_its_address_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path, demo="false") as server:
        assert get(f"{server.url}/health")["status"] == "ok"
        assert get(f"{server.url}/api/v1/openapi.json")["info"]["title"] == "Conference planner"
        assert get(f"{server.url}/api/v1/sites") == {"items": [], "next": None}
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(SECONDS) == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read().splitlines() == [
            f"  API:            {server.url}/api/v1",
            f"  documentation:  {server.url}/api/v1/docs",
            f"  health check:   {server.url}/health",
            "The service has ended.",
        ]
    assert (tmp_path / "out" / "diary.db").exists()


def test_the_service_ends_with_sigterm_if_its_shell_ignores_ctrl_c(tmp_path: Path) -> None:
    """A shell starts commands in the background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server inherits it
    try:
        with running(tmp_path, demo="false", plan_processes=0) as server:
            assert get(f"{server.url}/health")["status"] == "ok"
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(SECONDS) == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_the_demonstration_is_made_only_once_and_never_in_the_diary(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with running(tmp_path, data=tmp_path, plan_processes=0, calendar_minutes=0, demo="true") as server:
            assert [site["id"] for site in get(f"{server.url}/api/v1/sites")["items"]] == ["AYL", "AMR", "WYC"]
            counts.append(len(get(f"{server.url}/api/v1/publications")["items"]))
    assert counts == [2, 2]
    with running(tmp_path, data=tmp_path, plan_processes=0) as server:
        assert get(f"{server.url}/api/v1/sites")["items"] == []


def test_the_demonstration_is_refused_beside_real_data(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/diary.db")
    migrate(store)
    fill(store)
    store.close()
    message = refused(tmp_path, port=0, database_url=store.url, demo="true")
    assert "This diary has data that are not the demonstration's. Set CONFERENCES_DEMO=false to open it" in message


def test_the_service_listens_on_localhost_by_default(tmp_path: Path) -> None:
    with running(tmp_path, demo="false") as server:
        assert server.url.startswith("http://127.0.0.1:")
    with running(tmp_path, "--host", "0.0.0.0", demo="false", host="127.0.0.1") as server:
        assert server.url.startswith("http://0.0.0.0:")


def test_a_port_in_use_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refused(tmp_path, demo="false", port=port) == (
            f"127.0.0.1, port {port}: the service can't listen there: Address already in use. "
            "Stop the program that uses it, or choose another address with --host and --port.\n"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"port": "x"}, "CONFERENCES_PORT is 'x'. Enter a whole number, such as 2.\n"),
        ({"port": "99999"}, "99999 is not a port. Enter a number from 0 to 65535.\n"),
        (
            {"port": 0, "database_url": "diary"},
            "CONFERENCES_DATABASE_URL is not a database URL. Enter one such as sqlite:///diary.db (see docs/settings.md).\n",
        ),
        (
            {"port": 0, "database_url": "sqlite:////nowhere/diary.db"},
            "The database can't be opened: unable to open database file. "
            "Check CONFERENCES_DATABASE_URL, and that the database server runs.\n",
        ),
        (
            {"port": 0, "database_url": "postgresql+psycopg://diary@127.0.0.1:1/diary"},
            'The database can\'t be opened: connection failed: connection to server at "127.0.0.1", port 1 failed: '
            "Connection refused. Check CONFERENCES_DATABASE_URL, and that the database server runs.\n",
        ),
        (
            {"port": 0, "data": "/dev/null/data"},
            "The folder /dev/null/data can't be used: Not a directory. Set CONFERENCES_DATA to another folder.\n",
        ),
    ],
)
def test_an_invalid_setting_is_reported_at_the_start(tmp_path: Path, settings: dict[str, object], message: str) -> None:
    assert refused(tmp_path, **settings) == message


@slow_on_postgresql
def test_a_database_of_a_later_version_is_refused(tmp_path: Path, databases: Databases) -> None:
    url = databases.migrated()
    store = Store(url)
    with store.noting() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    assert refused(tmp_path, port=0, database_url=url) == (
        "The database is at revision 9999, which this version of the service does not know: a later version has "
        "changed it. Start that version, or restore a backup from before the change.\n"
    )


def test_only_the_user_of_the_service_can_read_the_diary(tmp_path: Path) -> None:
    """The diary says where a child at risk will be: no other user of the machine reads it, nor its journal."""
    with running(tmp_path, data=tmp_path / "data", demo="false"):
        files = [tmp_path / "data", *(tmp_path / "data").iterdir()]
        assert {file.name: oct(file.stat().st_mode & 0o077) for file in files} == dict.fromkeys((f.name for f in files), "0o0")
        assert "diary.db" in [file.name for file in files]
