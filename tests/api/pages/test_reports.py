from __future__ import annotations

import csv
import datetime as dt
import io
import re
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences import queries as conferences
from api.pages.charts import LABELS, TEXTS, WIDTH, BarPart, ChartBar, chart
from api.pages.reports.routes import PAGES
from scheduler.domain.conference import Conference
from scheduler.domain.values import Period
from tests.api.pages.sending import WRONG_ORDER, problems, read, rows, texts
from tests.api.pages.test_diary import counted
from tests.api.reports.diary import change, on
from tests.api.reports.test_routes import used
from tests.api.support.builders import NOW, Clock, book, conference

__all__ = ["used"]
DAYS = "first=1/1/2027&last=31/1/2027"


@pytest.mark.parametrize("slug", PAGES)
def test_every_report_is_a_picture_a_table_and_downloads(used: TestClient, slug: str) -> None:
    page = read(used, f"/reports/{slug}?{DAYS}")
    assert "<svg" in page
    assert rows(page)
    for format_ in ("xlsx", "csv", "svg"):
        assert f"format={format_}" in page


@pytest.mark.parametrize("slug", PAGES)
def test_a_report_of_an_empty_diary_says_so_and_has_no_percentage(client: TestClient, slug: str) -> None:
    page = read(client, f"/reports/{slug}?{DAYS}")
    assert "%</td>" not in page
    assert rows(page) == []
    assert "<svg" not in page


def test_the_annual_report_says_why_children_were_held_late(used: TestClient, clock: Clock) -> None:
    on(clock, "2027-01-26")
    change(used, "conferences/CPC-1/outcome", {"outcome": "plan made"})
    page = read(used, "/reports/annual")
    assert ["Family asked", "2", "CPC-1"] in rows(page)
    assert "Initial conferences: children held late, by reason. Family asked: 2" in page


def test_children_come_first_and_weeks_without_conferences_have_no_numbers(used: TestClient) -> None:
    page = read(used, f"/reports/weekly-initial?{DAYS}")
    assert texts(page, "h1") == ["Initial conferences by week: 1 to 31 January 2027"]
    assert rows(page)[:3] == [
        ["Mon 28 Dec 2026", "No conferences", *["–"] * 8],
        ["Mon 4 Jan", "No conferences", *["–"] * 8],
        ["Mon 11 Jan", "1", "1", "0", "100%", "0", "0", "0", "0", "1"],
    ]
    assert rows(page)[-1] == ["Family asked", "Booked late", "2", "CPC-1"]


def test_the_annual_report_has_its_total(used: TestClient) -> None:
    page = read(used, "/reports/annual")
    assert texts(page, "h1") == ["Tables of the annual report: 1 April 2026 to 31 March 2027"]
    table = rows(page)
    assert table[9] == ["January 2027", "1", "1", "1", "100%", "0", "0", "None held"]
    assert table[12] == ["All months", "1", "1", "1", "100%", "0", "0", "None held"]
    assert texts(page, "h2") == [
        "Initial conferences",
        "Conferences held, and children in time",
        "Initial conferences: why late",
        "Reviews: why late",
        "Moves and cancellations by reason",
        "Children of each CPA against the cap",
    ]
    assert table[13:15] == [["Family asked", "1"], ["Report missing", "1"]]


def test_moves_are_counted_by_reason_and_listed_with_links(used: TestClient) -> None:
    page = read(used, f"/reports/reschedules?{DAYS}")
    assert rows(page)[:2] == [["Family asked", "1"], ["Report missing", "1"]]
    assert rows(page)[3][:6] == ["Mon 4 Jan", "CPC-3", "First review", "2", "Moved", "Family asked"]
    assert 'href="/conferences/CPC-3"' in page


def test_caseloads_name_the_chairs_and_their_cap(used: TestClient) -> None:
    page = read(used, "/reports/caseloads")
    assert rows(page)[0] == ["C1", "1", "0", "2", "2", "85", "–", "–"]


