"""A folder of CSV files, one for each sheet of the workbook and named after it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.files.atomic_write import write_folder
from scheduler.files.cell_text import MAX_CHARACTERS_IN_A_CELL, TEXT_TOO_LONG, held_down, released
from scheduler.files.cells import Cell, cell_text, simplified
from scheduler.files.file_safety import MOST_BYTES, ONE_MONTH, bytes_of, refuse, refuse_size, text_of
from scheduler.files.sheets import sheet_titled
from scheduler.files.write_tables import Table, instructions, tables_of

MAX_FILES = 100
MAX_ROWS = 100_000


OTHER_SUFFIXES = (".txt", ".tsv", ".tab", ".prn", ".xls", ".xlsx", ".ods")
"""The types in which spreadsheet programs save one sheet, beside CSV."""
SEPARATORS = ",;\t|"
"""What may separate the cells of a CSV file: Excel writes semicolons where the decimal separator is a comma."""


def is_sheet_of_another_type(name: str) -> bool:
    """True if the name is that of a sheet saved in another type than CSV, such as ``Absences.txt``."""
    path = Path(name)
    title = Path(path.stem).stem if path.stem.lower().endswith(".csv") else path.stem
    return path.suffix.lower() in OTHER_SUFFIXES and sheet_titled(title) is not None


def tables_in_folder(path: Path, *, keep_unreadable: bool = False, headings: Collection[str] = ()) -> list[Table]:
    """Return each CSV file in the folder as a table.

    ``headings`` are those of a file that is named after no sheet, simplified: they tell what separates its cells. A file that
    can't be read is a table with its faults if ``keep_unreadable``; else raise InputError with all of them.
    """
    try:
        entries = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        files = [file for file in entries if file.suffix.lower() == ".csv"]
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        refuse(path, f"this folder can't be read: {error.strerror or error}.")
    if not files:
        refuse(path, "there are no .csv files in this folder. Enter a folder with Service.csv, Conferences.csv, …")
    if len(files) > MAX_FILES:
        refuse(path, f"this folder contains more than {MAX_FILES} .csv files. Enter a folder with only the planner's files.")
    if size > MOST_BYTES:
        refuse_size(path, size)
    tables = [_table_in(file, headings) for file in files]
    tables += [_of_another_type(file) for file in entries if is_sheet_of_another_type(file.name)]
    if not keep_unreadable and (faults := [fault for table in tables for fault in table.faults]):
        raise InputError(faults)
    return tables


def _table_in(file: Path, headings: Collection[str]) -> Table:
    try:
        return Table(file.stem, _rows_in(file, headings))
    except InputError as error:
        return Table(file.stem, (), faults=error.faults)


def _of_another_type(file: Path) -> Table:
    message = "this is named like a sheet, but is no .csv file. In Excel, save the sheet as CSV UTF-8, and delete this file."
    return Table(Path(file.stem).stem, (), faults=[Fault((), f"{file}: {message}")])


def _rows_in(file: Path, headings: Collection[str]) -> list[list[Cell]]:
    if file.is_file() and file.stat().st_size == 0:
        return []
    text = text_of(file, bytes_of(file), "a CSV file", "In Excel, save it as CSV UTF-8.")
    separator, text = _separated(file.stem, text, headings)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator):
            rows.append([released(cell) for cell in row])
            if len(rows) > MAX_ROWS:
                refuse(file, f"this has more than {MAX_ROWS} rows. {ONE_MONTH}")
    except csv.Error as error:
        refuse(file, f"row {len(rows) + 1}: this is not valid CSV ({error}). Check its quotes, or save it again in Excel.")
    return rows


def _separated(title: str, text: str, headings: Collection[str]) -> tuple[str, str]:
    """Return what separates the cells, and the text without a line such as ``sep=;``, with which Excel names it.

    The separator with the most headings of the sheet in the first rows wins; a comma wins a tie.
    """
    if named := re.match(rf"sep=([{re.escape(SEPARATORS)}])(?=\r?\n)", text):
        return named[1], text[named.end() :]
    sheet = sheet_titled(title)
    words = {simplified(column.heading) for column in sheet.columns} if sheet else set(headings)
    lines = [line for line in text.split("\n", 20)[:20] if line.strip()]

    def known_headings(separator: str) -> int:
        return max(
            (len({simplified(cell.strip().strip('"')) for cell in line.split(separator)} & words) for line in lines), default=0
        )

    return max(SEPARATORS, key=known_headings), text


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
