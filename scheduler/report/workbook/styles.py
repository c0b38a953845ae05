"""The styles of the workbook: formats, and the set-up of a sheet for screen and paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

DATE = "dd/mm/yyyy"
TIME = "hh:mm"
A4 = 9
LINE_HEIGHT = 14.5
MAX_IN_FOOTER = 80
"""Maximum characters of the service's name; Excel drops a footer of more than 255, and each ``&`` counts twice."""
INK, HEADER, RULE, LINE = "#1F2933", "#1D4F6E", "#7B8794", "#D5DBE1"


class Shade(Enum):
    """The background colour of a cell; words in or beside the cell always repeat its meaning."""

    NONE = None
    FRIDAY = "#FFF3D6"
    HOLIDAY = "#E9E6F7"
    LATE = "#FBDAD7"
    HELD = "#E1F0E5"
    OFF = "#EDEFF2"


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: its heading, its width in characters, and the display of its cells."""

    heading: str
    width: float
    number_format: str | None = None
    wraps: bool = False
    centred: bool = False


class ReportWorkbook:
    """A workbook being written: a cache of formats, and sheets with a common set-up."""

    def __init__(self, workbook: Any, service: str) -> None:
        self._workbook = workbook
        self._service = service
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        workbook.formats[0].set_font_size(11)

    def style(self, **properties: object) -> Any:
        """Return the format with these xlsxwriter properties in addition to the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            common = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top"}
            self._formats[key] = self._workbook.add_format({**common, **properties})
        return self._formats[key]

    def cell(self, shade: Shade = Shade.NONE, *, starts_group: bool = False, **properties: object) -> Any:
        """Return the format of a table's cell: thin lines, with a stronger one above the first row of a group."""
        fill = {} if shade is Shade.NONE else {"bg_color": shade.value}
        top = {"top": 1, "top_color": RULE if starts_group else LINE}
        return self.style(border=1, border_color=LINE, **top, **fill, **properties)

    def heading(self, *, centred: bool = False) -> Any:
        """Return the format of a table's heading."""
        colours = {"font_color": "#FFFFFF", "bg_color": HEADER, "border": 1, "border_color": HEADER}
        return self.style(bold=True, text_wrap=True, align="center" if centred else "left", **colours)

    @property
    def title(self) -> Any:
        """Return the format of a sheet's title."""
        return self.style(bold=True, font_size=16, font_color=HEADER)

    def sheet(self, name: str, title: str, *, note: str = "") -> Any:
        """Add a sheet with its title in the first row and a note in the second, set up for A4 landscape."""
        sheet = self._workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        service = self._service[:MAX_IN_FOOTER].replace("&", "&&")
        sheet.set_footer(f"&L{service}: {name}&COFFICIAL-SENSITIVE&RPage &P of &N")
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, title, self.title)
        if note:
            sheet.write_string(1, 0, note, self.style(italic=True, font_color="#52606D"))
        return sheet

    def table(self, sheet: Any, columns: Sequence[TableColumn], *, first_row: int = 3, frozen_columns: int = 0) -> None:
        """Write the headings of the sheet's table, frozen on screen and repeated on every page."""
        for n, column in enumerate(columns):
            sheet.set_column(n, n, column.width)
            sheet.write_string(first_row, n, column.heading, self.heading(centred=column.centred))
        lines = max(lines_needed(column.heading, column.width) for column in columns)
        sheet.set_row(first_row, LINE_HEIGHT * lines + 4)
        sheet.freeze_panes(first_row + 1, frozen_columns)
        sheet.repeat_rows(first_row)

    def row(
        self, sheet: Any, row: int, columns: Sequence[TableColumn], values: Sequence[object],
        shade: Shade = Shade.NONE, *, starts_group: bool = False, bold: bool = False,
    ) -> None:  # fmt: skip
        """Write one row of a table; dates, times, numbers and text keep their types."""
        lines = 1
        for n, (column, value) in enumerate(zip(columns, values, strict=True)):
            properties: dict[str, object] = {"bold": True} if bold else {}
            if column.number_format is not None:
                properties |= {"num_format": column.number_format, "align": "left"}
            if column.wraps:
                properties |= {"text_wrap": True}
                lines = max(lines, lines_needed(str(value or ""), column.width))
            if column.centred:
                properties |= {"align": "center"}
            style = self.cell(shade, starts_group=starts_group, **properties)
            if value is None or value == "":
                sheet.write_blank(row, n, None, style)
            elif isinstance(value, str):
                sheet.write_string(row, n, value, style)
            elif isinstance(value, int | float):
                sheet.write_number(row, n, value, style)
            else:
                sheet.write_datetime(row, n, value, style)
        sheet.set_row(row, LINE_HEIGHT * lines + 3)


def lines_needed(text: str, width: float) -> int:
    """Return an upper estimate of the lines that the text takes in a wrapped cell of that width."""
    return sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))
