"""A folder of CSV files, one for each sheet of the workbook and named after it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.files.atomic_write import write_folder
from scheduler.files.cell_text import MAX_CHARACTERS_IN_A_CELL, TEXT_TOO_LONG, held_down, released
from scheduler.files.cells import Cell, cell_text
from scheduler.files.file_safety import MOST_BYTES, ONE_MONTH, bytes_of, refuse, refuse_size, text_of
from scheduler.files.write_tables import Table, instructions, tables_of

MAX_FILES = 100
MAX_ROWS = 100_000


def tables_in_folder(path: Path) -> list[Table]:
    """Return each CSV file in the folder as a table. Raise InputError with all files that can't be read."""
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith("."))
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        refuse(path, f"this folder can't be read: {error.strerror or error}.")
    if not files:
        refuse(path, "there are no .csv files in this folder. Enter a folder with Service.csv, Conferences.csv, …")
    if len(files) > MAX_FILES:
        refuse(path, f"this folder contains more than {MAX_FILES} .csv files. Enter a folder with only the planner's files.")
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
            if len(rows) > MAX_ROWS:
                refuse(file, f"this has more than {MAX_ROWS} rows. {ONE_MONTH}")
    except csv.Error as error:
        refuse(file, f"row {len(rows) + 1}: this is not valid CSV ({error}). Check its quotes, or save it again in Excel.")
    return rows


def write_csv_folder(problem: Problem, path: Path) -> None:
    """Write the problem as a folder of CSV files, with instructions. Raise InputError if it can't be written."""
    tables = [instructions(), *tables_of(problem)]
    write_folder(path, {f"{table.title}.csv": _content(path, table) for table in tables})


def _content(path: Path, table: Table) -> bytes:
    width = max(len(row) for row in table.rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in table.rows:
        cells = [cell_text(cell) for cell in row]
        if any(len(cell) > MAX_CHARACTERS_IN_A_CELL for cell in cells):
            refuse(path, f"{table.title}: {TEXT_TOO_LONG}")
        writer.writerow([held_down(cell) for cell in cells] + [""] * (width - len(cells)))
    # Excel reads the file as UTF-8 only if it begins with a byte order mark.
    return text.getvalue().encode("utf-8-sig")
