"""Writing whole: a file or folder is there with all its content, or it is as it was before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scheduler.files.file_safety import refuse


@contextmanager
def _told_of_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        refuse(path, f"this can't be written: there is no folder {path.parent}. Make it first, or enter another.")
    except OSError as error:
        refuse(path, f"this can't be written: {error.strerror or error}.")


def write_file(path: Path, content: bytes) -> None:
    """Put the content under the name at once. Raises InputError where that can't be done; the old file then stays."""
    if path.is_dir():
        refuse(path, "this can't be written: there is a folder of that name. Enter another name.")
    with _told_of_failure(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def make_folder(path: Path) -> None:
    """Make the folder, if there is none yet. Raises InputError where that can't be done."""
    with _told_of_failure(path):
        path.mkdir(exist_ok=True)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder with these files, and no others, under the name.

    A folder of the same files is replaced; one that holds anything else is left alone. Raises InputError.
    """
    if path.exists() and not path.is_dir():
        refuse(path, "this can't be written: there is a file of that name. Enter the name of a folder.")
    with _told_of_failure(path):
        strangers = sorted({entry.name for entry in path.iterdir()} - files.keys()) if path.exists() else []
        if strangers:
            refuse(path, f"this folder also holds {strangers[0]}. Enter a new or empty folder.")
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=path.parent))
        try:
            new, old = temporary / "new", temporary / "old"
            new.mkdir()
            for name, content in files.items():
                (new / name).write_bytes(content)
            if path.exists():
                path.rename(old)
            try:
                new.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
