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
from tests.api.support.builders import NOW, Clock, book, conference

PATHS = (
    "/today", "/requests", "/requests/new", "/requests/new?kind=pre_birth", "/requests/CPC-2/dates", "/diary/2027-01-12",
    "/diary/2027-w02", "/diary/2027-w02?by=cpa", "/diary/2027-w02?by=minute-taker&site=AYL", "/diary/2027-01",
    "/diary/2027-01?by=cpa", "/diary/2027-01?by=minute-taker", "/diary/2027-01-12?cpa=C2", "/diary/2027-01-12/sheet",
    "/find", "/find?q=CPC",
    "/conferences/CPC-1", "/conferences/CPC-1/how",
    "/conferences/CPC-2/how", "/conferences/CPC-1/why-not", "/conferences/CPC-1/why",
    "/conferences/CPC-1/move", "/conferences/CPC-1/cancel", "/conferences/CPC-2/cancel", "/accessibility",
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


@pytest.mark.parametrize(
    "path",
    [
        "/today",
        "/requests",
        "/diary/2027-w02",
        "/diary/2027-w02?by=cpa",
        "/diary/2027-01",
        "/diary/2027-01?by=cpa",
        "/find?q=CPC",
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(seeded: TestClient, store: Store, path: str) -> None:
    seeded.get(path)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")  # the diary's page is rendered again
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


def test_a_month_says_how_full_each_day_is(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-4", "2027-01-12T10:00", room="AMR-1", chair="C2", minute_taker="M2")
    found = rows(read(seeded, "/diary/2027-01"))
    assert found[0] == ["From Mon 28 Dec 2026", "", "", "", "", "Fri 1 Jan Closed"]
    assert found[1][1] == "Mon 4 Jan today 0 of 6 booked, 6 free"
    assert found[2][:3] == ["From Mon 11 Jan", "Mon 11 Jan 0 of 6 booked, 6 free", "Tue 12 Jan 2 of 6 booked, 4 free"]
    assert [row[0] for row in found] == [f"From Mon {day}" for day in ("28 Dec 2026", "4 Jan", "11 Jan", "18 Jan", "25 Jan")]
    assert rows(read(seeded, "/diary/2027-01?site=AMR"))[2][2] == "Tue 12 Jan 1 of 2 booked, 1 free"


def test_a_month_by_chair_says_what_each_has_in_each_week(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-4", "2027-01-26T10:00", room=None, minute_taker="M2")
    found = rows(read(seeded, "/diary/2027-01?by=cpa&cpa=C1"))
    assert [row[0] for row in found] == ["C1"]
    assert found[0][3] == "Open the week of C1: From Mon 11 Jan 1 booked, 1 office day"
    assert found[0][5].endswith("1 booked")


def test_filters_show_others_without_their_details(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = read(seeded, "/diary/2027-01-12?cpa=C2")
    assert rows(page)[0] == ["10:00", "Takento 11:45", "Free", "Free", ""]
    assert "CPC-1" not in page
    assert "Nothing is booked on this day." in page
    assert 'href="/diary/2027-01-13?cpa=C2"' in page
    assert len(rows(read(seeded, "/diary/2027-01-12?room=WYC-1"))[0]) == 3


def test_a_stored_page_of_the_diary_is_rendered_again_after_each_change(seeded: TestClient, store: Store, clock: Clock) -> None:
    assert rows(read(seeded, "/diary/2027-01-12"))[0][1] == "Free"
    with counted() as again:
        assert read(seeded, "/diary/2027-01-12") == read(seeded, "/diary/2027-01-12")
    assert len(again) <= 2
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    assert rows(read(seeded, "/diary/2027-01-12"))[0][1].startswith("CPC-1")
    assert "today" in rows(read(seeded, "/diary/2027-01"))[1][1]
    clock.forward(days=1)
    assert "today" in rows(read(seeded, "/diary/2027-01"))[1][2]


def test_a_moment_of_a_day_has_a_link(seeded: TestClient) -> None:
    page = read(seeded, "/diary/2027-01-12")
    assert 'href="#at-2027-01-12-1000"' in page
    assert 'id="at-2027-01-12-1000"' in page


def test_the_sheet_for_reception_has_no_more_than_it_needs(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T14:00", minute_taker="M1")
    book(store, "CPC-4", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-12T10:00", room=None, chair="C2", minute_taker="M2")
    page = read(seeded, "/diary/2027-01-12/sheet?site=AYL")
    assert rows(page) == [
        ["09:30", "10:00", "11:45", "AYL-1", "CPC-4", "C1"],
        ["13:30", "14:00", "15:45", "AYL-1", "CPC-1", "C1"],
    ]
    assert texts(page, "th")[:6] == ["Arrive", "Starts", "Ends", "Room", "Reference", "CPA"]
    assert "Printed Mon 4 Jan, 09:00. Later changes are not on it." in page
    assert "OFFICIAL-SENSITIVE" in page
    assert not any(word in page for word in ("Initial", "Review", "children booked"))
    assert "Nobody comes to this office on this day." in read(seeded, "/diary/2027-01-12/sheet?site=WYC")
    assert read(seeded, "/diary/2027-w02/sheet", 404)


def test_days_weeks_and_months_lead_to_their_neighbours(seeded: TestClient) -> None:
    friday = read(seeded, "/diary/2027-01-08?by=cpa")
    assert 'href="/diary/2027-01-11?by=cpa"' in friday
    assert 'href="/diary/2026-w53"' in read(seeded, "/diary/2027-w01")
    assert seeded.get("/diary", follow_redirects=False).headers["location"] == "/diary/2027-01-04"
    assert seeded.get("/diary?day=5/2", follow_redirects=False).headers["location"] == f"/diary/{dt.date(2027, 2, 5)}"
    december = read(seeded, "/diary/2026-12")
    assert 'href="/diary/2026-11"' in december
    assert 'href="/diary/2027-01"' in december
    for wrong in ("2027-w54", "2027-13", "2027-1", "0001-01"):
        assert read(seeded, f"/diary/{wrong}", 404)
