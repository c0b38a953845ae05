from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.diary.holidays.day_files import ENGLANDS_WERE_KNOWN
from tests.api.free_busy.calendars import calendar, event

GOV_UK = calendar(
    *(
        event(
            f"DTEND;VALUE=DATE:{end}\nDTSTART;VALUE=DATE:{start}\nSUMMARY:{name}\n"
            f"UID:ca6af7456b0088abad9a69f9f620f5ac-{n}@gov.uk\nSEQUENCE:0\nDTSTAMP:20260105T093425Z"
        )
        for n, (start, end, name) in enumerate(
            [
                ("20270101", "20270102", "New Year’s Day"),
                ("20270113", "20270114", "Bank holiday for an occasion"),
                ("20270326", "20270327", "Good Friday"),
                ("20270329", "20270330", "Easter Monday"),
            ]
        )
    ),
    lines="METHOD:PUBLISH\nCALSCALE:GREGORIAN",
)
COUNCIL = calendar(
    *(
        event(f"UID:{n}\nDTSTART;VALUE=DATE:{start}\nDTEND;VALUE=DATE:{end}\nSUMMARY:{name}")
        for n, (start, end, name) in enumerate(
            [
                ("20270104", "20270105", "INSET day"),
                ("20270105", "20270213", "Spring term\\, first half"),
                ("20270215", "20270220", "Half term"),
                ("20270222", "20270326", "Spring term\\, second half"),
            ]
        )
    )
)
CSV = 'term,first,last\n"Spring term, first half",05/01/2027,12/02/2027\n"Spring term, second half",2027-02-22,25/03/2027\n'
HOLIDAYS, TERMS = "/api/v1/bank-holidays", "/api/v1/terms"


def send(client: TestClient, path: str, content: bytes | str, kind: str = "text/calendar", *, commit: str | None = None) -> Any:
    """Preview a file, or import it with the ETag in ``commit``."""
    query = "" if commit is None else "?mode=commit"
    headers = {"content-type": kind} | ({"if-match": commit} if commit else {})
    return client.post(f"{path}/file{query}", content=content, headers=headers)


def days(first: str, last: str, name: str, says: str, **more: str) -> dict[str, str]:
    return {"first": first, "last": last, "name": name, "says": says} | more


FIRST_HALF = days(
    "2027-01-05",
    "2027-02-12",
    "Spring term, first half",
    "Tuesday 5 January 2027 to Friday 12 February 2027, Spring term, first half",
)
SECOND_HALF = days(
    "2027-02-22",
    "2027-03-25",
    "Spring term, second half",
    "Monday 22 February 2027 to Thursday 25 March 2027, Spring term, second half",
)
OF_TERMS = {
    "mode": "preview",
    "added": [FIRST_HALF],
    "removed": [days("2027-01-04", "2027-02-12", "", "Monday 4 January 2027 to Friday 12 February 2027")],
    "unchanged": [SECOND_HALF],
    "left_out": [],
    "notes": [],
    "missing": [],
}
AFTERWARDS = [{"first": "2027-01-05", "last": "2027-02-12"}, {"first": "2027-02-22", "last": "2027-03-25"}]
LEFT_OUT = [
    days("2027-01-04", "2027-01-04", "INSET day", "Monday 4 January 2027, INSET day", why="terms have 15 days or more"),
    days(
        "2027-02-15",
        "2027-02-19",
        "Half term",
        "Monday 15 February 2027 to Friday 19 February 2027, Half term",
        why="terms have 15 days or more",
    ),
]


@pytest.mark.parametrize(
    ("content", "kind", "left_out"), [(COUNCIL, "text/calendar", LEFT_OUT), (CSV, "text/csv; charset=utf-8", [])]
)
def test_terms_are_previewed_and_then_imported(seeded: TestClient, content: bytes | str, kind: str, left_out: list[Any]) -> None:
    before = seeded.get(TERMS)
    tried = send(seeded, TERMS, content, kind)
    assert (tried.status_code, tried.json()) == (200, OF_TERMS | {"left_out": left_out})
    assert tried.headers["etag"] == before.headers["etag"] == '"1"'
    assert seeded.get(TERMS).json() == before.json()

    committed = send(seeded, TERMS, content, kind, commit=tried.headers["etag"])
    assert (committed.status_code, committed.json()) == (200, OF_TERMS | {"left_out": left_out, "mode": "commit"})
    after = seeded.get(TERMS)
    assert (after.json(), after.headers["etag"], committed.headers["etag"]) == (AFTERWARDS, '"2"', '"2"')


