"""Atomic writes: a file or folder gets its whole new content, or stays as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scheduler.files.file_safety import refuse


@contextmanager
def _errors_as_refusals(path: Path) -> Iterator[None]:
    """Turn operating system errors into an InputError about the path."""
    try:
        yield
    except FileNotFoundError:
        refuse(path, f"this can't be written: there is no folder {path.parent}. Create it first, or enter another.")
    except OSError as error:
        refuse(path, f"this can't be written: {error.strerror or error}.")


def write_file(path: Path, content: bytes) -> None:
    """Write the file in one step. Raise InputError and leave the old file unchanged if it can't be written."""
    if path.is_dir():
        refuse(path, "this can't be written: there is a folder with that name. Enter another name.")
    with _errors_as_refusals(path):
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
    """Create the folder unless it exists. Raise InputError if it can't be created."""
    with _errors_as_refusals(path):
        path.mkdir(exist_ok=True)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder with exactly these files, given by name.

    An existing folder is replaced. Raise InputError if it contains any other file, or the folder can't be written.
    """
    if path.exists() and not path.is_dir():
        refuse(path, "this can't be written: there is a file with that name. Enter the name of a folder.")
    with _errors_as_refusals(path):
        others = sorted({entry.name for entry in path.iterdir()} - files.keys()) if path.exists() else []
        if others:
            refuse(path, f"this folder also contains {others[0]}. Enter a new or empty folder.")
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
