"""Requests about the present diary take the database no more work when it has years of history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.diary.service import queries as documents
from scheduler.domain.conference import Conference
from scheduler.domain.policy import Policy
from tests.api.support import builders
from tests.api.support.builders import NOW, Clock, book, conference
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import IN_PROCESS
from tests.api.support.work import Work, counted
from tests.builders import booking

DAYS = 200
"""The days of history: each has a conference in the morning and one in the afternoon."""
NEW = conference("CPC-9", site="WYC", family="FAM-9")
PRESENT_PAIRS = (("CPC-1", "CPC-2"), ("CPC-3", "fam-9"))


def held(connection: Connection, day: dt.date, hour: int, number: int) -> None:
    """Store a conference that was held, with its booking. Four in sequence are one family's chain."""
    identifier, follows = f"OLD-{number}", f"OLD-{number - 1}" if number % 4 else None
    value = conference(
        identifier,
        kind="review",
        trigger=str(day),
        requested=None,
        due=str(day),
        family=f"FAM-OLD-{number // 4}",
        social_worker="SW",
    )
    conferences.add(connection, Conference.model_validate(value), NOW, follows)
    conferences.change(connection, Conference.model_validate(value), NOW, state=ConferenceState.HELD)
    made = booking(identifier, f"{day}T{hour:02}:00", minute_taker="M1")
    bookings.add(connection, DiaryBooking(made), Policy(), NOW)


def fill(store: Store, days: int) -> None:
    """Store the small service with some bookings to come, and a history of conferences that were held."""
    builders.fill(store)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-02-12T10:00", minute_taker="M1")
    with store.writing() as connection:
        for n in range(days):
            day = NOW.date() - dt.timedelta(days=n + 1)
            for half, hour in enumerate((10, 14)):
                held(connection, day, hour, 2 * n + half)
        old = tuple((f"FAM-OLD-{n}", f"OLD-{4 * n + 6}") for n in range(days // 2 - 1))
        documents.put(connection, "apart", PRESENT_PAIRS + old, NOW)


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Mapping[int, Path]:
    """Return the diaries to copy, by their days of history."""
    files = SqliteFiles(tmp_path_factory.mktemp("history"), migrated_file)
    paths = {}
    for days in (0, DAYS):
        url = files.migrated()
        store = Store(url)
        fill(store, days)
        store.close()
        paths[days] = Path(url.removeprefix("sqlite:///"))
    return paths


@contextmanager
def service(template: Path, folder: Path) -> Iterator[TestClient]:
    """Yield a client of a service with a copy of a diary, whose first request of each kind has been answered."""
    url = SqliteFiles(folder, template).migrated()
    with TestClient(create_app(replace(IN_PROCESS, database_url=url, data=folder), Clock())) as client:
        yield client


def work_of(template: Path, folder: Path, method: str, path: str, body: Any) -> tuple[int, Work]:
    """Return the status of a request, and its work."""
    folder.mkdir()
    with service(template, folder) as client:
        headers = {"If-Match": "*"} if method == "POST" else {}
        engine = client.app.state.store.engine  # type: ignore[attr-defined]  # Starlette types its app loosely
        with counted(engine) as work:
            answer = client.request(method, path, json=body, headers=headers)
    return answer.status_code, work


PLACE = {"conference": "CPC-3", "start": "2027-01-14T10:00", "room": "AMR-1", "chair": "C1", "minute_taker": "M1"}
OFFERS: dict[str, Any] = {"new": NEW, "cures": False}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/offers", OFFERS),
        ("POST", "/api/v1/offers", {"conference": "CPC-1", "cures": False}),
        ("POST", "/api/v1/conferences", NEW),
        ("POST", "/api/v1/offers/book", {"new": NEW, "start": "2027-01-13T10:00", "room": "WYC-1", "chair": "C1"}),
        ("POST", "/api/v1/bookings", PLACE),
        ("POST", "/api/v1/conferences/CPC-1/cancel", {"reason": "no longer needed"}),
        ("GET", "/api/v1/conferences/CPC-1", None),
        ("GET", "/api/v1/waiting", None),
        ("GET", "/api/v1/conflicts", None),
        ("GET", "/api/v1/bookings?first=2027-01-04&last=2027-01-31", None),
        ("GET", "/today", None),
        ("GET", "/diary", None),
        ("GET", "/requests", None),
        ("GET", "/requests/new", None),
        ("GET", "/requests/CPC-3/dates", None),
        ("GET", "/conferences/CPC-1", None),
        ("GET", "/conferences/CPC-1/move", None),
    ],
)
def test_history_is_not_read(templates: Mapping[int, Path], tmp_path: Path, method: str, path: str, body: Any) -> None:
    status, short = work_of(templates[0], tmp_path / "short", method, path, body)
    assert status < 300
    long_status, long = work_of(templates[DAYS], tmp_path / "long", method, path, body)
    assert long_status == status
    assert asdict(long) | {"steps": 0} == asdict(short) | {"steps": 0}
    assert long.steps <= 1.2 * short.steps
