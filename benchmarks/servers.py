"""Servers to measure, each in its own process: the service, and a bare Starlette app with one fixed response."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.app import create_app
from api.clock import utc_now
from api.settings import Settings
from scheduler.isolation import end_with_parent

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
START_SECONDS = 60.0


@contextmanager
def served(serve: Callable[..., None], *arguments: object) -> Iterator[int]:
    """Run a server; yield its port once it accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(serve, port, *arguments))
    process.start()
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.join()


def _run(serve: Callable[..., None], *arguments: object) -> None:
    """Run a server that ends with its parent. It is no daemon, which could start no process to solve a plan."""
    end_with_parent()
    serve(*arguments)


def service(port: int, settings: Settings, now: dt.datetime = NOW) -> None:
    """Run the service, with a clock that starts at ``now``."""
    started = utc_now()
    app = create_app(settings, lambda: now + (utc_now() - started))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


def bare(port: int, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Run a Starlette app that answers every request with the same response."""

    async def respond(_: Request) -> Response:
        return Response(body, status, headers)

    uvicorn.run(Starlette(routes=[Route("/{path:path}", respond)]), host="127.0.0.1", port=port, log_level="critical")


def _wait(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