def test_government_bank_holidays_are_previewed_and_imported(seeded: TestClient) -> None:
    due = seeded.get("/api/v1/conferences/CPC-1").json()["due"]
    tried = send(seeded, HOLIDAYS, GOV_UK)
    assert tried.status_code == 200
    expected = tried.json()
    occasion = days(
        "2027-01-13",
        "2027-01-13",
        "Bank holiday for an occasion",
        "Wednesday 13 January 2027, Bank holiday for an occasion",
    )
    not_listed = [
        days("2027-05-03", "2027-05-03", "", "Monday 3 May 2027"),
        days("2027-05-31", "2027-05-31", "", "Monday 31 May 2027"),
        days("2027-08-30", "2027-08-30", "", "Monday 30 August 2027"),
        days("2027-12-27", "2027-12-27", "", "Monday 27 December 2027"),
        days("2027-12-28", "2027-12-28", "", "Tuesday 28 December 2027"),
    ]
    note = (
        "England's bank holidays in these years that the file does not list: Monday 3 May 2027; Monday 31 May 2027; "
        "Monday 30 August 2027; Monday 27 December 2027; Tuesday 28 December 2027. They stay."
    )
    assert (expected["added"], expected["removed"], expected["left_out"]) == ([occasion], [], [])
    assert (expected["notes"], expected["missing"]) == ([ENGLANDS_WERE_KNOWN, note], not_listed)
    assert days("2027-03-26", "2027-03-26", "Good Friday", "Friday 26 March 2027, Good Friday") in expected["unchanged"]
    assert seeded.get(HOLIDAYS).json() is None
    assert seeded.get("/api/v1/conferences/CPC-1").json()["due"] == due == "2027-01-22"

    committed = send(seeded, HOLIDAYS, GOV_UK, commit=tried.headers["etag"])
    assert (committed.status_code, committed.json()) == (200, expected | {"mode": "commit"})
    assert seeded.get(HOLIDAYS).json() == sorted(one["first"] for one in expected["added"] + expected["unchanged"])
    assert seeded.get("/api/v1/conferences/CPC-1").json()["due"] == "2027-01-25"  # one working day fewer

    again = send(seeded, HOLIDAYS, GOV_UK).json()
    assert (again["added"], again["removed"], again["notes"]) == ([], [], [note])


OCCASION = "date,name\n13/01/2027,An occasion\n14/04/2027,Another\n"


def test_englands_bank_holidays_are_removed_only_if_that_is_confirmed(seeded: TestClient) -> None:
    preview = send(seeded, HOLIDAYS, OCCASION, "text/csv").json()
    assert ([one["first"] for one in preview["added"]], preview["removed"]) == (["2027-01-13", "2027-04-14"], [])
    headers = {"content-type": "text/csv", "if-match": '"0"'}
    stored = seeded.post(f"{HOLIDAYS}/file?mode=commit&replace=true", content=OCCASION, headers=headers).json()
    assert [one["says"] for one in stored["removed"]] == ["Friday 26 March 2027", "Monday 29 March 2027"]
    assert stored["notes"][-1] == (
        "England's bank holidays in these years that the file does not list: Friday 26 March 2027; Monday 29 March 2027. "
        "They are working days."
    )
    in_spring = [day for day in seeded.get(HOLIDAYS).json() if "2027-01-01" <= day <= "2027-05-03"]
    assert in_spring == ["2027-01-01", "2027-01-13", "2027-04-14", "2027-05-03"]


