"""The Summary sheet: the schedule in words, and its tiers with their proofs."""

from __future__ import annotations

from typing import Any

from scheduler.report.summary import Summary
from scheduler.report.workbook.styles import HEADER, LINE, LINE_HEIGHT, ReportWorkbook, lines_needed
from scheduler.wording import capitalised

LONGEST_LIST = 25
ROWS_PER_PAGE = 60
TITLE_WIDTH, VALUE_WIDTH, TEXT_WIDTH = 30, 12, 92


def write(book: ReportWorkbook, summary: Summary) -> None:
    """Write the Summary sheet."""
    sheet = book.sheet("Summary", summary.heading)
    sheet.set_portrait()
    sheet.set_column(0, 0, TITLE_WIDTH)
    sheet.set_column(1, 1, VALUE_WIDTH)
    sheet.set_column(2, 2, TEXT_WIDTH)
    row = 2
    for section in summary.sections:
        strong = {"top": 1, "top_color": LINE}
        sheet.write_string(row, 0, section.title, book.style(bold=True, font_color=HEADER, **strong))
        _wide(book, sheet, row, capitalised(section.sentence), bold=True, **strong)
        row += 1
        for detail in section.details(LONGEST_LIST):
            _wide(book, sheet, row, detail, indent=1)
            row += 1
    row += 1
    for column, heading in enumerate(("What matters most first", "Value", "How good it is")):
        sheet.write_string(row, column, heading, book.heading())
    for n, tier in enumerate(summary.tiers, 1):
        row += 1
        sheet.write_string(row, 0, f"{n}  {tier.title}", book.cell())
        sheet.write_number(row, 1, tier.value, book.cell(num_format="#,##0", align="right", indent=1))
        sheet.write_string(row, 2, capitalised(tier.proof), book.cell(indent=1))
    row += 2
    for note in summary.notes:
        sheet.write_string(row, 0, note, book.style(italic=True, font_color="#52606D"))
        row += 1
    if row <= ROWS_PER_PAGE:
        sheet.fit_to_pages(1, 1)


def _wide(book: ReportWorkbook, sheet: Any, row: int, text: str, **properties: object) -> None:
    width = VALUE_WIDTH + TEXT_WIDTH
    sheet.merge_range(row, 1, row, 2, "", book.style(text_wrap=True, **properties))
    sheet.write_string(row, 1, text, book.style(text_wrap=True, **properties))
    sheet.set_row(row, LINE_HEIGHT * lines_needed(text, width) + 2)
