"""Problems as bytes on their way in and out: JSON, a workbook, or CSV files in a zip."""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NoReturn

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.files import Told, read_problem_to_judge, write_problem_file
from scheduler.files.csv_folder import tables_in_folder
from scheduler.files.file_safety import ENCRYPTED_BIT, MEGABYTE, MOST_BYTES, MOST_PARTS
from scheduler.files.write_tables import Table

LONGEST_NAME = 100
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ALWAYS_THE_SAME = (1980, 1, 1, 0, 0, 0)


class ImportMode(StrEnum):
    """Whether an import is only tried."""

    PREVIEW = "preview"
    COMMIT = "commit"


class Format(StrEnum):
    """In what a problem, or a report, is written."""

    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "application/zip",
}
"""What each format of a problem is called; its CSV is one file for each sheet, all in a zip."""
BINARY = {"schema": {"type": "string", "format": "binary"}}
"""How a file of any kind is described in OpenAPI."""


def unpacked(content: bytes, format_: Format) -> tuple[Problem, Told]:
    """The problem in the bytes, and how a fault found later in it is told. Raises InputError with every fault."""
    with _named_without_its_folder() as folder:
        if format_ is Format.CSV:
            source = folder / "csv"
            source.mkdir()
            for name, file in _files_in(content).items():
                (source / name).write_bytes(file)
        else:
            source = folder / f"file.{format_}"
            source.write_bytes(content)
        return read_problem_to_judge(source)


def packed(problem: Problem, format_: Format) -> bytes:
    """The problem in bytes, always the same for the same problem. Raises InputError where a text is too long for a cell."""
    with _named_without_its_folder() as folder:
        target = folder / ("csv" if format_ is Format.CSV else f"file.{format_}")
        write_problem_file(problem, target)
        if format_ is not Format.CSV:
            return target.read_bytes()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            for file in sorted(target.iterdir()):
                files.writestr(zipfile.ZipInfo(file.name, ALWAYS_THE_SAME), file.read_bytes(), zipfile.ZIP_DEFLATED)
        return archive.getvalue()


def table_in(content: bytes, title: str) -> Table:
    """A single CSV file as a table of that title. Raises InputError where it is none."""
    with _named_without_its_folder() as folder:
        (folder / f"{title}.csv").write_bytes(content)
        (table,) = tables_in_folder(folder)
        return table


@contextmanager
def _named_without_its_folder() -> Iterator[Path]:
    """A folder for the while; faults don't tell where on this machine it was."""
    with tempfile.TemporaryDirectory() as name:
        try:
            yield Path(name)
        except InputError as error:
            told = [replace(fault, message=fault.message.replace(f"{name}/", "")) for fault in error.faults]
            raise InputError(told) from None


def _files_in(content: bytes) -> dict[str, bytes]:
    """The CSV files of an archive under their bare names, whichever folder they are in; anything else is left alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked_files(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        _refuse("This is no zip archive, or a damaged one. Send the planner's .csv files in a zip.")


def _checked_files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_PARTS:
        _refuse(f"This archive has more than {MOST_PARTS} files. Send the planner's .csv files alone.")
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for entry in entries:
        name = PurePosixPath(entry.filename).name
        if entry.is_dir() or not name.lower().endswith(".csv") or name.startswith("."):
            continue
        if len(name) > LONGEST_NAME or name in files:
            _refuse(f"{name[:LONGEST_NAME]}: this name is too long, or there twice in the archive. Keep one, with its own name.")
        if entry.flag_bits & ENCRYPTED_BIT or entry.compress_type not in PLAIN:
            _refuse("This archive has a password, or is packed in an uncommon way. Send a plain zip.")
        with archive.open(entry) as file:
            files[name] = file.read(left + 1)
        left -= len(files[name])
        if left < 0:
            _refuse(f"This archive unpacks to more than the {MOST_BYTES // MEGABYTE} MB that are read. Send one month only.")
    if not files:
        _refuse("There are no .csv files in this archive. Send one with Service.csv, Conferences.csv, …")
    return files


def _refuse(message: str) -> NoReturn:
    raise InputError([Fault((), message)])
