"""Servers to measure, each in a process of its own: the service, and a bare Starlette that always answers the same."""

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

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
WAIT = 60.0


@contextmanager
def served(serve: Callable[..., None], *given: object) -> Iterator[int]:
    """A server; gives its port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, *given), daemon=True)
    process.start()
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.join()


def service(port: int, settings: Settings) -> None:
    """The service, whose time begins at ``NOW``."""
    begun = utc_now()
    app = create_app(settings, lambda: NOW + (utc_now() - begun))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


def bare(port: int, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """A Starlette that knows one answer to everything."""

    async def same(_: Request) -> Response:
        return Response(body, status, headers)

    uvicorn.run(Starlette(routes=[Route("/{path:path}", same)]), host="127.0.0.1", port=port, log_level="critical")


def _wait(port: int) -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
