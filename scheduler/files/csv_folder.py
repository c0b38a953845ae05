"""A folder of CSV files, one for each sheet of the workbook and named after it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.files.atomic_write import write_folder
from scheduler.files.cell_text import MOST_CHARACTERS_IN_A_CELL, held_down, released
from scheduler.files.cells import Cell, cell_text
from scheduler.files.file_safety import MOST_BYTES, bytes_of, refuse, refuse_size, text_of
from scheduler.files.read_tables import problem_in
from scheduler.files.write_tables import Table, instructions, tables_of

MOST_FILES = 100
MOST_ROWS = 100_000


def read_csv_folder(path: Path) -> Problem:
    """The problem in a folder of CSV files. Raises InputError."""
    return problem_in(tables_in_folder(path))


def tables_in_folder(path: Path) -> list[Table]:
    """Every CSV file in the folder as a table. Raises InputError with every file that can't be read."""
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith("."))
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        refuse(path, f"this folder can't be read: {error.strerror or error}.")
    if not files:
        refuse(path, "there are no .csv files in this folder. Enter a folder with Service.csv, Conferences.csv, …")
    if len(files) > MOST_FILES:
        refuse(path, f"this folder holds more than {MOST_FILES} .csv files. Enter a folder with the planner's files alone.")
    if size > MOST_BYTES:
        refuse_size(path, size)
    tables: list[Table] = []
    faults: list[Fault] = []
    for file in files:
        try:
            tables.append(Table(file.stem, _rows_in(file)))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tables


def _rows_in(file: Path) -> list[list[Cell]]:
    if file.is_file() and file.stat().st_size == 0:
        return []
    text = text_of(file, bytes_of(file), "a CSV file", "In Excel, save it as CSV UTF-8.")
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append([released(cell) for cell in row])
            if len(rows) > MOST_ROWS:
                refuse(file, f"this holds more than {MOST_ROWS} rows. Give one month only.")
    except csv.Error as error:
        refuse(
            file,
            f"row {len(rows) + 1}: this is no row of a CSV file ({error}). Check its quotes, or save it again in Excel.",
        )
    return rows


def write_csv_folder(problem: Problem, path: Path) -> None:
    """Write the problem as a folder of CSV files, with instructions. Raises InputError."""
    tables = [instructions(), *tables_of(problem)]
    write_folder(path, {f"{table.title}.csv": _content(path, table) for table in tables})


def _content(path: Path, table: Table) -> bytes:
    width = max(len(row) for row in table.rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in table.rows:
        cells = [cell_text(cell) for cell in row]
        _check_lengths(path, table.title, cells)
        writer.writerow([held_down(cell) for cell in cells] + [""] * (width - len(cells)))
    # The mark in front is what makes Excel read it as UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _check_lengths(path: Path, title: str, cells: Sequence[str]) -> None:
    if any(len(cell) > MOST_CHARACTERS_IN_A_CELL for cell in cells):
        refuse(path, f"{title}: a text is longer than the {MOST_CHARACTERS_IN_A_CELL} characters that a cell holds. Shorten it.")
