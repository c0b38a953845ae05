"""An import overwrites nothing that the diary knows better: field by field, with what was and what would be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openpyxl.workbook import Workbook
from starlette.testclient import TestClient

from api.http.formats import Format, encode
from scheduler.domain.problem import Problem
from tests.api.exchange.importing import MARCH, change, column_of, commit, edited, export, put_document, send
from tests.api.support.builders import Clock
from tests.builders import chair, conference, room, tiny_problem

ABSENCE = {"first": "2027-03-08", "last": "2027-03-09"}
OTHER_ABSENCE = {"first": "2027-03-22", "last": "2027-03-23"}
AT_TEN = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}


def first_month(**changes: Any) -> Problem:
    whole: dict[str, Any] = {
        "chairs": [chair("C1", caseload=80), chair("C2")],
        "conferences": [conference("A"), conference("B")],
        "published": [AT_TEN],
    }
    return tiny_problem(**whole | changes)


def conflict(item: str, field: str | None, before: Any, after: Any, *, newer: bool | None = True) -> dict[str, Any]:
    return {"item": item, "field": field, "before": before, "after": after, "diary_is_newer": newer}


def without_sheets(*titles: str) -> Any:
    def edit(book: Workbook) -> None:
        for title in titles:
            del book[title]

    return edit


def test_a_workbook_without_sheets_columns_and_cells_erases_nothing(client: TestClient) -> None:
    commit(client, first_month(rooms=[room("AYL-1", closed=[ABSENCE]), room("WYC-1")]))
    change(client, "chairs/C1", caseload=87, absences=[ABSENCE], busy=[{"start": "2027-03-15T09:00", "end": "2027-03-15T10:00"}])
    change(client, "conferences/B", unavailable=[{"start": "2027-03-10T00:00", "end": "2027-03-11T00:00"}], social_worker="SW-1")
    put_document(client, "closures", ["2027-03-17"])
    put_document(client, "policy", {"caseload_cap": 90, "notice_days": 4})
    before = client.get("/api/v1/problem", params=MARCH).json()

    def strip(book: Workbook) -> None:
        gone = ("Absences", "Busy times", "Room closures", "Closures", "Unavailable times", "Policy", "Terms", "Published")
        without_sheets(*gone)(book)
        book["Chairs"].delete_cols(column_of(book, "Chairs", "Caseload"))
        blank = column_of(book, "Conferences", "Social worker")
        for row in (2, 3):
            book["Conferences"].cell(row, blank).value = None

    content = edited(encode(first_month(), Format.XLSX), strip)
    result = send(client, content, Format.XLSX, mode="commit")
    assert (result.status_code, result.json()["fields"], result.json()["conflicts"]) == (200, [], [])
    assert client.get("/api/v1/problem", params=MARCH).json() == before


@pytest.mark.parametrize("format_", Format)
def test_last_months_copy_takes_no_count_back(client: TestClient, format_: Format) -> None:
    copy = encode(first_month(), format_)
    send(client, copy, format_, mode="commit")
    change(client, "chairs/C1", caseload=87)
    change(client, "conferences/B", children=5)
    before = client.get("/api/v1/problem", params=MARCH).json()
    conflicts = [conflict("chairs/C1", "caseload", 87, 80), conflict("conferences/B", "children", 5, 2)]

    preview = send(client, copy, format_)
    assert (preview.json()["fields"], preview.json()["conflicts"]) == ([], conflicts)
    refused = send(client, copy, format_, mode="commit")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/diary-is-newer")
    assert refused.json()["errors"] == [
        {"where": "chairs/C1/caseload", "message": "the diary has 87, which is or may be newer than the file's 80."},
        {"where": "conferences/B/children", "message": "the diary has 5, which is or may be newer than the file's 2."},
    ]
    stored = send(client, copy, format_, mode="commit", if_match=preview.headers["etag"])
    assert (stored.status_code, stored.json()["conflicts"]) == (200, conflicts)
    assert client.get("/api/v1/problem", params=MARCH).json() == before

    query = {"overwrite": ["chairs/C1/caseload", "conferences"]}
    forced = send(client, copy, format_, mode="commit", **query)
    assert (forced.status_code, forced.json()["conflicts"]) == (200, [])
    assert forced.json()["fields"] == conflicts
    assert client.get("/api/v1/chairs/C1").json()["caseload"] == 80
    assert client.get("/api/v1/conferences/B").json()["conference"]["children"] == 2


@pytest.mark.parametrize(
    ("overwrite", "left"),
    [
        (["all"], []),
        (["chairs"], ["conferences/B/children"]),
        (["chairs/C1"], ["conferences/B/children"]),
        (["chairs/C1/caseload", "conferences/B/children"], []),
        (["chairs/C2", "chairs/C1/fte", "sites"], ["chairs/C1/caseload", "conferences/B/children"]),
    ],
)
def test_what_may_be_overwritten_is_named(client: TestClient, overwrite: list[str], left: list[str]) -> None:
    commit(client, first_month())
    change(client, "chairs/C1", caseload=87)
    change(client, "conferences/B", children=5)
    result = send(client, encode(first_month(), Format.JSON), overwrite=overwrite).json()
    assert [f"{one['item']}/{one['field']}" for one in result["conflicts"]] == left


def test_an_overwrite_of_no_kind_of_item_is_refused(client: TestClient) -> None:
    refused = send(client, encode(first_month(), Format.JSON), overwrite=["chair/C1"])
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [
            {
                "where": "overwrite",
                "message": "'chair/C1' is not an item or field. Enter all, or one such as chairs/C1/caseload; kinds are "
                "documents, sites, rooms, chairs, minute_takers, holds, conferences, bookings.",
            }
        ],
    )


@pytest.mark.parametrize("format_", Format)
def test_an_export_knows_what_is_newer(client: TestClient, clock: Clock, format_: Format) -> None:
    commit(client, first_month())
    clock.forward(minutes=1)
    content = export(client, format_)
    clock.forward(minutes=1)
    change(client, "chairs/C1", caseload=87)
    assert send(client, content, format_).json()["conflicts"] == [conflict("chairs/C1", "caseload", 87, 80)]


def test_an_exported_file_changes_items_that_are_as_exported(client: TestClient, clock: Clock) -> None:
    commit(client, first_month())
    clock.forward(minutes=1)
    change(client, "chairs/C1", caseload=87)  # no file has said this
    clock.forward(minutes=1)
    content = json.loads(export(client))
    clock.forward(minutes=1)
    change(client, "chairs/C2", caseload=5)
    content["chairs"][0]["caseload"] = 88
    result = send(client, json.dumps(content).encode(), mode="commit")
    assert result.status_code == 409
    preview = send(client, json.dumps(content).encode())
    assert preview.json()["fields"] == [conflict("chairs/C1", "caseload", 87, 88, newer=False)]
    assert preview.json()["conflicts"] == [conflict("chairs/C2", "caseload", 5, 0)]
    send(client, json.dumps(content).encode(), mode="commit", if_match=preview.headers["etag"])
    assert [one["caseload"] for one in client.get("/api/v1/problem", params=MARCH).json()["chairs"]] == [88, 5]


def test_what_was_entered_by_hand_only_may_be_newer(client: TestClient) -> None:
    commit(client, first_month())
    added = client.post("/api/v1/chairs", json=chair("C9", caseload=40))
    assert added.status_code == 201
    result = send(client, encode(first_month(chairs=[chair("C1", caseload=80), chair("C9", caseload=30)]), Format.JSON)).json()
    assert result["conflicts"] == [conflict("chairs/C9", "caseload", 40, 30, newer=None)]


def test_a_corrected_file_is_imported_without_asking(client: TestClient) -> None:
    commit(client, first_month())
    result = commit(client, first_month(chairs=[chair("C1", caseload=81)]))
    assert result["fields"] == [conflict("chairs/C1", "caseload", 80, 81, newer=False)]
    result = commit(client, first_month(chairs=[chair("C1", caseload=82)]))
    assert result["fields"] == [conflict("chairs/C1", "caseload", 81, 82, newer=False)]


def test_rows_are_united_and_removed_rows_stay_removed(client: TestClient) -> None:
    commit(client, first_month(chairs=[chair("C1", absences=[ABSENCE, OTHER_ABSENCE])], calendar={"closures": ["2027-03-17"]}))
    change(client, "chairs/C1", absences=[OTHER_ABSENCE, {"first": "2027-03-30", "last": "2027-03-30"}])
    put_document(client, "closures", ["2027-03-18"])
    third = {"first": "2027-04-01", "last": "2027-04-02"}
    file = first_month(chairs=[chair("C1", absences=[ABSENCE, third])], calendar={"closures": ["2027-03-17", "2027-03-19"]})
    preview = send(client, encode(file, Format.XLSX), Format.XLSX)
    ours = [OTHER_ABSENCE, {"first": "2027-03-30", "last": "2027-03-30"}]
    assert preview.json()["fields"] == [
        conflict("documents/closures", "closures", ["2027-03-18"], ["2027-03-18", "2027-03-19"], newer=None),
        conflict("chairs/C1", "absences", ours, [*ours, third], newer=None),
    ]
    assert preview.json()["conflicts"] == [
        conflict("documents/closures", "closures", ["2027-03-18"], ["2027-03-18", "2027-03-19", "2027-03-17"]),
        conflict("chairs/C1", "absences", ours, [*ours, third, ABSENCE]),
    ]
    send(client, encode(file, Format.XLSX), Format.XLSX, mode="commit", if_match=preview.headers["etag"])
    assert client.get("/api/v1/chairs/C1").json()["absences"] == [*ours, third]
    assert client.get("/api/v1/closures").json() == ["2027-03-18", "2027-03-19"]


def test_what_the_diary_has_removed_does_not_come_back(client: TestClient) -> None:
    file = first_month(
        chairs=[chair("C1", caseload=80), chair("C2"), chair("C3")], holds=[{"site": "AYL", "week": "2027-03-10", "count": 2}]
    )
    commit(client, file)
    (hold,) = client.get("/api/v1/holds").json()["items"]
    for path in ("chairs/C3", f"holds/{hold['id']}"):
        version = client.get(f"/api/v1/{path}").headers["etag"]
        assert client.delete(f"/api/v1/{path}", headers={"If-Match": version}).status_code == 204
    result = send(client, encode(file, Format.JSON)).json()
    assert (result["chairs"]["added"], result["holds"]["added"]) == ([], [])
    assert [(one["item"], one["field"], one["before"], one["diary_is_newer"]) for one in result["conflicts"]] == [
        ("chairs/C3", None, None, True),
        ("holds/AYL 2027-03-08 1", None, None, True),
    ]
    result = commit(client, file, overwrite=["chairs/C3"], if_match=send(client, encode(file, Format.JSON)).headers["etag"])
    assert (result["chairs"]["added"], len(result["conflicts"])) == (["C3"], 1)


def test_a_booking_that_the_diary_has_moved_or_cancelled_stays_so(client: TestClient) -> None:
    other = {"conference": "B", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1"}
    copy = encode(first_month(published=[AT_TEN, other]), Format.XLSX)
    send(client, copy, Format.XLSX, mode="commit")
    numbers = {one["conference"]: one["number"] for one in client.get("/api/v1/bookings").json()["items"]}
    for name, action, body in (("A", "move", {"start": "2027-03-04T14:00", "reason": "family asked"}), ("B", "cancel", {})):
        path = f"/api/v1/bookings/{numbers[name]}"
        headers = {"If-Match": client.get(path).headers["etag"]}
        assert client.post(f"{path}/{action}", json={"reason": "report missing"} | body, headers=headers).status_code in (
            200,
            201,
        )
    result = send(client, copy, Format.XLSX)
    place = {"start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": None, "locks": []}
    assert result.json()["conflicts"] == [
        conflict("bookings/A", "start", "2027-03-04T14:00", "2027-03-02T10:00"),
        conflict("bookings/B", None, None, place),
    ]
    assert send(client, copy, Format.XLSX, mode="commit", if_match=result.headers["etag"]).status_code == 200
    (booked,) = client.get("/api/v1/bookings").json()["items"]
    assert (booked["conference"], booked["start"]) == ("A", "2027-03-04T14:00")
    forced = commit(client, first_month(published=[AT_TEN, other]), overwrite=["bookings"])
    assert (forced["bookings"]["changed"], forced["bookings"]["added"]) == (["A"], ["B"])


def test_a_blank_room_or_minute_taker_keeps_those_of_the_booking(client: TestClient) -> None:
    commit(client, first_month())
    file = first_month(published=[{"conference": "A", "start": "2027-03-02T14:00", "chair": "C1"}])
    result = commit(client, file, Format.XLSX)
    assert result["fields"] == [conflict("bookings/A", "start", "2027-03-02T10:00", "2027-03-02T14:00", newer=False)]
    assert [one["room"] for one in client.get("/api/v1/bookings").json()["items"]] == ["AYL-1"]


def test_a_commit_after_another_change_is_refused(client: TestClient) -> None:
    commit(client, first_month())
    file = encode(first_month(chairs=[chair("C1", caseload=81)]), Format.JSON)
    preview = send(client, file)
    assert send(client, file).headers["etag"] == preview.headers["etag"]
    change(client, "sites/AYL", name="Another")
    refused = send(client, file, mode="commit", if_match=preview.headers["etag"])
    assert (refused.status_code, refused.json()["type"]) == (412, "/problems/changed-meanwhile")
    assert client.get("/api/v1/chairs/C1").json()["caseload"] == 80
    again = send(client, file)
    assert send(client, file, mode="commit", if_match=again.headers["etag"]).status_code == 200
    assert client.get("/api/v1/chairs/C1").json()["caseload"] == 81


def test_one_bank_holiday_does_not_replace_englands(client: TestClient) -> None:
    result = commit(client, tiny_problem(calendar={"bank_holidays": ["2027-03-12"]}))
    assert result["notes"] == [
        "Bank holidays: 1 listed day is not England's (2027-03-12). The diary now lists them and those of England, 2026 to 2029. "
        "To leave out a day, change the bank holidays in the diary."
    ]
    listed = client.get("/api/v1/bank-holidays").json()
    assert "2027-03-12" in listed
    assert {"2026-12-25", "2027-03-26", "2027-12-27", "2029-05-07"} <= set(listed)
    assert len(listed) == 37  # with the days that fall on a weekend
    result = commit(client, tiny_problem(calendar={"bank_holidays": ["2027-03-12"]}))
    assert (result["notes"], result["fields"]) == ([], [])


def test_englands_own_bank_holidays_leave_englands_in_place(client: TestClient) -> None:
    result = commit(client, tiny_problem(calendar={"bank_holidays": ["2027-03-26", "2027-03-29"]}))
    assert result["notes"] == ["Bank holidays: all that the file lists are England's, so the diary keeps those of England."]
    assert client.get("/api/v1/bank-holidays").json() is None


def test_an_export_carries_the_state_of_the_diary_through_every_format(client: TestClient, clock: Clock) -> None:
    commit(client, first_month())
    mark = json.loads(export(client))["exported"]
    assert mark.startswith("2027-01-04T09:00:00.000000Z ")
    clock.forward(hours=1)
    assert json.loads(export(client))["exported"] == mark
    change(client, "sites/AYL", name="Another")
    assert json.loads(export(client))["exported"].startswith("2027-01-04T10:00:00.000000Z ")
    assert client.get("/api/v1/problem", params=MARCH).json()["exported"] is None


def test_an_id_that_is_alike_to_one_of_the_diary_is_refused(client: TestClient) -> None:
    commit(client, first_month())
    file = tiny_problem(chairs=[chair("c1"), chair("C2")], conferences=[conference("a\u200b")])
    refused = send(client, encode(file, Format.XLSX), Format.XLSX, mode="commit")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/at-odds")
    assert refused.json()["errors"] == [
        {
            "where": "Chairs, row 2, ID",
            "message": "'c1' is too similar to 'C1', which is in the diary. Enter it as it is there.",
        },
        {
            "where": "Conferences, row 2, Reference",
            "message": "'a{U+200B}' is too similar to 'A', which is in the diary. Enter it as it is there.",
        },
    ]
