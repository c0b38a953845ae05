from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from starlette.testclient import TestClient

from api.database.session import Store
from api.database.tables import conferences
from api.http.formats import MEDIA_TYPES, Format, encode
from scheduler.domain.problem import Problem, on_day
from tests.api.support.builders import NOW, book
from tests.builders import conference, tiny_problem
from tests.paths import FIXTURES

MARCH = {"first": "2027-03-01", "last": "2027-03-31"}
FIXTURE = FIXTURES / "january-2027.xlsx"
NOTHING = {"added": [], "changed": [], "unchanged": 0}
KINDS = ("documents", "sites", "rooms", "chairs", "minute_takers", "holds", "conferences", "bookings")
TERM = {"first": "2027-02-22", "last": "2027-03-25"}


def problem() -> Problem:
    return tiny_problem(
        conferences=[conference("A"), conference("B", requested="2027-02-22")],
        published=[
            {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]},
            {"conference": "B", "start": "2027-03-02T10:00", "room": "WYC-1", "chair": "C2"},
        ],
    )


def send(client: TestClient, content: bytes, format_: Format = Format.JSON, **query: str) -> Any:
    return client.post("/api/v1/import", content=content, headers={"Content-Type": MEDIA_TYPES[format_]}, params=query)


def zipped(*files: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files:
            opened.writestr(name, content)
    return archive.getvalue()


def with_cells(content: bytes, sheet: str, **cells: object) -> bytes:
    """Return a workbook with changed cells on one sheet, such as ``B2="x"``."""
    book = load_workbook(io.BytesIO(content))
    for at, value in cells.items():
        book[sheet][at] = value
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def field_change(item: str, field: str | None, before: object, after: object, *, newer: bool | None) -> dict[str, Any]:
    return {"item": item, "field": field, "before": before, "after": after, "diary_is_newer": newer}


def detail_of(response: Any) -> list[str]:
    return [f"{wrong['where']}: {wrong['message']}" for wrong in response.json()["errors"]]


@pytest.mark.parametrize("format_", Format)
def test_a_preview_changes_nothing_and_a_commit_imports(client: TestClient, format_: Format) -> None:
    content = encode(problem(), format_)
    whole: dict[str, Any] = {
        "documents": {
            "added": ["terms", "travel"],
            "changed": [],
            "unchanged": 6,
        },
        "sites": NOTHING | {"added": ["AYL", "WYC"]},
        "rooms": NOTHING | {"added": ["AYL-1", "WYC-1"]},
        "chairs": NOTHING | {"added": ["C1", "C2"]},
        "minute_takers": NOTHING,
        "holds": NOTHING,
        "conferences": NOTHING | {"added": ["A", "B"]},
        "bookings": NOTHING | {"added": ["A", "B"]},
        "fields": [
            field_change("documents/terms", "terms", None, [TERM], newer=None),
            field_change("documents/travel", "AYL to WYC", None, 40, newer=False),
        ],
        "conflicts": [],
        "undecided": [],
        "broken_bookings": [],
        "notes": [],
    }
    response = send(client, content, format_)
    assert (response.status_code, response.json()) == (200, {**whole, "mode": "preview"})
    assert client.get("/api/v1/sites").json()["items"] == []
    response = send(client, content, format_, mode="commit")
    assert (response.status_code, response.json()) == (200, {**whole, "mode": "commit"})
    as_of_today = problem().model_dump(mode="json", by_alias=True) | {"today": "2027-01-04"}
    assert client.get("/api/v1/problem", params=MARCH).json() == as_of_today
    result = send(client, content, format_, mode="commit").json()
    assert result == {
        "mode": "commit",
        **{name: NOTHING | {"unchanged": len(whole[name]["added"]) + whole[name]["unchanged"]} for name in KINDS},
        **{name: [] for name in ("fields", "conflicts", "undecided", "broken_bookings", "notes")},
    }


@pytest.mark.parametrize(("format_", "suffix"), [(Format.JSON, "json"), (Format.XLSX, "xlsx"), (Format.CSV, "zip")])
def test_an_export_can_be_imported_unchanged(client: TestClient, format_: Format, suffix: str) -> None:
    send(client, encode(problem(), Format.JSON), mode="commit")
    out = client.get("/api/v1/export", params={**MARCH, "format": format_})
    assert out.headers["content-type"] == MEDIA_TYPES[format_]
    assert out.headers["content-disposition"] == f'attachment; filename="diary-2027-03-01-2027-03-31.{suffix}"'
    assert out.headers["etag"] == f'"{problem().digest}"'
    as_of_today = client.get("/api/v1/problem", params=MARCH)
    assert as_of_today.headers["etag"] == f'"{on_day(problem(), NOW.date()).digest}"'
    assert [send(client, as_of_today.content).json()[name]["changed"] for name in KINDS] == [[]] * 8
    result = send(client, out.content, format_).json()
    assert [result[name]["added"] + result[name]["changed"] for name in KINDS] == [[]] * 8
    assert [result[name] for name in ("fields", "conflicts", "undecided", "notes")] == [[]] * 4
    assert client.get("/api/v1/export", params={**MARCH, "format": format_}).content == out.content


def test_the_stored_month_can_be_imported_and_exported(client: TestClient) -> None:
    result = send(client, FIXTURE.read_bytes(), Format.XLSX, mode="commit").json()
    assert {name: len(result[name]["added"]) for name in KINDS} == {
        "documents": 6,
        "sites": 3,
        "rooms": 3,
        "chairs": 7,
        "minute_takers": 10,
        "holds": 12,
        "conferences": 108,
        "bookings": 0,
    }
    assert result["notes"] == ["Bank holidays: all that the file lists are England's, so the diary keeps those of England."]


def test_faults_are_reported_by_sheet_row_and_column(client: TestClient) -> None:
    content = with_cells(encode(problem(), Format.XLSX), "Conferences", D2="many", F3="WYX")
    refused = send(client, content, Format.XLSX, mode="commit")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert detail_of(refused) == [
        "Conferences, row 2, Of school age: 'many' is not a whole number of children. Enter a number such as 1.",
        "Conferences, row 3, Chair: there is no chair 'WYX'. Enter an id that is on the sheet Chairs.",
    ]
    assert client.get("/api/v1/sites").json()["items"] == []


def test_bookings_that_break_a_rule_are_listed_by_row_and_nothing_else_is_lost(client: TestClient) -> None:
    content = encode(problem(), Format.XLSX)
    send(client, content, Format.XLSX, mode="commit")
    names = encode(
        tiny_problem(
            conferences=[conference("C")],
            published=[{"conference": "C", "start": "2027-03-02T11:00", "room": "AYL-1", "chair": "C2"}],
        ),
        Format.XLSX,
    )
    result = send(client, names, Format.XLSX, mode="commit")
    assert result.status_code == 200
    assert (result.json()["conferences"]["added"], result.json()["bookings"]) == (["C"], NOTHING)
    assert result.json()["undecided"] == [
        {
            "where": "Published, row 2, Date",
            "conference": "C",
            "broken": [
                {"where": "R1", "message": "C begins at 11:00, which its room does not offer."},
                {"where": "R2", "message": "C, Tuesday 2 March 2027 at 11:00: room AYL-1 is then taken by A."},
                {"where": "R3", "message": "C, Tuesday 2 March 2027 at 11:00: C2 is then taken by B."},
                {
                    "where": "R4",
                    "message": "C, Tuesday 2 March 2027 at 11:00: C2 has no minutes after B, and Wycombe to Aylesbury takes 40.",
                },
            ],
        }
    ]
    assert client.get("/api/v1/conferences/C").json()["state"] == "requested"


def test_a_held_conference_cannot_be_changed_by_an_import(client: TestClient, store: Store) -> None:
    send(client, encode(problem(), Format.JSON), mode="commit")
    with store.writing() as connection:
        connection.execute(update(conferences).where(conferences.c.id == "A").values(state="held"))
    out = client.get("/api/v1/export", params=MARCH)
    assert [one["locks"] for one in out.json()["published"]] == [["time", "chair", "room"], []]
    assert send(client, out.content).json()["bookings"] == NOTHING | {"unchanged": 2}
    changed = out.json()
    changed["conferences"][0]["children"] = 9
    changed["published"][0]["start"] = "2027-03-03T10:00"
    refused = send(client, json.dumps(changed).encode(), mode="commit")
    assert refused.status_code == 409
    assert detail_of(refused) == [
        "conferences[0]: 'A' is held, and can't be changed. Remove it from the file.",
        "published[0].start: 'A' is held, and can't be booked. Remove it from the file.",
    ]


def test_bookings_by_hand_are_exported_with_all_locks(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", by_hand=True)
    days = {"first": "2027-01-04", "last": "2027-01-29"}
    out = seeded.get("/api/v1/export", params=days)
    assert [one["locks"] for one in out.json()["published"]] == [["time", "chair", "room"]]
    assert send(seeded, out.content, mode="commit").json()["bookings"] == NOTHING | {"unchanged": 1}
    assert seeded.get("/api/v1/export", params=days).content == out.content


def test_a_repeated_import_gets_the_same_response(client: TestClient) -> None:
    content = encode(problem(), Format.XLSX)
    headers = {"Content-Type": MEDIA_TYPES[Format.XLSX], "Idempotency-Key": "k1"}
    answers = [client.post("/api/v1/import?mode=commit", content=content, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("content", "format_", "expected"),
    [
        (b"", Format.JSON, ["file.json: this file is empty."]),
        (b"{", Format.JSON, None),
        (b"[]", Format.JSON, None),
        (b"PK", Format.XLSX, None),
        (b"PK", Format.CSV, ["This is not a zip archive, or it is damaged. Send the planner's .csv files in a zip archive."]),
        (
            zipped(("a.txt", b"")),
            Format.CSV,
            ["There are no .csv files in this archive. Send one with Service.csv, Conferences.csv, …"],
        ),
        (
            zipped(("a/Sites.csv", b""), ("b/Sites.csv", b"")),
            Format.CSV,
            ["Sites.csv: the name is too long, or occurs twice. Give each file a short, distinct name."],
        ),
        (zipped(*((f"{n}.csv", b"") for n in range(2001))), Format.CSV, None),
        (
            zipped(("Sites.csv", b" " * (20 * 2**20 + 1))),
            Format.CSV,
            ["This archive unpacks to more than the limit of 20 MB. Send one month only."],
        ),
    ],
)
def test_an_invalid_file_is_refused(client: TestClient, content: bytes, format_: Format, expected: list[str] | None) -> None:
    refused = send(client, content, format_)
    assert refused.status_code == 422
    messages = [wrong["message"] for wrong in refused.json()["errors"]]
    assert expected is None or messages == expected
    assert not any("/tmp" in message for message in messages)


def test_paths_in_an_archive_are_ignored(client: TestClient) -> None:
    with zipfile.ZipFile(io.BytesIO(encode(problem(), Format.CSV))) as archive:
        files = [(f"../../up/{name}", archive.read(name)) for name in archive.namelist()]
    response = send(client, zipped(*files, ("__MACOSX/._Sites.csv", b"x"), ("month/notes.txt", b"x")), Format.CSV)
    assert (response.status_code, response.json()["conferences"]["added"]) == (200, ["A", "B"])


def test_an_unknown_kind_of_file_is_refused(client: TestClient) -> None:
    refused = client.post("/api/v1/import", content=b"x", headers={"Content-Type": "text/csv"})
    assert (refused.status_code, refused.json()["type"]) == (415, "/problems/unknown-format")


@pytest.mark.parametrize("path", ["/api/v1/problem", "/api/v1/export"])
@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (
            "2027-03-02",
            "2027-03-01",
            "The days are in the wrong order: 2027-03-02 is after 2027-03-01. Enter a first day on or before the last.",
        ),
        ("2020-01-01", "2027-03-01", "The period has more than 800 days. Enter a shorter one."),
    ],
)
def test_an_invalid_period_is_refused(seeded: TestClient, path: str, first: str, last: str, message: str) -> None:
    refused = seeded.get(path, params={"first": first, "last": last})
    assert (refused.status_code, refused.json()["detail"]) == (422, message)


def test_a_diary_without_a_site_has_no_problem(client: TestClient) -> None:
    refused = client.get("/api/v1/problem", params=MARCH)
    assert (refused.status_code, detail_of(refused)) == (422, ["sites: is empty. Enter at least one."])


def test_a_preview_waits_for_no_writer_and_no_writer_for_it(client: TestClient, store: Store) -> None:
    with store.writing():
        answer = send(client, encode(tiny_problem(), Format.JSON))
    assert (answer.status_code, answer.json()["sites"]["added"]) == (200, [site.id for site in tiny_problem().sites])
    assert client.get("/api/v1/sites").json()["items"] == []
