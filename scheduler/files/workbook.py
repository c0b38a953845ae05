"""The workbook that users fill in, read with calamine and written with xlsxwriter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, SheetTypeEnum, load_workbook

from scheduler.domain.problem import Problem
from scheduler.files.atomic_write import write_file
from scheduler.files.cells import Cell
from scheduler.files.file_safety import bytes_of, refuse, workbook_in
from scheduler.files.merged_cells import merged_within
from scheduler.files.sheet_xml_safety import DAMAGED
from scheduler.files.sheets import NOT_READ, SHEETS
from scheduler.files.styled_workbook import StyledWorkbook
from scheduler.files.write_tables import Table, tables_of


def tables_in_workbook(path: Path) -> list[Table]:
    """Return each worksheet as a table, except those that are not read. Raise InputError if the file can't be opened."""
    checked = workbook_in(path, bytes_of(path))
    try:
        with load_workbook(checked) as book:
            titles = [sheet.name for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
            return [_table(book.get_sheet_by_name(title)) for title in titles if title not in NOT_READ]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # calamine panics on some damaged files, and a panic is not an Exception
        refuse(path, DAMAGED)


def _table(sheet: CalamineSheet) -> Table:
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    width = len(rows[0]) if rows else 0
    return Table(sheet.name, rows, merged_within(len(rows), width, sheet.merged_cell_ranges or ()))


def _cell(value: Any) -> Cell:
    """Return a value from calamine as a cell: a whole float as an int, and a date as a datetime at midnight."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    return value  # type: ignore[no-any-return]  # calamine's other values are cells


def write_workbook(problem: Problem, path: Path) -> None:
    """Write the problem as a workbook. Raise InputError if it can't be written."""
    _write(path, problem)


def write_blank_workbook(path: str | Path) -> None:
    """Write a blank workbook with headings, notes and drop-downs. Raise InputError if it can't be written."""
    _write(Path(path), None)


def _write(path: Path, problem: Problem | None) -> None:
    book = StyledWorkbook(path)
    book.add_instructions()
    for sheet, table in zip(SHEETS, tables_of(problem), strict=True):
        book.add_sheet(sheet, table)
    write_file(path, book.content())
