"""Problems and schedules in files: JSON, a workbook, or a folder of CSV files, all three the same problem.

Everything here raises InputError with every fault at once, and never leaves half a file.
"""

from __future__ import annotations

from pathlib import Path

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.files.csv_folder import read_csv_folder, write_csv_folder
from scheduler.files.faults import SheetFault
from scheduler.files.guard import refuse
from scheduler.files.json_file import read_problem_json, read_schedule_json, write_json
from scheduler.files.workbook import read_workbook, write_blank_workbook, write_workbook
from scheduler.files.workbook_errors import write_workbook_with_errors

__all__ = [
    "SheetFault",
    "read_problem_file",
    "read_schedule_file",
    "write_blank_workbook",
    "write_problem_file",
    "write_schedule_file",
    "write_workbook_with_errors",
]

_KNOWN = "Enter a .json file, an .xlsx workbook, or a folder of .csv files."


def read_problem_file(path: str | Path) -> Problem:
    """The problem in a ``.json`` file, an ``.xlsx`` workbook or a folder of ``.csv`` files.

    Raises:
        InputError: with every fault; those of a workbook or CSV folder are SheetFaults.
    """
    path = Path(path)
    match path.suffix.lower():
        case ".json":
            return read_problem_json(path)
        case ".xlsx":
            return read_workbook(path)
        case _ if path.is_dir():
            return read_csv_folder(path)
        case _:
            return _refuse_kind(path)


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


def _refuse_kind(path: Path) -> Problem:
    if not path.exists():
        refuse(path, "there is no such file or folder. Check its name.")
    if path.suffix.lower() == ".csv":
        refuse(path, "this is a single CSV file. Enter the folder that holds all of them.")
    refuse(path, f"'{path.suffix}' is not a kind of file that is read. {_KNOWN}")
