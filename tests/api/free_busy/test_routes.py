from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store, version_of
from api.database.tables import metadata
from api.free_busy import queries as busy_calendars
from api.free_busy.errors import CalendarRefused
from api.free_busy.fetcher import Fetcher
from api.free_busy.links import checked_address
from api.settings import Settings
from tests.api.diary.registers.test_routes import problem
from tests.api.free_busy.test_fetcher import EVERY, calendar
from tests.api.support.builders import Clock, book, fill
from tests.api.support.drafts import contents
from tests.api.support.plans import wait_until

PATH = "/api/v1/busy-calendars"
C1 = f"{PATH}/C1"
LINK = "https://outlook.office365.com/owa/calendar/s3cret/calendar.ics"
AT, LATER = "2027-01-04T09:00:00Z", "2027-01-04T09:30:00Z"
NOTHING = {
    "chair": "C1",
    "source": None,
    "host": None,
    "changed_at": None,
    "good_at": None,
    "tried_at": None,
    "next_at": None,
    "stale": False,
    "error": None,
    "notes": [],
}
FILE = NOTHING | {"source": "file", "changed_at": AT, "good_at": AT, "tried_at": AT}
WAITING = NOTHING | {"source": "link", "host": "outlook.office365.com", "changed_at": AT, "next_at": AT}
MORNING = {"start": "2027-01-12T09:00", "end": "2027-01-12T12:00"}
AFTERNOON = {"start": "2027-01-12T14:00", "end": "2027-01-12T15:00"}
WEB_PAGE = b"<!DOCTYPE html><title>s3cret</title>"


def upload(client: TestClient, content: bytes | None = None, seen: str = '"0"', chair: str = "C1") -> Any:
    content = calendar(("0900", "1200"), ("1400", "1500")) if content is None else content
    headers = {"content-type": "text/calendar", "if-match": seen}
    return client.put(f"{PATH}/{chair}/file", content=content, headers=headers)


def link(client: TestClient, link: Any = LINK, seen: str = '"0"') -> Any:
    return client.put(f"{C1}/link", json={"link": link}, headers={"if-match": seen})


def fetch(store: Store, clock: Clock, content: bytes) -> None:
    """Let a server fetch the due link, and receive this content."""
    fetcher = Fetcher(store, clock, EVERY, lambda _: content)
    with store.noting() as connection:
        of = busy_calendars.claim(connection, clock.now)
    assert of is not None
    fetcher.follow(of)


def every_text(store: Store) -> str:
    with store.reading() as connection:
        return "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)))


def test_only_the_busy_times_of_a_file_are_stored(seeded: TestClient, store: Store) -> None:
    before = seeded.get(C1)
    assert (before.json(), before.headers["etag"]) == (NOTHING | {"intervals": []}, '"0"')
    response = upload(seeded)
    expected = FILE | {"intervals": [MORNING, AFTERNOON]}
    assert (response.status_code, response.json(), response.headers["etag"]) == (200, expected, '"1"')
    read = seeded.get(C1)
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, expected, '"1"')
    assert "s3cret" not in every_text(store)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"first": "2027-01-12", "last": "2027-01-12"}, [MORNING, AFTERNOON]),
        ({"first": "2027-01-13"}, []),
        ({"last": "2027-01-11"}, []),
        ({"last": "2027-01-12"}, [MORNING, AFTERNOON]),
    ],
)
def test_busy_times_can_be_limited_to_days(seeded: TestClient, days: dict[str, str], expected: list[dict[str, str]]) -> None:
    upload(seeded)
    assert seeded.get(C1, params=days).json() == FILE | {"intervals": expected}


def test_days_in_the_wrong_order_are_refused(seeded: TestClient) -> None:
    response = seeded.get(C1, params={"first": "2027-01-13", "last": "2027-01-12"})
    message = "The days are in the wrong order: 2027-01-13 is after 2027-01-12. Enter a first day on or before the last."
    assert (response.status_code, response.json()) == (422, problem("invalid", "Unprocessable Entity", 422, message))


@pytest.mark.parametrize("content", [WEB_PAGE, b"", b"\xff\xfe\x00", calendar(("0900", "1200"))[:-40]])
def test_a_refused_file_changes_nothing(seeded: TestClient, store: Store, content: bytes) -> None:
    upload(seeded)
    before = contents(store)
    response = upload(seeded, content, seen='"1"')
    detail = response.json()["detail"]
    assert (response.status_code, response.json()) == (422, problem("calendar-refused", "Unprocessable Entity", 422, detail))
    assert "s3cret" not in detail
    assert contents(store) == before


