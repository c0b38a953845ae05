"""A workbook under construction: formats, headings with notes, drop-downs, and text that never runs as a formula."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from scheduler.files.cell_text import NO_VALUE, TEXT_TOO_LONG
from scheduler.files.cells import DATE_FORMAT, FIRST_DATE_IN_EXCEL, TIME_FORMAT, Cell, CellType, Date, Time, Whole
from scheduler.files.file_safety import refuse
from scheduler.files.schema import Column, SettingsSheet, Sheet
from scheduler.files.sheets import choices_of, sheet_of
from scheduler.files.write_tables import Table, instructions

ROWS_TO_FILL_IN = 500
INSTRUCTION_WIDTHS = (20, 34, 13, 72, 60)
DARK, PALE, WHITE = "#1D4E79", "#D6E4F0", "#FFFFFF"
RED = "#B00020"
FAULTY = "#FBD5D5"
MOMENT_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
MAX_CHARACTERS_IN_A_LIST = 255
MAX_ROWS = 1_048_576
A4 = 9


class StyledWorkbook:
    """A workbook to be written to ``path``; ``content`` returns its bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(self._buffer, options)
        # With a fixed creation date, the same problem gives the same bytes.
        self.workbook.set_properties({"title": "Conference planner", "created": dt.datetime(2000, 1, 1)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def content(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.workbook.close()
        return self._buffer.getvalue()

    def format(self, **properties: Any) -> Format:
        """Return the cell format with the properties, creating it on first use."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **properties})
        return self._formats[key]

    def add_page(self, title: str, widths: Sequence[int], *, frozen_columns: int = 0) -> Worksheet:
        """Add and return an empty sheet whose first row stays in view; widths are in characters."""
        page = self._add_landscape_page(title, widths)
        page.freeze_panes(1, frozen_columns)
        page.repeat_rows(0)
        page.set_row(0, 32)
        return page

    def _add_landscape_page(self, title: str, widths: Sequence[int]) -> Worksheet:
        page: Worksheet = self.workbook.add_worksheet(title)
        for n, width in enumerate(widths):
            page.set_column(n, n, width)
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.set_footer("&COFFICIAL-SENSITIVE&RPage &P of &N")
        return page

    def add_sheet(self, sheet: Sheet | SettingsSheet, table: Table) -> None:
        """Add a sheet with cells, heading notes, filters and drop-downs. Raise InputError if it has too many rows."""
        page = self.add_page(sheet.title, [column.width for column in sheet.columns], frozen_columns=1)
        page.set_tab_color(DARK if sheet.required else PALE)
        if len(table.rows) > MAX_ROWS:
            refuse(self.path, f"{sheet.title}: a sheet can't hold more than {MAX_ROWS} rows. Enter fewer.")
        for n, column in enumerate(sheet.columns):
            self.write_heading(page, n, column)
        for row, (cells, formats) in enumerate(zip(table.rows[1:], self._row_formats(sheet), strict=False), start=1):
            for n, (cell, cell_format) in enumerate(zip(cells, formats, strict=True)):
                self.write(page, row, n, cell, cell_format)
            if isinstance(sheet, SettingsSheet):
                page.set_row(row, height_for(cells, [column.width for column in sheet.columns]))
        if isinstance(sheet, SettingsSheet):
            for row, setting in enumerate(sheet.settings, start=1):
                self.add_choices(page, row, row, 1, setting.kind)
        else:
            last = len(table.rows) + ROWS_TO_FILL_IN
            page.autofilter(0, 0, max(1, len(table.rows) - 1), len(sheet.columns) - 1)
            for n, column in enumerate(sheet.columns):
                page.set_column(n, n, column.width, self.format(**self._column_format(column)))
                self.add_choices(page, 1, last, n, column.kind)

    def _row_formats(self, sheet: Sheet | SettingsSheet) -> Iterator[list[dict[str, Any]]]:
        if isinstance(sheet, SettingsSheet):
            for setting in sheet.settings:
                bold = {"bold": True} if setting.required else {}
                value = {"num_format": setting.kind.number_format, "align": "left", "text_wrap": True}
                yield [bold | {"text_wrap": True}, value | {"border": 1, "border_color": DARK}, {"text_wrap": True}]
        else:
            formats = [self._column_format(column) for column in sheet.columns]
            while True:
                yield formats

    def _column_format(self, column: Column) -> dict[str, Any]:
        return {"num_format": column.kind.number_format, "align": "left"}

    def write_heading(self, page: Worksheet, at: int, column: Column) -> None:
        """Write a heading, dark if the column must be filled in, with a note about its purpose."""
        colours = {"bg_color": DARK, "font_color": WHITE} if column.required else {"bg_color": PALE}
        page.write_string(0, at, column.heading, self.format(bold=True, text_wrap=True, border=1, border_color=WHITE, **colours))
        needed = "Must be filled in." if column.required else "May stay blank."
        note = f"{column.help}\n{needed} Enter {column.kind.expected}."
        page.write_comment(0, at, note, {"width": 260, "height": 40 + 18 * (len(note) // 38 + 1), "font_size": 9})

    def write(self, page: Worksheet, row: int, at: int, cell: Cell, properties: dict[str, Any]) -> None:
        """Write a cell with its own type, so that text never becomes a formula or link. Raise InputError if it is too long."""
        match cell:
            case None | "":
                status = page.write_blank(row, at, None, self.format(**properties))
            case bool():
                status = page.write_boolean(row, at, cell, self.format(**properties))
            case int() | float():
                status = page.write_number(row, at, cell, self.format(**properties))
            case dt.date() if dt.date(cell.year, cell.month, cell.day) < FIRST_DATE_IN_EXCEL:
                status = page.write_string(row, at, str(cell), self.format(**properties))
            case dt.datetime() | dt.date() | dt.time() | dt.timedelta():
                status = page.write_datetime(row, at, cell, self.format(**properties))
            case _:
                status = page.write_string(row, at, cell.removeprefix(NO_VALUE), self.format(**properties))
        if status != 0:
            refuse(self.path, f"{page.get_name()}: {TEXT_TOO_LONG}")

    def add_choices(self, page: Worksheet, first: int, last: int, at: int, kind: CellType) -> None:
        """Add a drop-down or an entry check, if the type of value has one, to the rows ``first`` to ``last`` of a column."""
        choices = choices_of(kind)
        rule: dict[str, Any]
        if choices and len(",".join(choices)) <= MAX_CHARACTERS_IN_A_LIST:
            rule = {"validate": "list", "source": list(choices)}
        elif kind.of and kind.of != "people" and not kind.lists:
            listed = sheet_of(kind.of)
            cells = xl_range_abs(1, 0, ROWS_TO_FILL_IN, 0)
            rule = {"validate": "list", "source": f"='{listed.title}'!{cells}", "error_type": "warning"}
        elif isinstance(kind, Date):
            rule = {"validate": "date", "criteria": ">=", "value": FIRST_DATE_IN_EXCEL}
        elif isinstance(kind, Time):
            rule = {"validate": "time", "criteria": "between", "minimum": dt.time(0, 0), "maximum": dt.time(23, 59)}
        elif isinstance(kind, Whole):
            rule = {"validate": "integer", "criteria": ">=", "value": 0}
        else:
            return
        message = f"Enter {kind.expected}."
        page.data_validation(first, at, last, at, rule | {"error_title": "Please check", "error_message": message[:255]})

    def add_instructions(self) -> None:
        """Add the first sheet: how to fill in the workbook, and the purpose of each sheet and column."""
        page = self._add_landscape_page("Instructions", INSTRUCTION_WIDTHS)
        page.hide_gridlines(2)
        page.set_tab_color("#FFC000")
        guide = False
        for row, cells in enumerate(instructions().rows):
            starts_guide = bool(cells) and cells[0] == "Sheet"
            style = _instruction_style(row, guide=guide, starts_guide=starts_guide, names_sheet=bool(cells and cells[0]))
            guide = guide or starts_guide
            for at in range(len(INSTRUCTION_WIDTHS) if guide else len(cells)):
                cell = cells[at] if at < len(cells) else None
                self.write(page, row, at, cell, style)
            page.set_row(row, height_for(cells, INSTRUCTION_WIDTHS) if guide else 24 if row == 0 else 17)


def _instruction_style(row: int, *, guide: bool, starts_guide: bool, names_sheet: bool) -> dict[str, Any]:
    if starts_guide:
        return {"bold": True, "bg_color": DARK, "font_color": WHITE}
    if not guide:
        return {"bold": True, "font_size": 16, "font_color": DARK} if row == 0 else {"font_size": 11}
    return {"text_wrap": True} | ({"bold": True, "bg_color": PALE} if names_sheet else {})


def height_for(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """Return the height, in points, of a row whose text wraps in columns of these widths, in characters."""
    lines = max((math.ceil(len(str(cell)) * 1.05 / width) for cell, width in zip(cells, widths, strict=False) if cell), default=1)
    return 4 + 13 * lines
