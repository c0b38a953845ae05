"""``scheduler backup`` and ``scheduler restore``: the diary's database as a file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scheduler.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    import datetime as dt

    from api.settings import Settings

MEGABYTE = 1 << 20


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
) -> None:
    """Write the service's diary to a file, while the service runs or not. The CONFERENCES_… settings locate the diary."""
    from api.backup.files import BackupError

    settings = _settings()
    try:
        back_up_diary(settings, file, force=force)
    except BackupError as error:
        _refuse(str(error))
    typer.echo(f"Written: {file} ({file.stat().st_size / MEGABYTE:.1f} MB). Keep it as safe as the diary itself.")


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that 'scheduler backup' has written.")]) -> None:
    """Replace the service's diary by a backup, while the service is stopped. The previous diary is saved as a file."""
    from api.backup.files import BackupError
    from api.clock import utc_now

    settings = _settings()
    try:
        aside = restore_diary(settings, file, utc_now())
    except BackupError as error:
        _refuse(f"{error}\nNothing was changed.")
    typer.echo(f"Restored: {file}. The next start of the service upgrades it if necessary.")
    if aside is not None:
        typer.echo(f"The previous diary is in {aside}, which can be restored too.")


def back_up_diary(settings: Settings, file: Path, *, force: bool = False) -> None:
    """Write the diary to the file. Raise BackupError if that is refused or fails."""
    from api.backup import postgresql, sqlite

    if _is_sqlite(settings):
        sqlite.back_up(_diary_file(settings), file, force=force)
    else:
        postgresql.back_up(postgresql.server_of(settings.url), file, force=force)


def restore_diary(settings: Settings, file: Path, now: dt.datetime) -> Path | None:
    """Replace the diary by the backup in the file, and return the file of the previous diary, if there is one.

    Raise BackupError if that is refused or fails; then the diary is unchanged.
    """
    from api.backup import postgresql, sqlite
    from api.backup.files import BackupError

    stamp = f"before-restore-{now:%Y%m%dT%H%M%SZ}"
    kind = _kind_of(file)
    if kind not in (sqlite.SIGNATURE, postgresql.SIGNATURE):
        raise BackupError(f"{file} is no backup of a diary. Enter a file that 'scheduler backup' has written.")
    if (kind == sqlite.SIGNATURE) != _is_sqlite(settings):
        of, needed = ("SQLite", "PostgreSQL") if kind == sqlite.SIGNATURE else ("PostgreSQL", "SQLite")
        raise BackupError(f"{file} is a backup of a {of} database, and the diary is in {needed}. Set CONFERENCES_DATABASE_URL.")
    if _is_sqlite(settings):
        diary = _diary_file(settings)
        return sqlite.restore(file, diary, diary.with_name(f"{diary.name}.{stamp}"))
    return postgresql.restore(file, postgresql.server_of(settings.url), file.with_name(f"{file.name}.{stamp}"))


def _settings() -> Settings:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from api.settings import SettingsError, settings_from

    try:
        settings = settings_from(os.environ)
        make_url(settings.url)
    except SettingsError as error:
        _refuse(str(error))
    except ArgumentError:
        _refuse("CONFERENCES_DATABASE_URL is not a database URL. Enter one such as sqlite:///diary.db (see docs/settings.md).")
    return settings


def _is_sqlite(settings: Settings) -> bool:
    from sqlalchemy import make_url

    return make_url(settings.url).get_backend_name() == "sqlite"


def _diary_file(settings: Settings) -> Path:
    from sqlalchemy import make_url

    from api.backup.files import BackupError

    database = make_url(settings.url).database
    if not database or database == ":memory:" or database.startswith("file:"):
        raise BackupError("CONFERENCES_DATABASE_URL names no file. Enter the path of the diary, such as sqlite:////srv/diary.db.")
    return Path(database)


def _kind_of(file: Path) -> bytes:
    """Return the signature of a backup, or other first bytes of a file. Raise BackupError if it can't be read."""
    from api.backup import postgresql, sqlite
    from api.backup.files import BackupError

    try:
        with file.open("rb") as opened:
            start = opened.read(len(sqlite.SIGNATURE))
    except OSError as error:
        raise BackupError(f"{file} can't be read: {error.strerror}. Enter a file that 'scheduler backup' has written.") from None
    return postgresql.SIGNATURE if start.startswith(postgresql.SIGNATURE) else start


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(ExitCode.BAD_INPUT)
