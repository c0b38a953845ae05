from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.database.session import Store
from api.http.formats import Format, encode
from api.pages.bring_in.view import in_words
from api.pages.sent_files import MOST_BYTES_OF_A_FILE
from scheduler.domain.problem import Problem
from tests.api.exchange.importing import change, column_of, edited
from tests.api.pages.sending import FORM, checked, hidden, problems, read, rows, send, texts, upload
from tests.api.support.builders import book
from tests.builders import conference, tiny_problem
from tests.paths import FIXTURES

JANUARY = (FIXTURES / "january-2027.xlsx").read_bytes()
PAGES = ("/import", "/import/saved?rows=3", "/export", "/start")


def problem() -> Problem:
    return tiny_problem(conferences=[conference("A"), conference("B", requested="2027-02-22")])


def workbook(name: str = "January.xlsx") -> tuple[str, bytes]:
    return name, encode(problem(), Format.XLSX)


def with_a_fault(book: Any) -> None:
    book["Conferences"].cell(3, column_of(book, "Conferences", "Children")).value = "two"
    book["Conferences"].cell(2, column_of(book, "Conferences", "Kind")).value = "party"


def save(client: TestClient, preview: str, status: int = 200, **fields: str) -> str:
    sent = hidden(preview) | fields
    return checked(client.post("/import/save", data=sent), status)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_html(seeded: TestClient, path: str) -> None:
    assert len(texts(read(seeded, path), "h1")) == 1


def test_an_empty_diary_leads_to_the_ways_in(client: TestClient) -> None:
    page = read(client, "/today")
    assert "The diary is empty." in page
    for path in ("/import", "/start", "/import/blank"):
        assert f'href="{path}"' in page


def test_a_workbook_is_checked_saved_and_then_in_the_diary(client: TestClient) -> None:
    preview = upload(client, "/import", 200, workbook())
    assert texts(preview, "h1") == ["Check January.xlsx"]
    assert "Nothing is saved yet. 10 to add, 0 to change." in preview
    assert rows(preview) == [
        ["Settings, terms and holidays", "2", "0", "6"],
        ["Offices", "2", "0", "0"],
        ["Rooms", "2", "0", "0"],
        ["CPAs", "2", "0", "0"],
        ["Conferences", "2", "0", "0"],
        ["School terms", "", "Nothing", "Mon 22 Feb to Thu 25 Mar"],
        ["Travel", "AYL to WYC", "Nothing", "40"],
    ]
    assert client.get("/api/v1/sites").json()["items"] == []
    done = save(client, preview)
    assert texts(done, "h1") == ["10 rows saved"]
    assert [one["id"] for one in client.get("/api/v1/sites").json()["items"]] == ["AYL", "WYC"]
    again = upload(client, "/import", 200, workbook())
    assert texts(again, "h1") == ["January.xlsx changes nothing"]
    assert "Save" not in texts(again, "button")


@pytest.mark.parametrize(
    "files",
    [
        [("January.JSON", encode(problem(), Format.JSON))],
        [("January.zip", encode(problem(), Format.CSV))],
        [(name, zipfile.ZipFile(io.BytesIO(encode(problem(), Format.CSV))).read(name))
         for name in zipfile.ZipFile(io.BytesIO(encode(problem(), Format.CSV))).namelist()],
    ],
    ids=["json", "zip", "csv files"],
)  # fmt: skip
def test_other_files_are_read_too(client: TestClient, files: list[tuple[str, bytes]]) -> None:
    assert "10 to add, 0 to change." in upload(client, "/import", 200, *files)


def test_faults_are_listed_by_row_and_a_corrected_file_is_taken(client: TestClient) -> None:
    name, content = workbook()
    wrong = upload(client, "/import", 422, (name, edited(content, with_a_fault)))
    assert texts(wrong, "h1") == ["January.xlsx has 2 problems"]
    places = [row[0] for row in rows(wrong)]
    assert places == ["Conferences, row 2, Kind", "Conferences, row 3, Children"]
    assert all(row[1].endswith((".", "?")) for row in rows(wrong))
    marked = client.post("/import/marked", data=hidden(wrong))
    assert "problems-marked-OFFICIAL-SENSITIVE.xlsx" in marked.headers["content-disposition"]
    copy = load_workbook(io.BytesIO(marked.content))
    assert [copy["Errors"].cell(row, 2).value for row in (2, 3)] == [2, 3]
    assert all("OFFICIAL-SENSITIVE" in str(sheet.oddFooter.center.text) for sheet in copy.worksheets)
    assert texts(upload(client, "/import", 200, (name, content)), "h1") == ["Check January.xlsx"]


