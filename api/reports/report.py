"""Reports, and writing them for spreadsheets. Text stays text, even if it begins like a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import xlsxwriter
from pydantic import BaseModel

from scheduler.domain.values import Period
from scheduler.files.cell_text import escaped, held_down
from scheduler.files.cells import Cell, cell_text
from scheduler.report.workbook import AS_TEXT
from scheduler.report.workbook.styles import ReportWorkbook, TableColumn
from scheduler.wording import period_in_words

R = TypeVar("R", bound=BaseModel)
FIRST_ROW = 4
MONTH = "mmmm yyyy"


@dataclass(frozen=True)
class Report(Generic[R]):
    """A kind of report: its name in the URL, its title, the model of its rows, and its columns and cells."""

    name: str
    title: str
    model: type[R]
    columns: tuple[TableColumn, ...]
    cells: Callable[[R], tuple[Cell, ...]]


def as_csv(report: Report[R], rows: Sequence[R]) -> bytes:
    """Return the rows as a CSV file that spreadsheets read as UTF-8, without formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.heading for column in report.columns)
    for row in rows:
        writer.writerow(held_down(escaped(_as_text(cell, column))) for cell, column in _shown(report, row))
    return text.getvalue().encode("utf-8-sig")


def as_workbook(report: Report[R], rows: Sequence[R], days: Period, service: str) -> bytes:
    """Return the rows as a workbook with one sheet. Equal rows give equal bytes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, AS_TEXT) as workbook:
        workbook.set_properties({"title": report.title, "created": dt.datetime.combine(days.first, dt.time())})
        book = ReportWorkbook(workbook, service)
        sheet = book.sheet(report.name.capitalize(), report.title, note=period_in_words(days))
        book.table(sheet, report.columns, frozen_columns=1)
        for at, row in enumerate(rows, FIRST_ROW):
            values = [escaped(cell) if isinstance(cell, str) else cell for cell, _ in _shown(report, row)]
            book.row(sheet, at, report.columns, values)
    return content.getvalue()


def _shown(report: Report[R], row: R) -> list[tuple[Cell, TableColumn]]:
    return list(zip(report.cells(row), report.columns, strict=True))


def _as_text(cell: Cell, column: TableColumn) -> str:
    return f"{cell:%B %Y}" if column.number_format == MONTH and isinstance(cell, dt.date) else cell_text(cell)