def test_a_workbook_opens_with_the_marking_and_the_rows(used: TestClient) -> None:
    answer = used.get(f"/reports/rooms/download?{DAYS}&format=xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="rooms-2027-01-01-2027-01-31-OFFICIAL-SENSITIVE.xlsx"'
    (sheet,) = load_workbook(io.BytesIO(answer.content)).worksheets
    assert sheet.oddFooter.center.text == "OFFICIAL-SENSITIVE"
    assert [cell.value for cell in sheet[5]][1:4] == ["AYL", "AYL-1", 40]


@pytest.mark.parametrize("slug", PAGES)
def test_csv_ends_with_the_marking(used: TestClient, slug: str) -> None:
    answer = used.get(f"/reports/{slug}/download?{DAYS}&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[-1] == ["OFFICIAL-SENSITIVE"]
    assert len({len(row) for row in table[:-1]}) == 1


@pytest.mark.parametrize("slug", PAGES)
def test_a_picture_is_svg_with_the_marking(used: TestClient, slug: str) -> None:
    answer = used.get(f"/reports/{slug}/download?{DAYS}&format=svg&picture=0")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(answer.content)
    assert "OFFICIAL-SENSITIVE" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert used.get(f"/reports/{slug}/download?{DAYS}&format=svg&picture=99").status_code == 404


@pytest.mark.parametrize("path", ["/reports/none", "/reports/rooms/download", "/reports/rooms/download?format=pdf"])
def test_an_unknown_report_or_file_is_not_there(seeded: TestClient, path: str) -> None:
    read(seeded, path, 404)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("first=soon&last=1/1/2027", ["'soon' is not a date. Enter the first day, such as 4/1/2027."]),
        ("first=2/1/2027&last=1/1/2027", [WRONG_ORDER.format("1 January 2027", "2 January 2027")]),
        ("first=2/1&last=1/1", [WRONG_ORDER.format("1 January 2027", "2 January 2027")]),
        ("first=1/1/2020&last=1/1/2027", ["Enter days that are less than 800 days apart"]),
    ],
)
def test_days_that_are_wrong_are_shown_again(seeded: TestClient, typed: str, wrong: list[str]) -> None:
    page = read(seeded, f"/reports/timeliness?{typed}", 422)
    assert problems(page) == wrong
    assert f'value="{typed.split("&", maxsplit=1)[0].removeprefix("first=")}"' in page
    assert texts(read(seeded, f"/reports/timeliness/download?{typed}&format=csv", 422), "h1") == ["Timeliness by month"]


def test_the_usual_days_are_whole_periods_around_today() -> None:
    days = {slug: one.usual(dt.date(2027, 1, 12)) for slug, one in PAGES.items()}
    assert days["annual"] == Period(first=dt.date(2026, 4, 1), last=dt.date(2027, 3, 31))
    assert days["weekly-initial"] == Period(first=dt.date(2026, 11, 16), last=dt.date(2027, 2, 14))
    assert days["rooms"] == Period(first=dt.date(2026, 11, 1), last=dt.date(2027, 2, 28))
    assert PAGES["annual"].usual(dt.date(2027, 4, 1)).first == dt.date(2027, 4, 1)


@pytest.mark.parametrize("slug", PAGES)
def test_the_number_of_queries_does_not_grow_with_the_rows(used: TestClient, store: Store, slug: str) -> None:
    path = f"/reports/{slug}?{DAYS}"
    used.get(path)
    with counted() as few:
        used.get(path)
    with store.writing() as connection:
        for n in range(8):
            conferences.add(connection, Conference.model_validate(conference(f"CPC-2{n:02}")), NOW)
    for n, day in enumerate((18, 20, 21, 22, 26, 27, 28, 29)):
        book(store, f"CPC-2{n:02}", f"2027-01-{day}T14:00", minute_taker="M1")
    with counted() as many:
        assert used.get(path).status_code == 200
    assert len(many) == len(few)


def test_bars_share_a_scale_and_stay_within_the_picture() -> None:
    drawn = chart(
        "Title",
        [ChartBar("a", (BarPart(10, "solid"), BarPart(0, "hatched")), "10", 20), ChartBar("b", (BarPart(5, "empty"),), "5")],
        [],
    )
    first, second = drawn.bars
    assert (first.parts[0].width, second.parts[0].width) == (240, 120)
    assert first.mark == WIDTH - TEXTS == LABELS + 480
    assert drawn.in_words == "Title. a: 10; b: 5"
    assert re.fullmatch(r"\d+", str(drawn.height))
