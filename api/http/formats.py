"""Problems as request and response bodies: JSON, a workbook, or CSV files in a zip archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NoReturn

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.files import (
    FaultWording,
    read_problem_to_judge,
    write_blank_workbook,
    write_problem_file,
    write_workbook_with_errors,
)
from scheduler.files.csv_folder import is_sheet_of_another_type, tables_in_folder
from scheduler.files.file_safety import ENCRYPTED_BIT, MEGABYTE, MOST_BYTES, MOST_PARTS
from scheduler.files.write_tables import Table

MAX_NAME_CHARACTERS = 100
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class ImportMode(StrEnum):
    """Whether an import is only checked, or also stored."""

    PREVIEW = "preview"
    COMMIT = "commit"


class Format(StrEnum):
    """The file format of a problem or a report."""

    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "application/zip",
}
"""The media type of each format. A problem in CSV is a zip archive with one file for each sheet."""
BINARY = {"schema": {"type": "string", "format": "binary"}}
"""The OpenAPI description of a file of any kind."""


def decode(content: bytes, format_: Format) -> tuple[Problem, FaultWording]:
    """Return the problem in the bytes, and the function that names the place of a later fault in the file.

    Raise InputError with every fault.
    """
    with _temporary_folder() as folder:
        return read_problem_to_judge(_source(content, format_, folder))


def encode(problem: Problem, format_: Format) -> bytes:
    """Return the problem as bytes, equal for equal problems. Raise InputError if a text is too long for a cell."""
    with _temporary_folder() as folder:
        target = folder / ("csv" if format_ is Format.CSV else f"file.{format_}")
        write_problem_file(problem, target)
        if format_ is not Format.CSV:
            return target.read_bytes()
        return archive_of({file.name: file.read_bytes() for file in sorted(target.iterdir())})


def blank_workbook() -> bytes:
    """Return a workbook to be filled in: headings, notes and drop-downs, and no data."""
    with _temporary_folder() as folder:
        write_blank_workbook(folder / "blank.xlsx")
        return (folder / "blank.xlsx").read_bytes()


def with_faults_marked(content: bytes, format_: Format, faults: Sequence[Fault]) -> bytes:
    """Return a copy of a workbook, or of CSV files, as a workbook in which the faults are marked."""
    with _temporary_folder() as folder:
        target = folder / "marked.xlsx"
        write_workbook_with_errors(_source(content, format_, folder), faults, target)
        return target.read_bytes()


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return CSV files, by name, as the archive in which they are sent."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), file, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def table_in(content: bytes, title: str, headings: Collection[str] = ()) -> Table:
    """Return a single CSV file as a table with that title. Raise InputError if it can't be read.

    It may have commas, semicolons or tabs, which its ``headings`` (simplified) tell apart, and be in UTF-8 or in marked UTF-16.
    """
    with _temporary_folder() as folder:
        (folder / f"{title}.csv").write_bytes(content)
        (table,) = tables_in_folder(folder, headings=headings)
        return table


def _source(content: bytes, format_: Format, folder: Path) -> Path:
    """Write the bytes into a folder, and return the file, or the folder of CSV files, that can be read as a problem."""
    if format_ is not Format.CSV:
        source = folder / f"file.{format_}"
        source.write_bytes(content)
        return source
    source = folder / "csv"
    source.mkdir()
    for name, file in _files_in(content).items():
        (source / name).write_bytes(file)
    return source


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Yield a temporary folder, and remove its path from the messages of faults."""
    with tempfile.TemporaryDirectory() as name:
        try:
            yield Path(name)
        except InputError as error:
            faults = [replace(fault, message=fault.message.replace(f"{name}/", "")) for fault in error.faults]
            raise InputError(faults) from None


def _files_in(content: bytes) -> dict[str, bytes]:
    """Return the CSV files of an archive by name without folder, and ignore other files."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked_files(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        _refuse("This is not a zip archive, or it is damaged. Send the planner's .csv files in a zip archive.")


def _checked_files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_PARTS:
        _refuse(f"This archive has more than {MOST_PARTS} files. Send only the planner's .csv files.")
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for entry in entries:
        name = PurePosixPath(entry.filename).name
        is_sheet = name.lower().endswith(".csv") or is_sheet_of_another_type(name)
        if entry.is_dir() or not is_sheet or name.startswith("."):
            continue
        if len(name) > MAX_NAME_CHARACTERS or name in files:
            _refuse(
                f"{name[:MAX_NAME_CHARACTERS]}: the name is too long, or occurs twice. Give each file a short, distinct name."
            )
        if entry.flag_bits & ENCRYPTED_BIT or entry.compress_type not in COMPRESSIONS:
            _refuse("This archive has a password or an unsupported compression. Send a plain zip archive.")
        with archive.open(entry) as file:
            files[name] = file.read(left + 1)
        left -= len(files[name])
        if left < 0:
            _refuse(f"This archive unpacks to more than the limit of {MOST_BYTES // MEGABYTE} MB. Send one month only.")
    if not any(name.lower().endswith(".csv") for name in files):
        _refuse("There are no .csv files in this archive. Send one with Service.csv, Conferences.csv, …")
    return files


def _refuse(message: str) -> NoReturn:
    raise InputError([Fault((), message)])
