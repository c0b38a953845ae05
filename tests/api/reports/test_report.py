from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import load_workbook
from pydantic import BaseModel

from api.reports.report import MONTH, Content, Report, as_csv, as_workbook
from scheduler.domain.values import Period
from scheduler.report.workbook.styles import DATE, TableColumn

DAYS = Period(first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 31))


class Row(BaseModel):
    name: str
    number: int | None
    day: dt.date


REPORT = Report(
    "tiny",
    "A tiny report",
    Row,
    (TableColumn("Name", 10), TableColumn("Number", 8), TableColumn("Day", 11, DATE), TableColumn("Month", 16, MONTH)),
    lambda row: (row.name, row.number, row.day, row.day.replace(day=1)),
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1"])
def test_nothing_in_a_csv_is_run(text: str) -> None:
    content = as_csv(REPORT, Content([Row(name=text, number=1, day=dt.date(2027, 1, 4))]))
    assert content.decode("utf-8-sig") == f"Name,Number,Day,Month\r\n'{text},1,04/01/2027,January 2027\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "http://example.org"])
def test_text_in_a_workbook_stays_text(text: str) -> None:
    content = as_workbook(REPORT, Content([Row(name=text, number=1, day=dt.date(2027, 1, 4))]), DAYS, "Here")
    sheet = load_workbook(io.BytesIO(content))["Tiny"]
    cell = sheet["A5"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert [cell.value for cell in sheet[5]][1:] == [1, dt.datetime(2027, 1, 4), dt.datetime(2027, 1, 1)]
    assert sheet["A2"].value == "1 to 31 January 2027"


def test_the_same_rows_make_the_same_workbook() -> None:
    row = Content([Row(name="x", number=None, day=dt.date(2027, 1, 4))])
    assert as_workbook(REPORT, row, DAYS, "Here") == as_workbook(REPORT, row, DAYS, "Here")