def test_each_change_requires_the_current_etag(seeded: TestClient, store: Store) -> None:
    link(seeded)
    before = contents(store)
    for headers, status in (({}, 428), ({"if-match": '"0"'}, 412)):
        answers = [
            seeded.put(f"{C1}/file", content=calendar(), headers=headers),
            seeded.put(f"{C1}/link", json={"link": LINK}, headers=headers),
            seeded.post(f"{C1}/refresh", headers=headers),
            seeded.delete(C1, headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
    assert contents(store) == before


def test_an_unknown_chair_is_not_found(seeded: TestClient) -> None:
    gone = f"{PATH}/C9"
    headers = {"if-match": "*"}
    answers = [
        seeded.get(gone),
        seeded.put(f"{gone}/file", content=calendar(), headers=headers),
        seeded.put(f"{gone}/link", json={"link": LINK}, headers=headers),
        seeded.post(f"{gone}/refresh", headers=headers),
        seeded.delete(gone, headers=headers),
    ]
    expected = problem("not-found", "Not Found", 404, "There is no chair 'C9'.")
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, expected)] * 5


def test_only_the_host_of_a_link_is_shown(seeded: TestClient, store: Store, clock: Clock) -> None:
    response = link(seeded)
    assert (response.status_code, response.json(), response.headers["etag"]) == (200, WAITING | {"intervals": []}, '"1"')
    fetch(store, clock, calendar(("0900", "1200")))
    read = seeded.get(C1)
    good = WAITING | {"good_at": AT, "tried_at": AT, "next_at": LATER}
    assert (read.json(), read.headers["etag"]) == (good | {"intervals": [MORNING]}, '"1"')
    assert seeded.get(PATH, params={"most": 1}).json()["items"] == [good]
    seeded.post(f"{C1}/refresh", headers={"if-match": '"1"', "idempotency-key": "again"})
    text = every_text(store)
    assert text.count("s3cret") == text.count(LINK) == 1, "it must be in its own column only"
    exported = seeded.get("/api/v1/export", params={"first": "2027-01-01", "last": "2027-01-31"})
    assert "s3cret" not in exported.text


@pytest.mark.parametrize(
    "address", ["https://example.org/s3cret", "http://outlook.office365.com/s3cret", "https://169.254.169.254/s3cret"]
)
def test_a_link_that_is_not_allowed_is_refused(seeded: TestClient, store: Store, address: str) -> None:
    before = contents(store)
    with pytest.raises(CalendarRefused) as refused:
        checked_address(address, Settings().calendar_hosts)
    response, message = link(seeded, address), str(refused.value)
    expected = problem("calendar-refused", "Unprocessable Entity", 422, message, ("link", message))
    assert (response.status_code, response.json()) == (422, expected)
    assert contents(store) == before


@pytest.mark.parametrize(
    "sent",
    [
        {"link": "https://outlook.office365.com/" + 2000 * "s3cret"},
        {"link": ["https://outlook.office365.com/s3cret"]},
        {"link": "https://outlook.office365.com/s3cret\ud800"},
        {"link": None},
        {"url": "https://outlook.office365.com/s3cret"},
        "https://outlook.office365.com/s3cret",
        ["https://outlook.office365.com/s3cret"],
    ],
)
def test_an_invalid_link_is_refused_and_not_quoted(seeded: TestClient, sent: Any) -> None:
    headers = {"content-type": "application/json", "if-match": '"0"'}
    response = seeded.put(f"{C1}/link", content=json.dumps(sent), headers=headers)
    message = "Send an object with the field link: the calendar's link, of at most 2000 ASCII characters."
    (error,) = response.json()["errors"]
    assert (response.status_code, error["message"]) == (422, message)
    assert "s3cret" not in response.text


def test_a_failing_link_is_shown_as_stale_with_its_last_reading(seeded: TestClient, store: Store, clock: Clock) -> None:
    link(seeded)
    fetch(store, clock, calendar(("0900", "1200")))
    good = WAITING | {"good_at": AT, "tried_at": AT, "next_at": LATER}
    clock.forward(minutes=30)
    fetch(store, clock, WEB_PAGE)
    failed = seeded.get(C1).json()
    assert failed == good | {"tried_at": LATER, "next_at": "2027-01-04T10:00:00Z", "error": failed["error"]} | {
        "intervals": [MORNING]
    }
    clock.forward(days=1)
    stale = {name: value for name, value in failed.items() if name != "intervals"} | {"stale": True}
    others = [NOTHING | {"chair": chair} for chair in ("C2", "C3")]
    assert seeded.get(PATH).json() == {"items": [stale, *others], "next": None}
    assert seeded.get(PATH, params={"stale": True}).json() == {"items": [stale], "next": None}
    assert seeded.get(PATH, params={"stale": False}).json() == {"items": others, "next": None}


