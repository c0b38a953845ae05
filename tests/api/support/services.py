"""The service as a process, on a free port."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings
from tests.paths import ROOT

SECONDS = 60
IN_PROCESS = Settings(allowed_hosts=("testserver",), demo=False, plan_processes=0, calendar_minutes=0)
"""Settings for a ``TestClient``, which names that host: an empty diary without background jobs."""


@dataclass(frozen=True)
class Server:
    """A running server: its process and its address."""

    process: subprocess.Popen[str]
    url: str


def command(*arguments: str, at: dt.datetime | None = None) -> list[str]:
    """Return the command that serves, by default with the real clock."""
    serve = ["scheduler", "serve"] if at is None else ["tests.api.support.serve_at", at.isoformat()]
    return [sys.executable, "-m", *serve, *arguments]


def environment(**settings: object) -> dict[str, str]:
    """Return this process's environment with these settings of the service and no others."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("CONFERENCES_")}
    variables = {f"CONFERENCES_{name.upper()}": str(value) for name, value in settings.items()}
    return rest | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | variables


@contextmanager
def running(cwd: Path, *arguments: str, at: dt.datetime | None = None, **settings: object) -> Iterator[Server]:
    """Yield a running server, and stop it after the body. Its clock stays ``at`` that time, if one is given."""
    process = subprocess.Popen(
        command("--port", "0", *arguments, at=at), cwd=cwd, env=environment(**settings), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        result = re.search(r"http://[^/]+", process.stdout.readline())
        assert result is not None, "the service says where it runs in its first line"
        yield Server(process, result[0])
    finally:
        process.terminate()
        process.wait(SECONDS)
        process.communicate()