def test_a_file_that_contradicts_the_diary_is_refused_in_words(seeded: TestClient) -> None:
    name, content = "alike.json", encode(problem(), Format.JSON).replace(b'"A"', b'"cpc\xe2\x80\x911"')
    wrong = upload(seeded, "/import", 422, (name, content))
    assert texts(wrong, "h1")[0].startswith("alike.json has ")
    assert "too similar" in wrong


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "Choose an .xlsx workbook, the .csv files, or a .zip of these."),
        (("notes.pdf", b"%PDF"), "'notes.pdf' is no workbook. Choose an .xlsx workbook, the .csv files, or a .zip of these."),
        (("old.xls", b"x"), "'old.xls' is a workbook of an old Excel. Save it as an Excel Workbook (.xlsx), and choose that."),
        (("empty.xlsx", b""), "'empty.xlsx' is empty. Choose an .xlsx workbook, the .csv files, or a .zip of these."),
        (("large.xlsx", b"x" * (MOST_BYTES_OF_A_FILE + 1)),
         "'large.xlsx' has 5.0 MB, more than the 5 MB that fit. Choose a file with fewer months."),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_beside_the_field(
    client: TestClient, file: tuple[str, bytes] | None, message: str
) -> None:
    wrong = upload(client, "/import", 422, *([] if file is None else [file]))
    assert message.replace("'", "&#39;") in wrong
    assert texts(wrong, "title") == ["Error: Bring your data – Conference planner"]


def test_a_damaged_workbook_is_a_problem_of_the_file(client: TestClient) -> None:
    wrong = upload(client, "/import", 422, ("January.xlsx", b"PK\x03\x04 not really"))
    assert texts(wrong, "h1") == ["January.xlsx has 1 problem"]


def test_a_check_waits_for_no_writer_and_a_writer_for_no_check(client: TestClient, store: Store) -> None:
    token = hidden(read(client, "/import"))
    with store.writing():
        preview = client.post("/import", data=token, files=[("file", workbook())])
    assert preview.status_code == 200


def test_a_file_is_checked_again_if_the_diary_has_changed_since(client: TestClient) -> None:
    preview = upload(client, "/import", 200, workbook())
    client.post("/api/v1/sites", json={"id": "AYL"})
    again = save(client, preview, 409)
    assert "The diary has changed since the file was checked. Nothing was saved." in again
    assert "9 to add, 0 to change" in again
    assert texts(save(client, again), "h1") == ["9 rows saved"]


def test_newer_values_of_the_diary_stay_unless_they_are_ticked(client: TestClient) -> None:
    save(client, upload(client, "/import", 200, workbook()))
    change(client, "chairs/C1", caseload=99)
    preview = upload(client, "/import", 200, workbook())
    assert ["CPA C1", "Caseload", "99", "0"] in [row[:4] for row in rows(preview)]
    ticked = save(client, preview, 200, overwrite="chairs/C1/caseload")
    assert texts(ticked, "h1") == ["1 row saved"]
    assert client.get("/api/v1/chairs/C1").json()["caseload"] == 0


