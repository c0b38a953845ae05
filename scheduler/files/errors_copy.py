"""A copy of a workbook or CSV folder with an Errors column that lists the faults of each row."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.worksheet import Worksheet

from scheduler.domain.faults import Fault
from scheduler.files.atomic_write import write_file
from scheduler.files.cells import DATE_FORMAT, TEXT_FORMAT, TIME_FORMAT, Cell, is_blank, simplified
from scheduler.files.csv_folder import tables_in_folder
from scheduler.files.file_safety import refuse
from scheduler.files.headings import column_name, is_errors
from scheduler.files.schema import Column
from scheduler.files.sheet_faults import SheetFault
from scheduler.files.sheets import ERRORS, sheet_titled
from scheduler.files.styled_workbook import FAULTY, MOMENT_FORMAT, PALE, RED, ROWS_TO_FILL_IN, WHITE, StyledWorkbook, height_for
from scheduler.files.workbook import tables_in_workbook
from scheduler.files.write_tables import Table

Faults = Sequence[Fault]
ERRORS_WIDTH = 60


def write_workbook_with_errors(source: str | Path, faults: Faults, destination: str | Path) -> None:
    """Write a copy of a workbook or CSV folder as a workbook for the user to correct.

    Each sheet with faults begins with a column Errors, and faulty cells are coloured. A first sheet, Errors, lists all
    faults. Readers ignore that column and that sheet. Raise InputError if the source can't be opened or the destination
    can't be written.
    """
    source, destination = Path(source), Path(destination)
    if destination.suffix.lower() != ".xlsx":
        refuse(destination, "a copy with errors must be a workbook. Enter a name that ends in .xlsx.")
    if source.suffix.lower() == ".json":
        refuse(source, "only a workbook or a folder of .csv files can be copied with its errors. Enter one of these.")
    tables = tables_in_workbook(source) if source.suffix.lower() == ".xlsx" else tables_in_folder(source, keep_unreadable=True)
    book = StyledWorkbook(destination)
    _add_list(book, faults)
    in_sheets: dict[str, list[SheetFault]] = defaultdict(list)
    for fault in faults:
        if isinstance(fault, SheetFault):
            in_sheets[simplified(fault.sheet)].append(fault)
    for table in (table for table in tables if not table.faults):
        _add_copy(book, table, in_sheets[simplified(table.title)])
    write_file(destination, book.content())


def _add_list(book: StyledWorkbook, faults: Faults) -> None:
    page = book.add_page(ERRORS, [22, 8, 24, 100])
    page.set_tab_color(RED)
    for at, heading in enumerate(("Sheet", "Row", "Column", "What to correct")):
        book.write(page, 0, at, heading, _heading(RED))
    for row, fault in enumerate(faults, start=1):
        cells: tuple[Cell, ...] = (None, None, None, str(fault))
        if isinstance(fault, SheetFault):
            cells = (fault.sheet, fault.row, fault.column, _sentence(fault.message))
        for at, cell in enumerate(cells):
            book.write(page, row, at, cell, {"text_wrap": True, "align": "left"})


def _add_copy(book: StyledWorkbook, table: Table, faults: Sequence[SheetFault]) -> None:
    """Copy the table, with a column Errors in front if it has faults."""
    heading_row = next((n for n, row in enumerate(table.rows) if not all(is_blank(cell) for cell in row)), 0)
    headings = table.rows[heading_row] if table.rows else []
    positions = [n for n, heading in enumerate(headings) if not is_errors(heading)]
    shift = 1 if faults else 0
    known = _known_columns(table)
    columns = [known.get(simplified(str(headings[n]))) for n in positions]
    page = book.add_page(table.title, [ERRORS_WIDTH] * shift + [column.width if column else 16 for column in columns])
    _copy_merged(page, table, positions, shift)
    by_row: dict[int, list[SheetFault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row - 1 if fault.row else heading_row].append(fault)
    for row, cells in enumerate(table.rows):
        marked = {fault.column for fault in by_row[row]}
        for at, (n, column) in enumerate(zip(positions, columns, strict=True), start=shift):
            if row == heading_row and column:
                book.write_heading(page, at, column)
                continue
            style = _heading(PALE) if row == heading_row else {"num_format": _number_format(cells[n], column), "align": "left"}
            is_faulty = row != heading_row and bool(marked & {column.heading if column else column_name(n), cells[n]})
            book.write(page, row, at, cells[n], style | ({"bg_color": FAULTY} if is_faulty else {}))
        messages = [f"{fault.column}: {fault.message}" if fault.column else _sentence(fault.message) for fault in by_row[row]]
        if row == heading_row and faults:
            messages = [ERRORS, *messages]
        if messages:
            book.write(page, row, 0, "\n".join(messages), _heading(RED) if row == heading_row else {"text_wrap": True})
            page.set_row(row, max(32 * (row == heading_row), sum(height_for([line], [ERRORS_WIDTH]) for line in messages)))
    for at, column in enumerate(columns, start=shift):
        if column and not column.kind.of:
            book.add_choices(page, heading_row + 1, len(table.rows) + ROWS_TO_FILL_IN, at, column.kind)


def _copy_merged(page: Worksheet, table: Table, positions: Sequence[int], shift: int) -> None:
    """Merge the same cells as in the table; unmerged, the hidden ones would read as blank."""
    for merged in table.merged:
        across = [at for at, n in enumerate(positions, start=shift) if merged.first_column <= n <= merged.last_column]
        if across and (merged.first_row, across[0]) != (merged.last_row, across[-1]):
            page.merge_range(merged.first_row, across[0], merged.last_row, across[-1], "")


def _known_columns(table: Table) -> dict[str, Column]:
    sheet = sheet_titled(table.title)
    return {simplified(column.heading): column for column in (sheet.columns if sheet else ())}


def _heading(colour: str) -> dict[str, Any]:
    return {"bold": True, "text_wrap": True, "bg_color": colour, **({} if colour == PALE else {"font_color": WHITE})}


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:]


def _number_format(cell: Cell, column: Column | None) -> str:
    match cell:
        case dt.datetime() if cell.time() != dt.time():
            return MOMENT_FORMAT
        case dt.date():
            return DATE_FORMAT
        case dt.time() | dt.timedelta():
            return TIME_FORMAT
        case str() if cell:
            return TEXT_FORMAT
    return column.kind.number_format if column else "General"
