"""Problems and schedules in files: JSON, a workbook, or a folder of CSV files, all three the same problem.

Everything here raises InputError with every fault at once, and never leaves half a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from scheduler.domain.faults import Fault
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.files.csv_folder import tables_in_folder, write_csv_folder
from scheduler.files.errors_copy import write_workbook_with_errors
from scheduler.files.file_safety import refuse
from scheduler.files.json_file import read_problem_json, read_schedule_json, write_json
from scheduler.files.read_tables import problem_with_origins
from scheduler.files.sheet_faults import SheetFault, in_sheet
from scheduler.files.workbook import tables_in_workbook, write_blank_workbook, write_workbook

__all__ = [
    "SheetFault",
    "Told",
    "read_problem_file",
    "read_problem_to_judge",
    "read_schedule_file",
    "write_blank_workbook",
    "write_problem_file",
    "write_schedule_file",
    "write_workbook_with_errors",
]

Told = Callable[[Fault], Fault]
"""How a fault of a problem is told to whoever made the file."""

_KNOWN = "Enter a .json file, an .xlsx workbook, or a folder of .csv files."


def read_problem_file(path: str | Path) -> Problem:
    """The problem in a ``.json`` file, an ``.xlsx`` workbook or a folder of ``.csv`` files.

    Raises:
        InputError: with every fault; those of a workbook or CSV folder are SheetFaults.
    """
    return read_problem_to_judge(path)[0]


def read_problem_to_judge(path: str | Path) -> tuple[Problem, Told]:
    """The problem in a file, for a reader who may find more wrong with it: faults are told as those of ``read_problem_file``.

    Raises InputError as that does.
    """
    path = Path(path)
    match path.suffix.lower():
        case ".json":
            return read_problem_json(path), lambda fault: fault
        case ".xlsx":
            problem, origins = problem_with_origins(tables_in_workbook(path))
        case _ if path.is_dir():
            problem, origins = problem_with_origins(tables_in_folder(path))
        case _:
            _refuse_kind(path)
    return problem, lambda fault: in_sheet(fault, origins)


def write_problem_file(problem: Problem, path: str | Path) -> None:
    """Write the problem as the name says: ``.json``, ``.xlsx``, or without a suffix a folder of CSV files.

    Raises:
        InputError: where the name says none of these, or the file can't be written.
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
            refuse(path, f"'{suffix}' is not a kind of file that is written. {_KNOWN}")


def read_schedule_file(path: str | Path) -> Schedule:
    """The schedule in a JSON file. Raises InputError."""
    return read_schedule_json(Path(path))


def write_schedule_file(schedule: Schedule, path: str | Path) -> None:
    """Write the schedule as JSON. Raises InputError where the file can't be written."""
    write_json(schedule, Path(path))


def _refuse_kind(path: Path) -> NoReturn:
    if not path.exists():
        refuse(path, "there is no such file or folder. Check its name.")
    if path.suffix.lower() == ".csv":
        refuse(path, "this is a single CSV file. Enter the folder that holds all of them.")
    refuse(path, f"'{path.suffix}' is not a kind of file that is read. {_KNOWN}")
