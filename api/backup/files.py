"""Files of backups: written whole or not at all, for the owner alone, and never over another file by accident."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class BackupError(Exception):
    """A backup or restoration that is refused or has failed. The message states the fault and the remedy."""


def check_target(path: Path, *, force: bool, diary: tuple[Path, ...] = ()) -> None:
    """Raise BackupError if no file may be written at the path. ``diary`` lists files that are never overwritten."""
    if any(path.exists() and own.exists() and path.samefile(own) for own in diary):
        raise BackupError(f"{path} is the diary itself. Enter another file.")
    if path.is_dir():
        raise BackupError(f"{path} is a folder. Enter the name of a file.")
    if not path.absolute().parent.is_dir():
        raise BackupError(f"There is no folder {path.absolute().parent}. Create it first, or enter another.")
    if os.path.lexists(path) and not force:
        raise _exists(path)


@contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a temporary file beside the path, and move it there after the body, once its content is on the disk.

    Only its owner may read it. Raise BackupError if there is a file already, unless ``force`` is true.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.absolute().parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            _sync(temporary)
            temporary.replace(path) if force else _move_to_new(temporary, path)
            _sync(path.absolute().parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"{path} can't be written: {error.strerror or error}.") from None


def _move_to_new(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)  # unlike a rename, a link never overwrites a file that was created meanwhile
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        if os.path.lexists(path):
            raise _exists(path) from None
        temporary.replace(path)


def _exists(path: Path) -> BackupError:
    return BackupError(f"{path} exists already. Enter another file, or add --force to overwrite it.")


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
