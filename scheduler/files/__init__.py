"""Problem and schedule files.

A problem is a JSON file, a workbook or a folder of CSV files; the three are equivalent. Readers raise InputError with all
faults together. Writers raise InputError if a file can't be written, and never leave an incomplete one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.suggestions import bounded_suggestions
from scheduler.files.csv_folder import tables_in_folder, write_csv_folder
from scheduler.files.errors_copy import write_workbook_with_errors
from scheduler.files.file_safety import refuse
from scheduler.files.json_file import read_conference_json, read_problem_json, read_schedule_json, write_json
from scheduler.files.read_tables import problem_with_origins
from scheduler.files.sheet_faults import SheetFault, worded
from scheduler.files.workbook import tables_in_workbook, write_blank_workbook, write_workbook

__all__ = [
    "FaultWording",
    "SheetFault",
    "read_conference_file",
    "read_problem_file",
    "read_problem_to_judge",
    "read_schedule_file",
    "write_blank_workbook",
    "write_problem_file",
    "write_schedule_file",
    "write_workbook_with_errors",
]

FaultWording = Callable[[Fault], Fault]
"""Converts a fault of a problem to the terms of the file: sheet, row and column for a workbook or CSV folder."""

_FILE_TYPES = "Enter a .json file, an .xlsx workbook, or a folder of .csv files."


def read_problem_file(path: str | Path) -> Problem:
    """Return the problem in a ``.json`` file, an ``.xlsx`` workbook or a folder of ``.csv`` files.

    Raise InputError with all faults; those of a workbook or CSV folder are SheetFaults.
    """
    return read_problem_to_judge(path)[0]


def read_problem_to_judge(path: str | Path) -> tuple[Problem, FaultWording]:
    """Return the problem in a file, and a converter for faults that the caller finds in it later.

    Raise InputError as ``read_problem_file`` does.
    """
    path = Path(path)
    with bounded_suggestions():
        match path.suffix.lower():
            case ".json":
                return read_problem_json(path), lambda fault: fault
            case ".xlsx":
                problem, origins = problem_with_origins(tables_in_workbook(path))
            case _ if path.is_dir():
                problem, origins = problem_with_origins(tables_in_folder(path, keep_unreadable=True))
            case _:
                _refuse_type(path)
    return problem, lambda fault: worded(fault, origins)


def write_problem_file(problem: Problem, path: str | Path) -> None:
    """Write the problem in the format that the suffix names: ``.json``, ``.xlsx``, or none for a folder of CSV files.

    Raise InputError if the suffix is any other, or the file can't be written.
    """
    path = Path(path)
    match path.suffix.lower():
        case ".json":
            write_json(problem, path)
        case ".xlsx":
            write_workbook(problem, path)
        case suffix if suffix == "" or path.is_dir():
            write_csv_folder(problem, path)
        case suffix:
            refuse(path, f"the file type '{suffix}' can't be written. {_FILE_TYPES}")


def read_schedule_file(path: str | Path) -> Schedule:
    """Return the schedule in a JSON file. Raise InputError with all faults."""
    return read_schedule_json(Path(path))


def read_conference_file(path: str | Path) -> Conference:
    """Return the conference in a JSON file. Raise InputError with all faults."""
    return read_conference_json(Path(path))


def write_schedule_file(schedule: Schedule, path: str | Path) -> None:
    """Write the schedule as JSON. Raise InputError if the file can't be written."""
    write_json(schedule, Path(path))


def _refuse_type(path: Path) -> NoReturn:
    if not path.exists():
        refuse(path, "there is no such file or folder. Check its name.")
    if path.suffix.lower() == ".csv":
        refuse(path, "this is a single CSV file. Enter the folder that contains all the CSV files.")
    refuse(path, f"the file type '{path.suffix}' can't be read. {_FILE_TYPES}")
