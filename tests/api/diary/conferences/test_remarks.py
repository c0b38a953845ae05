"""Remarks on implausible entries where people see them: the conference, a plan's result, and the answer of an import."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.http.formats import Format, encode
from api.jobs import queue as jobs
from api.planning.worker import work_on
from scheduler.files import read_problem_file
from tests.api.diary.conferences.test_routes import value
from tests.api.exchange.importing import send
from tests.api.support.builders import NOW, Clock
from tests.paths import INPUTS

PATH = "/api/v1/conferences"
A_YEAR_LATER = "The clock of CPC-9 starts on 1 January 2028, which is still to come. Check the year."
TOO_SHORT = "CPC-9 lasts 2 minutes; usual are 30 to 300. Check that it is in minutes."
TOO_LONG = "CPC-9 lasts 301 minutes; usual are 30 to 300. Check that it is in minutes."
TOO_MANY = "CPC-9 is for 46,377 children; usual are at most 15. Check the number."
NOBODY = "CPC-9 has the social worker 'TBC', which counts as none. Enter who it is."


@pytest.mark.parametrize(
    ("changes", "remarks"),
    [
        ({}, []),
        ({"trigger": "2027-01-04"}, []),
        ({"trigger": "2028-01-01", "requested": None}, [A_YEAR_LATER]),
        ({"kind": "review", "trigger": "2028-01-01", "requested": None}, [A_YEAR_LATER]),
        ({"kind": "transfer_in", "trigger": "2028-01-01"}, [A_YEAR_LATER]),
        ({"kind": "pre_birth", "trigger": "2028-01-01"}, []),
        ({"minutes": 2}, [TOO_SHORT]),
        ({"minutes": 301}, [TOO_LONG]),
        ({"children": 46377}, [TOO_MANY]),
        ({"social_worker": "TBC"}, [NOBODY]),
        ({"minutes": 2, "children": 46377, "social_worker": "TBC"}, [TOO_SHORT, TOO_MANY, NOBODY]),
    ],
)
def test_an_implausible_conference_says_so(seeded: TestClient, changes: dict[str, Any], remarks: list[str]) -> None:
    entered = seeded.post(PATH, json=value("CPC-9", trigger="2027-01-01", requested="2027-01-04") | changes)
    assert (entered.status_code, entered.json()["remarks"]) == (201, remarks)
    assert seeded.get(f"{PATH}/CPC-9").json()["remarks"] == remarks
    assert seeded.get(PATH, params={"find": "CPC-9"}).json()["items"][0]["remarks"] == remarks


def test_a_remark_ends_when_its_entry_is_corrected(seeded: TestClient, clock: Clock) -> None:
    entered = seeded.post(PATH, json=value("CPC-9", trigger="2027-01-06", social_worker="TBC"))
    tomorrow = "The clock of CPC-9 starts on 6 January 2027, which is still to come. Check the year."
    assert entered.json()["remarks"] == [tomorrow, NOBODY]
    clock.forward(days=2)
    headers = {"If-Match": entered.headers["ETag"]}
    corrected = seeded.put(f"{PATH}/CPC-9", json=value("CPC-9", trigger="2027-01-06", social_worker="SW-1"), headers=headers)
    assert corrected.json()["remarks"] == []


def test_a_plan_says_what_looks_wrong_in_its_data(seeded: TestClient, store: Store) -> None:
    seeded.post(PATH, json=value("CPC-9", trigger="2028-01-01", minutes=2))
    seeded.post(PATH, json=value("CPC-10", trigger="2027-01-01", requested="2027-01-04", social_worker="TBC"))
    plan = seeded.post("/api/v1/plans", json={"first": "2027-01-04", "last": "2027-01-31"}).json()["id"]
    with store.noting() as connection:
        attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    work_on(store.url, attempt)
    assert seeded.get(f"/api/v1/plans/{plan}").json()["result"]["remarks"] == [
        "The clock of CPC-9 starts on 1 January 2028, after the plan ends on 31 January 2027. Check the year.",
        TOO_SHORT,
        "CPC-10 has the social worker 'TBC', which counts as none. Enter who it is.",
    ]


@pytest.mark.parametrize(
    ("name", "format_", "notes"),
    [
        (
            "formula-zero-social.xlsx",
            Format.XLSX,
            [
                f"Conferences, row {row}, Social worker: {name} has the social worker '0', which counts as none. Enter who it is."
                for row, name in ((2, "Z-01"), (4, "Z-03"))
            ],
        ),
        (
            "year-typo.json",
            Format.JSON,
            [
                "conferences[0].trigger: The clock of Z-URGENT starts on 16 December 2027, after the plan ends on "
                "13 January 2027. Check the year."
            ],
        ),
        (
            "terms-overlap.json",
            Format.JSON,
            [
                "calendar.terms[1]: 15 to 19 February 2027 overlaps 5 January to 26 March 2027. "
                "Keep one of them; leave half-terms out of a term."
            ],
        ),
        (
            "ch-46377.json",
            Format.JSON,
            ["conferences[0].children: Z-00 is for 46,377 children; usual are at most 15. Check the number."],
        ),
        ("year-right.json", Format.JSON, []),
        (
            "bh-other-year.json",
            Format.JSON,
            ["Bank holidays: all that the file lists are England's, so the diary keeps those of England."],
        ),
        ("to-24.xlsx", Format.XLSX, []),
    ],
)
def test_an_import_notes_what_looks_wrong_in_the_file(client: TestClient, name: str, format_: Format, notes: list[str]) -> None:
    content = (INPUTS / name).read_bytes()
    preview, commit = (send(client, content, format_, mode=mode) for mode in ("preview", "commit"))
    assert (preview.json()["notes"], commit.json()["notes"]) == (notes, notes)


def test_the_rows_of_csv_files_are_named_too(client: TestClient) -> None:
    problem = read_problem_file(INPUTS / "length-2.json")
    notes = [f"Conferences, row {row}, Length: Z-{row - 2} lasts 2 minutes; usual are 30 to 300. Check that it is in minutes."
             for row in (2, 3)]  # fmt: skip
    assert send(client, encode(problem, Format.CSV), Format.CSV).json()["notes"] == notes
