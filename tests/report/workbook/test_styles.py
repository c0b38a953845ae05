import io

import openpyxl
import pytest
import xlsxwriter

from scheduler.report.workbook.styles import ReportWorkbook


def footer(service: str) -> tuple[str | None, str | None, str | None]:
    """Return the left, middle and right parts of the footer of each printed page."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        ReportWorkbook(workbook, service).sheet("Not placed", "Conferences that could not be placed")
    printed = openpyxl.load_workbook(file).worksheets[0].oddFooter
    return printed.left.text, printed.center.text, printed.right.text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("service", "shown"),
    [
        ("Buckinghamshire", "Buckinghamshire"),
        ("A & <B>", "A && <B>"),
        ("W" * 300, "W" * 80),
        ("&" * 300, "&" * 160),
    ],
)
def test_every_printed_page_shows_the_security_marking(service: str, shown: str) -> None:
    assert footer(service) == (f"{shown}: Not placed", "OFFICIAL-SENSITIVE", "Page &P of &N")
