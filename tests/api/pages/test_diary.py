from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences import queries as conferences
from scheduler.domain.conference import Conference
from tests.api.pages.sending import read, rows, texts
from tests.api.support.builders import NOW, book, conference

PATHS = (
    "/today", "/requests", "/requests/new", "/requests/new?kind=pre_birth", "/requests/CPC-2/dates", "/diary/2027-01-12",
    "/diary/2027-w02", "/diary/2027-w02?by=cpa", "/diary/2027-w02?by=minute-taker&site=AYL", "/find", "/find?q=CPC",
    "/conferences/CPC-1", "/conferences/CPC-1/move", "/conferences/CPC-1/cancel", "/conferences/CPC-2/cancel", "/accessibility",
    "/cookies", "/privacy", "/people", "/people/new", "/people/C1", "/people/C1/change", "/minute-takers", "/minute-takers/new",
    "/minute-takers/M1", "/rooms", "/rooms/new", "/rooms/AYL-1", "/rooms/AYL-1/change", "/offices", "/offices/WYC", "/absences",
    "/absences?who=chair:C1", "/calendar-links", "/calendar-links/how-to", "/own-calendars/C1",
    "/settings", "/settings/days", "/settings/days?later=yes", "/settings/history",
)  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the list of statements that are executed."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_valid_html_and_loads_nothing_from_elsewhere(seeded: TestClient, store: Store, path: str) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    assert len(texts(read(seeded, path), "h1")) == 1


@pytest.mark.parametrize("path", ["/today", "/requests", "/diary/2027-w02", "/diary/2027-w02?by=cpa", "/find?q=CPC"])
def test_the_number_of_queries_does_not_grow_with_the_rows(seeded: TestClient, store: Store, path: str) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    seeded.get(path)
    with counted() as few:
        seeded.get(path)
    with store.writing() as connection:
        for n in range(20):
            conferences.add(connection, Conference.model_validate(conference(f"CPC-2{n:02}")), NOW)
    for n, day in enumerate((11, 12, 13, 14)):
        book(store, f"CPC-2{n:02}", f"2027-01-{day}T14:00", minute_taker="M1")
    with counted() as many:
        assert seeded.get(path).status_code == 200
    assert len(many) == len(few)


def test_a_day_has_its_rooms_across_and_its_starts_down(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = read(seeded, "/diary/2027-01-12")
    assert "1 conference booked." in page
    assert rows(page) == [
        ["10:00", "CPC-1 Initialto 11:45, arrive 09:30C1, M1", "Free", "Free", ""],
        ["14:00", "Free", "Free", "Free", ""],
    ]


def test_a_week_by_chair_says_who_is_away(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    away = {"id": "C2", "absences": [{"first": "2027-01-13", "last": "2027-01-14"}], "works": ["mon", "tue", "wed", "thu"]}
    before = seeded.get("/api/v1/chairs/C2")
    changed = seeded.put("/api/v1/chairs/C2", json={**before.json(), **away}, headers={"If-Match": before.headers["etag"]})
    assert changed.status_code == 200
    assert rows(read(seeded, "/diary/2027-w02?by=cpa"))[:2] == [
        ["C1", "Free", "CPC-1 Initial10:00 to 11:45, arrive 09:30Aylesbury, AYL-1", "Free", "Free", "Free"],
        ["C2", "Free", "Free", "Away", "Away", "Does not work"],
    ]


def test_days_and_weeks_lead_to_their_neighbours(seeded: TestClient) -> None:
    friday = read(seeded, "/diary/2027-01-08?by=cpa")
    assert 'href="/diary/2027-01-11?by=cpa"' in friday
    assert 'href="/diary/2026-w53"' in read(seeded, "/diary/2027-w01")
    assert seeded.get("/diary", follow_redirects=False).headers["location"] == "/diary/2027-01-04"
    assert seeded.get("/diary?day=5/2", follow_redirects=False).headers["location"] == f"/diary/{dt.date(2027, 2, 5)}"
    assert read(seeded, "/diary/2027-w54", 404)
