"""Checks of output paths before any work is done, so that no result is computed and then lost."""

from __future__ import annotations

import os
from pathlib import Path

from scheduler.domain.faults import Fault


def output_faults(option: str, path: Path | None, suffix: str, *inputs: Path) -> list[Fault]:
    """Return the faults of an output file, which must have the suffix. Return none if there is no path.

    ``inputs`` are the files that the command reads. The output must not overwrite them.
    """
    if path is None:
        return []
    if path.suffix.lower() != suffix:
        return [Fault((), f"{option}: {path} does not end in {suffix}. Enter a file name that does.")]
    if path.is_dir():
        return [Fault((), f"{option}: {path} is a folder. Enter the name of a file.")]
    if any(path.exists() and source.exists() and path.samefile(source) for source in inputs):
        return [Fault((), f"{option}: {path} is an input file. Enter another name, so that it is not overwritten.")]
    folder = path.absolute().parent
    if not folder.is_dir():
        return [Fault((), f"{option}: there is no folder {folder}. Create it, or enter another.")]
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return [Fault((), f"{option}: {path} can't be written. Enter a place where you have permission to write.")]
    return []


def repeated_output_faults(*outputs: tuple[str, Path | None]) -> list[Fault]:
    """Return a fault for each output option whose file an earlier option names too."""
    earlier: dict[Path, str] = {}
    faults: list[Fault] = []
    for option, path in outputs:
        if path is not None and (other := earlier.setdefault(path.resolve(), option)) != option:
            faults.append(Fault((), f"{option}: this is the file of {other}. Enter another."))
    return faults


def folder_faults(option: str, folder: Path | None) -> list[Fault]:
    """Return the faults of an output folder, which need not exist yet. Return none if no folder is given."""
    if folder is None:
        return []
    if os.path.lexists(folder) and not folder.is_dir():
        what = "is a file" if folder.exists() else "is a broken link"
        return [Fault((), f"{option}: {folder} {what}. Enter a folder.")]
    if not os.access(folder if folder.exists() else folder.absolute().parent, os.W_OK | os.X_OK):
        return [
            Fault((), f"{option}: {folder} can't be created or written to. Enter a folder where you have permission to write.")
        ]
    return []


def problem_output_faults(option: str, path: Path, *inputs: Path) -> list[Fault]:
    """Return the faults of an output path for a problem: a ``.json``, an ``.xlsx``, or a folder, which has no suffix."""
    suffix = path.suffix.lower()
    if suffix in (".json", ".xlsx") and not path.is_dir():
        return output_faults(option, path, suffix, *inputs)
    if not path.is_dir() and (suffix or path.exists()):
        return [Fault((), f"{option}: {path} is neither .json, .xlsx nor a folder. Enter one of these.")]
    if any(path.exists() and source.exists() and path.samefile(source) for source in inputs):
        return [Fault((), f"{option}: {path} is the input folder. Enter another name, so that it is not overwritten.")]
    holder = path if path.is_dir() else path.absolute().parent
    if not holder.is_dir():
        return [Fault((), f"{option}: there is no folder {holder}. Create it, or enter another.")]
    if not os.access(holder, os.W_OK | os.X_OK):
        return [Fault((), f"{option}: {holder} can't be written to. Enter a place where you have permission to write.")]
    return []