def test_a_changed_value_is_shown_in_words(seeded: TestClient) -> None:
    exported = seeded.get("/export?first=1/1/2027&last=31/1/2027&format=xlsx").content

    def edit(book: Any) -> None:
        book["Conferences"].cell(2, column_of(book, "Conferences", "Children")).value = 5

    preview = upload(seeded, "/import", 200, ("diary.xlsx", edited(exported, edit)))
    assert ["CPC-1", "Children", "2", "5"] in rows(preview)
    assert "Save 1 row" in texts(preview, "button")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Nothing"), ("", "Nothing"), ([], "Nothing"), (True, "Yes"), (3, "3"), ("first_review", "first review"),
        ("2027-01-12", "Tue 12 Jan"), ("2026-01-12T10:00:00", "Mon 12 Jan 2026, 10:00"),
        (["10:00", "14:00"], "10:00 and 14:00"), ([["A", "B"], ["C", "D"]], "A and B; C and D"),
        ([{"first": "2027-01-12", "last": "2027-01-12"}], "Tue 12 Jan"),
        ([{"first": "2027-01-12", "last": "2027-01-14"}], "Tue 12 Jan to Thu 14 Jan"),
        ({"start": "2027-01-12T10:00", "end": "2027-01-12T12:00"}, "start Tue 12 Jan, 10:00, end Tue 12 Jan, 12:00"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_write_them(value: Any, words: str) -> None:
    assert in_words(value, dt.date(2027, 1, 4)) == words


def test_an_old_page_keeps_the_file(client: TestClient) -> None:
    client.get("/import")
    refused = checked(client.post("/import", data={"form_token": "0" * 64}, files=[("file", workbook())]), 403)
    assert "January.xlsx" in refused
    assert len(texts(refused, "dd")) == 1
    sent = hidden(refused)
    assert texts(checked(client.post("/import", data=sent), 200), "h1") == ["Check January.xlsx"]


@pytest.mark.parametrize("path", ["/import", "/import/marked", "/import/save", "/what-if/add", "/what-if/new"])
def test_a_form_that_takes_long_to_read_needs_its_token(client: TestClient, path: str) -> None:
    client.get("/import")
    refused = checked(client.post(path, data={"form_token": "0" * 64}), 403)
    assert texts(refused, "h1") == ["This page was open for too long"]


def test_the_blank_workbook_can_be_filled_in(client: TestClient) -> None:
    blank = client.get("/import/blank")
    assert blank.headers["content-disposition"] == 'attachment; filename="blank-workbook-OFFICIAL-SENSITIVE.xlsx"'
    opened = load_workbook(io.BytesIO(blank.content))
    assert {"Instructions", "Conferences", "Rooms", "Chairs"} <= set(opened.sheetnames)
    assert all(sheet.oddFooter.center.text == "OFFICIAL-SENSITIVE" for sheet in opened.worksheets)


def test_days_are_exported_and_brought_in_again(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    answer = seeded.get("/export?first=1/1&last=31/1/2027&format=xlsx")
    assert 'filename="diary-2028-01-01-2027-01-31' not in answer.headers.get("content-disposition", "")
    answer = seeded.get("/export?first=1/1/2027&last=31/1/2027&format=xlsx")
    assert answer.headers["content-disposition"].endswith('"diary-2027-01-01-2027-01-31-OFFICIAL-SENSITIVE.xlsx"')
    opened = load_workbook(io.BytesIO(answer.content))
    assert opened["Published"].cell(2, 1).value == "CPC-1"
    preview = upload(seeded, "/import", 200, ("diary.xlsx", answer.content))
    assert texts(preview, "h1") == ["diary.xlsx changes nothing"]


def test_days_that_are_no_dates_are_shown_again(seeded: TestClient) -> None:
    wrong = read(seeded, "/export?first=soon&last=&format=csv", 422)
    assert problems(wrong) == [
        "'soon' is not a date. Enter the first day, such as 4/1/2027.",
        "Enter the last day, such as 4/1/2027",
    ]
    assert 'value="soon"' in wrong


def test_an_office_a_room_and_a_chair_are_entered_by_hand(client: TestClient) -> None:
    send(client, "/start/site", from_page="/start", site_id="AYL", site_name="Aylesbury")
    room = {"room_site": "AYL", "room_id": "AYL-1", "room_name": "Room 1", "room_starts": "9.30, 14:00", "room_hybrid": "yes"}
    send(client, "/start/room", from_page="/start", **room)
    chair = {"chair_id": "C1", "chair_name": "Advisor 1", "chair_base": "AYL", "chair_fte": "0.6", "chair_caseload": "40"}
    page = send(client, "/start/chair", from_page="/start", **chair)
    assert "That is enough to begin." in page
    assert client.get("/api/v1/rooms/AYL-1").json()["starts"] == ["09:30", "14:00"]
    assert client.get("/api/v1/rooms/AYL-1").json()["hybrid_from"] == "2027-01-04"
    assert client.get("/api/v1/chairs/C1").json()["fte"] == 0.6
    assert "Nothing is waiting." in read(client, "/today")


@pytest.mark.parametrize(
    ("path", "typed", "message"),
    [
        ("site", {"site_name": "Aylesbury"}, "Enter a short name, such as AYL"),
        ("site", {"site_id": "AYL"}, "There is a site &#39;AYL&#39; already."),
        ("room", {"room_id": "R", "room_starts": "10:00"}, "Choose the office that the room is in"),
        ("room", {"room_id": "R", "room_site": "AYL", "room_starts": "ten"}, "Enter when conferences can start there, such as"),
        ("chair", {"chair_id": "C9", "chair_fte": "much"}, "Enter how much of a full week they work, such as 1 or 0.6"),
        ("chair", {"chair_id": "C9", "chair_fte": "9"}, "chair_fte"),
        (
            "chair",
            {"chair_id": "C9", "chair_fte": "1", "chair_caseload": "x"},
            "Enter how many children they have now, such as 80",
        ),
    ],
)
def test_what_is_wrong_by_hand_is_said_beside_the_field(
    seeded: TestClient, path: str, typed: dict[str, str], message: str
) -> None:
    wrong = send(seeded, f"/start/{path}", 409 if "already" in message else 422, from_page="/start", **typed)
    assert message in wrong
    for text in typed.values():
        assert f'value="{text}"' in wrong


def test_a_form_without_files_is_sent_as_others_are(client: TestClient) -> None:
    assert client.post("/import", content=b"a=1", headers={"Content-Type": FORM}).status_code == 403
