"""Backups of a SQLite diary by SQLite's backup API, which copies one moment of a database that is in use.

https://www.sqlite.org/backup.html. A copy of the file alone lacks the changes in its write-ahead log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from api.backup.files import BackupError, check_target, whole_file
from api.backup.revisions import check_revision

SIGNATURE = b"SQLite format 3\0"
SECONDS_TO_WAIT = 20
ALL_PAGES = -1
DAMAGED_DIARY = "If it is damaged, move it away with its -wal and -shm files, and restore a backup."
DAMAGED_BACKUP = "If it is damaged or was copied in part, copy it again, or restore an earlier backup. The diary is unchanged."


def back_up(diary: Path, file: Path, *, force: bool = False) -> None:
    """Write a copy of the diary to the file. It holds every change that was committed before the copy began.

    Raise BackupError if there is no diary, it is damaged, or the file can't be written.
    """
    if not diary.is_file():
        raise BackupError(f"There is no diary at {diary}. Check CONFERENCES_DATA and CONFERENCES_DATABASE_URL.")
    check_target(file, force=force, diary=tuple(diary.with_name(diary.name + suffix) for suffix in ("", "-wal", "-shm")))
    with _errors_about(diary), closing(_opened(diary, "rw")) as source, whole_file(file, force=force) as temporary:
        _copy(source, temporary)
        with closing(_opened(temporary, "ro")) as copy:
            _check(copy, diary)


def restore(file: Path, diary: Path, aside: Path) -> Path | None:
    """Replace the diary by a backup in one transaction. Return ``aside``, now the previous diary, or None if there was none.

    Raise BackupError if the backup is damaged, of a later version, or not of a diary, or if the diary is in use.
    """
    with _errors_about(file, DAMAGED_BACKUP), closing(_opened(file, "ro")) as backup:
        _check(backup, file)
        check_revision(file, _revision(backup))
        if not diary.exists():
            diary.absolute().parent.mkdir(parents=True, exist_ok=True)
            with whole_file(diary) as temporary:
                _copy(backup, temporary)
            return None
        with _errors_about(diary), closing(_opened(diary, "rw")) as target:
            _exclude_others(target, diary)
            with whole_file(aside) as temporary:  # not checked: the diary may be damaged, and so replaced
                _copy(target, temporary)
            backup.backup(target, pages=ALL_PAGES)
    return aside


def _copy(source: sqlite3.Connection, file: Path) -> None:
    """Copy a database to a file that needs no write-ahead log."""
    with closing(sqlite3.connect(file)) as copy:
        source.backup(copy, pages=ALL_PAGES)  # in one step, so that no writer makes it start again
        copy.execute("PRAGMA journal_mode=DELETE")


def _check(database: sqlite3.Connection, file: Path) -> None:
    (result,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise BackupError(f"{file} is damaged: {result.splitlines()[-1]}. Restore an earlier backup.")


def _revision(database: sqlite3.Connection) -> str | None:
    try:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return None if row is None else str(row[0])


def _exclude_others(target: sqlite3.Connection, diary: Path) -> None:
    """Hold the diary until the connection closes. In WAL mode every open connection of a service prevents it."""
    target.execute("PRAGMA locking_mode=EXCLUSIVE")
    try:
        target.execute("BEGIN EXCLUSIVE")
        target.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise BackupError(
            f"{diary} is in use. Stop the service, and every other program that has the diary open, and restore again."
        ) from None


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    wait = SECONDS_TO_WAIT if mode == "ro" else 0
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=wait, isolation_level=None)


@contextmanager
def _errors_about(path: Path, advice: str = DAMAGED_DIARY) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(f"{path} can't be used: {error}. {advice}") from None
