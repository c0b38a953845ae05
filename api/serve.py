"""``scheduler serve``: runs the service until it is stopped."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scheduler.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings

MAX_PORT = 65535
SECONDS_TO_FINISH = 5
OWNER_ONLY = 0o077
"""The umask: what the service writes, such as the diary, only its user can read."""


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on. Default: CONFERENCES_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=MAX_PORT, help="Port to listen on. Default: CONFERENCES_PORT.")
    ] = None,
) -> None:
    """Run the service: the diary, its API, and the jobs that make plans."""
    from api.settings import SettingsError, settings_from

    try:
        settings = settings_from(os.environ)
    except SettingsError as error:
        _refuse(str(error))
    options = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = replace(settings, **options)  # type: ignore[arg-type]  # typed by the command's options
    os.umask(OWNER_ONLY)
    with _listening(settings) as listening:
        app = _app(settings)
        _announce(listening)
        _run(app, listening)
    typer.echo("The service has ended.")


def _listening(settings: Settings) -> socket.socket:
    """Return a socket at the address, so that a port in use is reported before the database is touched."""
    if settings.port > MAX_PORT:
        _refuse(f"{settings.port} is not a port. Enter a number from 0 to {MAX_PORT}.")
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family)
    except OSError as error:
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        _refuse(
            f"{settings.host}, port {settings.port}: the service can't listen there: {why}. "
            "Stop the program that uses it, or choose another address with --host and --port."
        )


def _app(settings: Settings) -> FastAPI:
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

    from api.app import create_app
    from api.database.migrate import NewerDatabaseError
    from api.demo.diary import OtherDiaryError

    try:
        if settings.demo:
            typer.echo(
                "The demonstration is a made-up diary of this month and the next. The first start of a day takes longer.",
                err=True,
            )
        return create_app(settings)
    except (NewerDatabaseError, OtherDiaryError) as error:
        _refuse(str(error))
    except (ArgumentError, NoSuchModuleError):
        _refuse("CONFERENCES_DATABASE_URL is not a database URL. Enter one such as sqlite:///diary.db (see docs/settings.md).")
    except DBAPIError as error:
        why = str(error.orig).partition("\n")[0]
        _refuse(f"The database can't be opened: {why}. Check CONFERENCES_DATABASE_URL, and that the database server runs.")
    except OSError as error:
        _refuse(f"The folder {settings.data} can't be used: {error.strerror}. Set CONFERENCES_DATA to another folder.")


def _announce(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    root = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    typer.echo(f"The service runs at {root}/today. Ctrl-C ends it.")
    typer.echo(f"  API:            {root}/api/v1")
    typer.echo(f"  documentation:  {root}/api/v1/docs")
    typer.echo(f"  health check:   {root}/health")


def _run(app: FastAPI, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, and answer the requests received by then."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        log_level="warning",
        access_log=False,  # it would log the secrets in the links of feeds
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = uvicorn.Server(config)
    app.state.is_ending = lambda: server.should_exit
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after an orderly end
        server.run(sockets=[listening])


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(ExitCode.BAD_INPUT)
