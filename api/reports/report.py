"""Reports, and writing them for spreadsheets. Text stays text, even if it begins like a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import xlsxwriter
from pydantic import BaseModel

from api.reports import frames
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
    """A kind of report: its name in the URL, its title, the model of its rows, and its columns and cells.

    A report with ``totals`` has them in its JSON as ``totals_name``, and as the rows of ``foot`` below its table.
    """

    name: str
    title: str
    model: type[R]
    columns: tuple[TableColumn, ...]
    cells: Callable[[R], tuple[Cell, ...]]
    totals: type[BaseModel] | None = None
    totals_name: str = "totals"
    foot: Callable[[Any], Sequence[tuple[Cell, ...]]] = lambda _: ()


@dataclass(frozen=True)
class Content(Generic[R]):
    """The rows of a report, and its totals if it has any."""

    rows: Sequence[R]
    totals: BaseModel | None = None


def as_csv(report: Report[R], content: Content[R]) -> bytes:
    """Return the report as a CSV file that spreadsheets read as UTF-8, without formulas."""
    rows = ([held_down(escaped(_as_text(cell, column))) for cell, column in row] for row in _shown(report, content))
    return frames.csv_text([column.heading for column in report.columns], rows).encode("utf-8-sig")


def as_workbook(report: Report[R], rows: Content[R], days: Period, service: str) -> bytes:
    """Return the report as a workbook with one sheet. Equal rows give equal bytes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, AS_TEXT) as workbook:
        workbook.set_properties({"title": report.title, "created": dt.datetime.combine(days.first, dt.time())})
        book = ReportWorkbook(workbook, service)
        sheet = book.sheet(report.name.capitalize(), report.title, note=period_in_words(days))
        book.table(sheet, report.columns, frozen_columns=1)
        for at, row in enumerate(_shown(report, rows), FIRST_ROW):
            values = [escaped(cell) if isinstance(cell, str) else cell for cell, _ in row]
            book.row(sheet, at, report.columns, values)
    return content.getvalue()


def _shown(report: Report[R], content: Content[R]) -> list[list[tuple[Cell, TableColumn]]]:
    foot = [] if content.totals is None else report.foot(content.totals)
    return [list(zip(cells, report.columns, strict=True)) for cells in (*map(report.cells, content.rows), *foot)]


def _as_text(cell: Cell, column: TableColumn) -> str:
    return f"{cell:%B %Y}" if column.number_format == MONTH and isinstance(cell, dt.date) else cell_text(cell)
