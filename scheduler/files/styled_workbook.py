"""A workbook being written: formats, headings with notes, drop-downs, and cells that never come alive."""

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

from scheduler.files.cell_text import MOST_CHARACTERS_IN_A_CELL, NO_VALUE
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
MOST_CHARACTERS_IN_A_LIST = 255
MOST_ROWS = 1_048_576


class StyledWorkbook:
    """A workbook for ``path``, which messages name; ``finished`` gives its bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(self._content, options)
        # A fixed date of creation makes the same problem the same file.
        self.workbook.set_properties({"title": "Conference planner", "created": dt.datetime(2000, 1, 1)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def finished(self) -> bytes:
        """The workbook's bytes; nothing can be added after."""
        self.workbook.close()
        return self._content.getvalue()

    def format(self, **properties: Any) -> Format:
        """A cell format, made once for each set of properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **properties})
        return self._formats[key]

    def add_page(self, title: str, widths: list[int], *, frozen_columns: int = 0) -> Worksheet:
        """An empty sheet whose first row stays in view, and which prints on pages of its full width."""
        page: Worksheet = self.workbook.add_worksheet(title)
        for n, width in enumerate(widths):
            page.set_column(n, n, width)
        page.freeze_panes(1, frozen_columns)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_row(0, 32)
        return page

    def add_sheet(self, sheet: Sheet | SettingsSheet, table: Table) -> None:
        """A sheet of the table, with notes on its headings, filters and drop-downs."""
        page = self.add_page(sheet.title, [column.width for column in sheet.columns], frozen_columns=1)
        page.set_tab_color(DARK if sheet.required else PALE)
        if len(table.rows) > MOST_ROWS:
            refuse(self.path, f"{sheet.title}: a sheet holds no more than {MOST_ROWS} rows. Give fewer.")
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
        """A heading, dark where the column must be filled in, with a note that says what it is for."""
        colours = {"bg_color": DARK, "font_color": WHITE} if column.required else {"bg_color": PALE}
        page.write_string(0, at, column.heading, self.format(bold=True, text_wrap=True, border=1, border_color=WHITE, **colours))
        needed = "Must be filled in." if column.required else "May stay blank."
        note = f"{column.help}\n{needed} Enter {column.kind.wanted}."
        page.write_comment(0, at, note, {"width": 260, "height": 40 + 18 * (len(note) // 38 + 1), "font_size": 9})

    def write(self, page: Worksheet, row: int, at: int, cell: Cell, properties: dict[str, Any]) -> None:
        """A cell as what it is: text stays text, whatever it begins with."""
        match cell:
            case None | "":
                done = page.write_blank(row, at, None, self.format(**properties))
            case bool():
                done = page.write_boolean(row, at, cell, self.format(**properties))
            case int() | float():
                done = page.write_number(row, at, cell, self.format(**properties))
            case dt.date() if dt.date(cell.year, cell.month, cell.day) < FIRST_DATE_IN_EXCEL:
                done = page.write_string(row, at, str(cell), self.format(**properties))
            case dt.datetime() | dt.date() | dt.time() | dt.timedelta():
                done = page.write_datetime(row, at, cell, self.format(**properties))
            case _:
                done = page.write_string(row, at, cell.removeprefix(NO_VALUE), self.format(**properties))
        if done != 0:
            limit = MOST_CHARACTERS_IN_A_CELL
            refuse(self.path, f"{page.get_name()}: a text is longer than the {limit} characters that a cell holds. Shorten it.")

    def add_choices(self, page: Worksheet, first: int, last: int, at: int, kind: CellType) -> None:
        """A drop-down, or a check of what is typed, where the kind of value has one."""
        choices = choices_of(kind)
        rule: dict[str, Any]
        if choices and len(",".join(choices)) <= MOST_CHARACTERS_IN_A_LIST:
            rule = {"validate": "list", "source": list(choices)}
        elif kind.of and kind.of != "people" and not kind.lists:
            listing = sheet_of(kind.of)
            cells = xl_range_abs(1, 0, ROWS_TO_FILL_IN, 0)
            rule = {"validate": "list", "source": f"='{listing.title}'!{cells}", "error_type": "warning"}
        elif isinstance(kind, Date):
            rule = {"validate": "date", "criteria": ">=", "value": FIRST_DATE_IN_EXCEL}
        elif isinstance(kind, Time):
            rule = {"validate": "time", "criteria": "between", "minimum": dt.time(0, 0), "maximum": dt.time(23, 59)}
        elif isinstance(kind, Whole):
            rule = {"validate": "integer", "criteria": ">=", "value": 0}
        else:
            return
        message = f"Enter {kind.wanted}."
        page.data_validation(first, at, last, at, rule | {"error_title": "Please check", "error_message": message[:255]})

    def add_instructions(self) -> None:
        """The first sheet: how to fill in the others, and what each sheet and column is for."""
        page: Worksheet = self.workbook.add_worksheet("Instructions")
        page.hide_gridlines(2)
        page.set_tab_color("#FFC000")
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        for n, width in enumerate(INSTRUCTION_WIDTHS):
            page.set_column(n, n, width)
        guide = False
        for row, cells in enumerate(instructions().rows):
            begins_guide = bool(cells) and cells[0] == "Sheet"
            look = _instruction_look(row, guide=guide, begins_guide=begins_guide, names_sheet=bool(cells and cells[0]))
            guide = guide or begins_guide
            for at in range(len(INSTRUCTION_WIDTHS) if guide else len(cells)):
                cell = cells[at] if at < len(cells) else None
                self.write(page, row, at, cell, look)
            page.set_row(row, height_for(cells, INSTRUCTION_WIDTHS) if guide else 24 if row == 0 else 17)


def _instruction_look(row: int, *, guide: bool, begins_guide: bool, names_sheet: bool) -> dict[str, Any]:
    if begins_guide:
        return {"bold": True, "bg_color": DARK, "font_color": WHITE}
    if not guide:
        return {"bold": True, "font_size": 16, "font_color": DARK} if row == 0 else {"font_size": 11}
    return {"text_wrap": True} | ({"bold": True, "bg_color": PALE} if names_sheet else {})


def height_for(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """The height in points of a row whose text wraps in columns of these widths."""
    lines = max((math.ceil(len(str(cell)) * 1.05 / width) for cell, width in zip(cells, widths, strict=False) if cell), default=1)
    return 4 + 13 * lines