def test_a_calendar_of_the_united_kingdom_is_read_for_england_and_its_odd_events_are_noted(seeded: TestClient) -> None:
    united_kingdom = calendar(
        *(
            event(f"UID:{n}\nDTSTART;VALUE=DATE:{start}\nDTEND;VALUE=DATE:{end}\nSUMMARY:{name}")
            for n, (start, end, name) in enumerate(
                [
                    ("20270101", "20270102", "New Year’s Day"),
                    ("20270104", "20270105", "2nd January (Scotland)"),
                    ("20270317", "20270318", "St Patrick’s Day (Northern Ireland)"),
                    ("20270326", "20270326", "Good Friday"),
                    ("20270329", "20270328", "Easter Monday (England\\, Wales\\, Northern Ireland)"),
                ]
            )
        )
    )
    read = send(seeded, HOLIDAYS, united_kingdom).json()
    assert (read["added"], read["removed"]) == ([], [])
    assert [one["name"] for one in read["unchanged"] if one["name"]] == ["New Year’s Day", "Good Friday"]
    assert [(one["first"], one["why"]) for one in read["left_out"]] == [
        ("2027-01-04", "it is a bank holiday of Scotland, and not of England"),
        ("2027-03-17", "it is a bank holiday of Northern Ireland, and not of England"),
    ]
    assert read["notes"][0] == (
        "The event of 29 March 2027 is not read: it ends before it begins. Correct it in the calendar, or delete it there."
    )


@pytest.mark.parametrize("path", [HOLIDAYS, TERMS])
def test_an_import_needs_the_current_etag(seeded: TestClient, path: str) -> None:
    content = CSV if path == TERMS else "date\n13/01/2027\n"
    before = seeded.get(path)
    assert send(seeded, path, content, "text/csv", commit="").status_code == 428
    assert send(seeded, path, content, "text/csv", commit='"77"').status_code == 412
    assert (seeded.get(path).json(), seeded.get(path).headers["etag"]) == (before.json(), before.headers["etag"])


@pytest.mark.parametrize(
    ("content", "kind", "status", "expected"),
    [
        (b"<html>", "text/calendar", 422, {"type": "/problems/calendar-refused"}),
        (b"{}", "application/json", 415, {"type": "/problems/unknown-format"}),
        (
            "date,name\n12/25/2026,US\n",
            "text/csv",
            422,
            {
                "type": "/problems/invalid",
                "errors": [
                    {
                        "where": "days, row 2, date",
                        "message": "'12/25/2026' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
                    }
                ],
            },
        ),
        ("date,name\n", "text/csv", 422, {"errors": [{"where": "", "message": "There are no such days in the file."}]}),
        (b"PK\x03\x04", "text/csv", 422, {"type": "/problems/invalid"}),
    ],
)
@pytest.mark.parametrize("path", [HOLIDAYS, TERMS])
def test_an_invalid_file_changes_nothing(
    seeded: TestClient, path: str, content: bytes | str, kind: str, status: int, expected: dict[str, Any]
) -> None:
    before = seeded.get(path)
    response = send(seeded, path, content, kind, commit="*")
    assert response.status_code == status
    assert {name: response.json()[name] for name in expected} == expected
    assert (seeded.get(path).json(), seeded.get(path).headers["etag"]) == (before.json(), before.headers["etag"])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.parametrize(
    ("path", "rows", "expected"),
    [
        (HOLIDAYS, [["date", "name"], ["13/01/2027", "An occasion, once"]], [("2027-01-13", "2027-01-13", "An occasion, once")]),
        (
            TERMS,
            [["Term", "First day", "Last day"], ["Spring; first half", "05/01/2027", "12/02/2027"]],
            [("2027-01-05", "2027-02-12", "Spring; first half")],
        ),
    ],
    ids=["bank holidays", "terms"],
)
def test_a_table_is_read_as_spreadsheet_programs_save_it(
    client: TestClient, path: str, rows: Any, expected: Any, separator: str, encoding: str, *, is_named: bool
) -> None:
    content = io.StringIO()
    csv.writer(content, delimiter=separator).writerows(rows)
    text = f"sep={separator}\r\n" * is_named + content.getvalue()
    answer = send(client, path, text.encode(encoding), "text/csv")
    assert answer.status_code == 200, answer.text
    assert [(one["first"], one["last"], one["name"]) for one in answer.json()["added"] if one["name"]] == expected
