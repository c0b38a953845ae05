"""The report on caseloads: each chair's children against the cap, and the children without a chair."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from tests.api.reports.diary import book, change, done, on, report
from tests.api.support import builders
from tests.api.support.builders import Clock

JANUARY = ("2027-01-01", "2027-01-31")


def put_chair(client: TestClient, identifier: str, **changes: Any) -> None:
    seen = client.get(f"/api/v1/chairs/{identifier}")
    body = seen.json() | changes
    done(client.put(f"/api/v1/chairs/{identifier}", json=body, headers={"If-Match": seen.headers["etag"]}))


def row(chair: str, **changes: Any) -> dict[str, Any]:
    nothing = {"fte": 1.0, "reserve": False, "now": 0, "given": 0, "after": 0, "cap": 85, "above": 0}
    return {"chair": chair, **nothing, "last": None, "leaving": None, "to_hand_over": 0} | changes


@pytest.fixture
def leaving(seeded: TestClient) -> TestClient:
    """Return a diary in which C1 has left with 83 children, C2 leaves with 87, and a review has no chair."""
    book(seeded, "CPC-1", "2027-01-18T10:00", "AYL-1", "C3")
    book(seeded, "CPC-2", "2027-01-22T14:00", "WYC-1", "C3")
    put_chair(seeded, "C1", last="2027-01-03", caseload=83)
    put_chair(seeded, "C2", last="2027-03-31", caseload=87)
    put_chair(seeded, "C3", caseload=84, fte=0.5)
    done(seeded.post("/api/v1/conferences", json=builders.conference("CPC-6", kind="review", trigger="2026-12-14", children=3)))
    return seeded


def test_children_of_chairs_who_leave_are_without_a_chair(leaving: TestClient) -> None:
    assert report(leaving, "caseloads", *JANUARY) == {
        "rows": [
            row("C1", now=83, after=83, last="2027-01-03", leaving="has left", to_hand_over=83),
            row("C2", now=87, after=87, above=2, last="2027-03-31", leaving="leaves", to_hand_over=87),
            row("C3", fte=0.5, now=84, given=3, after=87, cap=42, above=45),
        ],
        "children_without_chair": {"total": 173, "no_chair": 3, "chair_has_left": 83, "chair_leaves": 87},
    }


def test_a_load_does_not_depend_on_the_days_of_the_report(leaving: TestClient) -> None:
    whole = report(leaving, "caseloads", *JANUARY)
    for days in (("2027-01-18", "2027-01-18"), ("2027-02-01", "2027-02-28"), ("2026-01-01", "2026-01-31")):
        assert report(leaving, "caseloads", *days) == whole


def test_a_chair_leaves_within_thirteen_weeks_and_has_left_after_the_last_day(leaving: TestClient, clock: Clock) -> None:
    for day, last, expected in (
        ("2027-01-04", "2027-04-05", "leaves"),
        ("2027-01-04", "2027-04-06", None),
        ("2027-04-05", "2027-04-05", "leaves"),
        ("2027-04-06", "2027-04-05", "has left"),
    ):
        on(clock, day)
        put_chair(leaving, "C2", last=last)
        result = report(leaving, "caseloads", *JANUARY)
        count = 87 if expected else 0
        assert result["rows"][1] == row("C2", now=87, after=87, above=2, last=last, leaving=expected, to_hand_over=count)
        assert result["children_without_chair"]["total"] == 3 + 83 + count


def test_a_review_that_gets_a_chair_is_counted_no_more(leaving: TestClient, clock: Clock) -> None:
    book(leaving, "CPC-6", "2027-05-24T10:00", "AYL-1", "C3")
    assert report(leaving, "caseloads", *JANUARY)["children_without_chair"]["no_chair"] == 3
    on(clock, "2027-05-24")
    change(leaving, "conferences/CPC-6/outcome", {"outcome": "plan continues"})
    result = report(leaving, "caseloads", *JANUARY)
    assert result["rows"][2] == row("C3", fte=0.5, now=87, given=3, after=90, cap=42, above=48)
    assert result["children_without_chair"] == {"total": 170, "no_chair": 0, "chair_has_left": 170, "chair_leaves": 0}


def test_the_children_without_a_chair_are_below_the_table(leaving: TestClient) -> None:
    def file(format_: str) -> bytes:
        params = {"first": JANUARY[0], "last": JANUARY[1], "format": format_}
        return leaving.get("/api/v1/reports/caseloads", params=params).content

    table = list(csv.reader(io.StringIO(file("csv").decode("utf-8-sig"), newline="")))
    assert table == [
        [
            "Chair", "Full-time equivalent", "Reserve", "Children now", "Given", "After", "Cap", "Above the cap",
            "Last day", "Leaving", "To hand over",
        ],
        ["C1", "1.0", "", "83", "0", "83", "85", "0", "03/01/2027", "has left", "83"],
        ["C2", "1.0", "", "87", "0", "87", "85", "2", "31/03/2027", "leaves", "87"],
        ["C3", "0.5", "", "84", "3", "87", "42", "45", "", "", "0"],
        ["Reviews without a chair", *[""] * 9, "3"],
        ["Of chairs who have left", *[""] * 9, "83"],
        ["Of chairs who leave", *[""] * 9, "87"],
        ["Children without a chair", *[""] * 9, "173"],
    ]  # fmt: skip
    sheet = load_workbook(io.BytesIO(file("xlsx")))["Caseloads"]
    assert [(line[0].value, line[-1].value) for line in sheet.iter_rows(min_row=8)] == [
        (line[0], int(line[-1])) for line in table[4:]
    ]


def test_an_empty_diary_has_nobody_without_a_chair(client: TestClient) -> None:
    nobody = {"total": 0, "no_chair": 0, "chair_has_left": 0, "chair_leaves": 0}
    assert report(client, "caseloads", *JANUARY) == {"rows": [], "children_without_chair": nobody}
