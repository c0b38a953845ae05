from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending
from api.http.safe_headers import DEFAULTS
from api.settings import Settings
from tests.api.diary.registers.test_routes import problem
from tests.api.feeds.test_routes import PATH, create
from tests.api.support.builders import Clock, book, fill
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import SECONDS, running

NO_CALENDAR = problem(
    "no-calendar", "Not Found", 404, "This link opens no calendar. Ask the person who gave it to you for a new one."
)

SAFE = {name.lower(): value for name, value in DEFAULTS.items() if name != "Cache-Control"}


@pytest.fixture
def link(seeded: TestClient, store: Store) -> str:
    """Return the link of a feed of C1, who has a booking."""
    book(store, "CPC-1", "2027-01-12T10:00")
    result: str = create(seeded)["links"]["https"]
    return result


def last_fetched(client: TestClient) -> Any:
    (feed,) = client.get(PATH).json()["items"]
    return feed["last_fetched"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_link_fetches_the_feed(seeded: TestClient, link: str, method: str) -> None:
    response = seeded.request(method, link, headers={"accept-encoding": "gzip, deflate, br"})
    body = seeded.get(link).content
    assert response.status_code == 200
    assert dict(response.headers) == {
        "content-type": "text/calendar; charset=utf-8",
        "content-length": str(len(body)),
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "cache-control": "private, no-cache",
        **SAFE,
    }
    assert response.content == (body if method == "GET" else b"")
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"\r\nSUMMARY:Conference CPC-1\r\n" in body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("seen", ['"{}"', 'W/"{}"', '"other", "{}"', "*", '"{}-gzip"', 'W/"{}-br"', '"{};gzip"'])
def test_a_client_with_the_current_feed_gets_304(seeded: TestClient, link: str, method: str, seen: str) -> None:
    tag = seeded.get(link).headers["etag"]
    for _ in range(2):
        response = seeded.request(method, link, headers={"if-none-match": seen.format(tag.strip('"'))})
        assert (response.status_code, response.content) == (304, b"")
        assert dict(response.headers) == {"etag": tag, "cache-control": "private, no-cache", **SAFE}
    for other in ('"other"', f'"{tag.strip(chr(34))[1:]}"', tag.strip('"')):
        assert seeded.request(method, link, headers={"if-none-match": other}).status_code == 200


def test_credentials_are_ignored(seeded: TestClient, link: str) -> None:
    for sent in ("Basic Og==", "Bearer nothing", "Negotiate", ""):
        assert seeded.get(link, headers={"authorization": sent}).status_code == 200
        assert seeded.get(f"{link}x.ics", headers={"authorization": sent}).status_code == 404


def test_all_links_without_a_feed_get_the_same_answer(seeded: TestClient, link: str) -> None:
    rotated, revoked = create(seeded), create(seeded)
    for feed, change in ((rotated, "rotate"), (revoked, "revoke")):
        assert seeded.get(feed["links"]["https"]).status_code == 200
        assert seeded.post(f"{PATH}/{feed['id']}/{change}", headers={"if-match": "*"}).status_code == 200
    secret = link.removeprefix("http://testserver/calendars/").removesuffix(".ics")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    wrong = [
        f"/calendars/{name}.ics" for name in ("x", secret[:-1], secret.swapcase(), digest, f"{secret}%00", "%F0%9F%98%80", "'")
    ]
    answers = [
        seeded.get(path, headers={"if-none-match": "*"})
        for path in (*wrong, rotated["links"]["https"], revoked["links"]["https"])
    ]
    assert {(answer.status_code, answer.content, str(sorted(answer.headers.items()))) for answer in answers} == {
        (404, answers[0].content, str(sorted(answers[0].headers.items())))
    }
    assert answers[0].json() == NO_CALENDAR
    assert seeded.head(wrong[0]).status_code == 404


def test_a_feed_changes_only_with_its_bookings(seeded: TestClient, link: str, store: Store, clock: Clock) -> None:
    tag = seeded.get(link).headers["etag"]
    number = book(store, "CPC-2", "2027-01-13T10:00", chair="C2", room="WYC-1")  # not in this feed
    assert seeded.get(link, headers={"if-none-match": tag}).status_code == 304
    clock.forward(days=1)
    assert seeded.get(link, headers={"if-none-match": tag}).status_code == 304
    with store.writing() as connection:
        bookings.end(connection, [number], Ending.MOVED, clock.now)
    book(store, "CPC-2", "2027-01-13T10:00", room="WYC-1")
    changed = seeded.get(link, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert b"Conference CPC-2" in changed.content
    clock.forward(days=75)
    assert b"BEGIN:VEVENT" not in seeded.get(link, headers={"if-none-match": changed.headers["etag"]}).content


def test_the_etag_is_equal_in_every_process(seeded: TestClient, link: str, settings: Settings, clock: Clock) -> None:
    first = seeded.get(link)
    clock.forward(hours=3)
    with TestClient(create_app(settings, clock)) as other:
        second = other.get(link)
        assert (second.content, second.headers["etag"]) == (first.content, first.headers["etag"])
        assert other.get(link, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_an_unchanged_feed_costs_one_version_query(seeded: TestClient, link: str, app: FastAPI, store: Store) -> None:
    tag = seeded.get(link).headers["etag"]
    queries: list[str] = []
    state: Any = app.state
    version = state.store.version
    state.store.version = lambda: queries.append("version") or version()
    event.listen(state.store.engine, "before_cursor_execute", lambda _c, _s, statement, *_: queries.append(statement))
    for _ in range(3):
        assert seeded.get(link, headers={"if-none-match": tag}).status_code == 304
    assert queries == ["version"] * 3


def test_the_last_fetch_is_noted_once_a_minute(seeded: TestClient, link: str, store: Store, clock: Clock) -> None:
    version = store.version()
    assert last_fetched(seeded) is None
    tag = seeded.get(link, headers={"user-agent": "Outlook " + "x" * 500}).headers["etag"]
    assert last_fetched(seeded) == {"at": "2027-01-04T09:00:00Z", "client": ("Outlook " + "x" * 500)[:200]}
    for seconds, noted in ((59, "2027-01-04T09:00:00Z"), (1, "2027-01-04T09:01:00Z"), (59, "2027-01-04T09:01:00Z")):
        clock.forward(seconds=seconds)
        assert seeded.get(link, headers={"user-agent": "khal", "if-none-match": tag}).status_code == 304
        assert last_fetched(seeded)["at"] == noted
    assert last_fetched(seeded)["client"] == "khal"
    assert store.version() == version


def test_secrets_are_not_logged(sqlite_databases: SqliteFiles, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    url = sqlite_databases.migrated()
    store = Store(url)
    fill(store)
    store.close()
    with running(tmp_path, database_url=url, demo="false", plan_processes=0) as server:
        with httpx2.Client(base_url=server.url, timeout=SECONDS) as client:
            links = client.post(PATH, json={"of": "service"}).json()["links"]
            result = client.get(links["https"])
            assert (result.status_code, result.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
            assert client.get(links["https"], headers={"if-none-match": result.headers["etag"]}).status_code == 304
            wrong = client.get(links["https"].replace(".ics", "x.ics"))
            assert wrong.json() == NO_CALENDAR
            empty = client.head(links["https"])
            assert (empty.content, empty.headers["content-length"]) == (b"", result.headers["content-length"])
        server.process.terminate()
        output, _ = server.process.communicate(timeout=SECONDS)
    assert links["secret"] not in output + "".join(capfd.readouterr())