def test_calendars_are_listed_in_pages(seeded: TestClient) -> None:
    upload(seeded, chair="C2")
    items = [NOTHING, FILE | {"chair": "C2"}, NOTHING | {"chair": "C3"}]
    first = seeded.get(PATH, params={"most": 2}).json()
    assert first == {"items": items[:2], "next": 2}
    assert seeded.get(PATH, params={"most": 2, "after": first["next"]}).json() == {"items": items[2:], "next": None}


def test_a_refreshed_link_is_due_now(seeded: TestClient, store: Store, clock: Clock) -> None:
    link(seeded)
    fetch(store, clock, calendar(("0900", "1200")))
    clock.forward(minutes=10)
    response = seeded.post(f"{C1}/refresh", headers={"if-match": '"1"'})
    expected = WAITING | {"good_at": AT, "tried_at": AT, "next_at": "2027-01-04T09:10:00Z", "intervals": [MORNING]}
    assert (response.status_code, response.json(), response.headers["etag"]) == (202, expected, '"1"')


def test_a_file_can_not_be_refreshed(seeded: TestClient) -> None:
    upload(seeded)
    response = seeded.post(f"{C1}/refresh", headers={"if-match": '"1"'})
    expected = problem("no-link", "Conflict", 409, "The calendar of chair C1 has no link to fetch. Set one, or upload a file.")
    assert (response.status_code, response.json()) == (409, expected)


def test_a_calendar_is_removed_with_its_link(seeded: TestClient, store: Store) -> None:
    link(seeded)
    removed = seeded.delete(C1, headers={"if-match": '"1"'})
    assert (removed.status_code, removed.content) == (204, b"")
    read = seeded.get(C1)
    assert (read.json(), read.headers["etag"]) == (NOTHING | {"changed_at": AT, "intervals": []}, '"2"')
    assert "s3cret" not in every_text(store)
    again = seeded.delete(C1, headers={"if-match": '"2"'})
    expected = problem("no-calendar", "Conflict", 409, "Chair C1 has no calendar to remove.")
    assert (again.status_code, again.json()) == (409, expected)


def test_a_chair_with_a_slash_in_its_id_has_a_calendar(seeded: TestClient) -> None:
    assert seeded.post("/api/v1/chairs", json={"id": "Team A/1 file"}).status_code == 201
    assert upload(seeded, chair="Team%20A%2F1%20file").status_code == 200
    assert seeded.get(f"{PATH}/Team%20A%2F1%20file").json()["source"] == "file"
    assert seeded.get(C1).json()["source"] is None


def test_a_reading_raises_the_diarys_version(seeded: TestClient, store: Store) -> None:
    def version() -> int:
        with store.reading() as connection:
            return version_of(connection)

    before = version()
    assert upload(seeded).status_code == 200
    assert version() == before + 1


def test_conflicts_are_listed_in_pages(seeded: TestClient, store: Store) -> None:
    first = book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    second = book(store, "CPC-2", "2027-01-12T14:00", room="WYC-1", minute_taker="M1")
    book(store, "CPC-3", "2027-01-13T10:00")
    book(store, "CPC-4", "2027-01-12T10:00", chair="C2", room="AMR-1")
    upload(seeded)
    items = [
        {
            "number": first,
            "conference": "CPC-1",
            "held": False,
            "chair": "C1",
            "arrival": "2027-01-12T09:30",
            "start": "2027-01-12T10:00",
            "end": "2027-01-12T11:45",
            "busy": [MORNING],
        },
        {
            "number": second,
            "conference": "CPC-2",
            "held": False,
            "chair": "C1",
            "arrival": "2027-01-12T13:30",
            "start": "2027-01-12T14:00",
            "end": "2027-01-12T15:45",
            "busy": [AFTERNOON],
        },
    ]
    path = "/api/v1/busy-conflicts"
    assert seeded.get(path).json() == {"items": items, "next": None}
    assert seeded.get(path, params={"most": 1}).json() == {"items": items[:1], "next": first}
    assert seeded.get(path, params={"most": 1, "after": first}).json() == {"items": items[1:], "next": None}


def test_the_service_fetches_a_link_soon_after_it_is_set(settings: Settings, store: Store, clock: Clock) -> None:
    fill(store)
    host = "calendars.invalid"  # never resolves (RFC 2606)
    with TestClient(create_app(replace(settings, calendar_minutes=30, calendar_hosts=(host,)), clock)) as client:
        assert link(client, f"https://{host}/s3cret").json()["tried_at"] is None
        failed = wait_until(lambda: (result := client.get(C1).json())["tried_at"] and result)
    expected = WAITING | {
        "host": host,
        "tried_at": AT,
        "next_at": LATER,
        "stale": True,
        "error": failed["error"],
        "intervals": [],
    }
    assert failed == expected
    assert host in failed["error"]
    assert "s3cret" not in failed["error"]
