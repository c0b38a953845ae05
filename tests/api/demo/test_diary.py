from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.decisions.to_do import ToDo, to_do
from api.demo.diary import OtherDiaryError, fill, url_of
from api.free_busy.queries import stale_before
from api.jobs import queue as jobs
from api.publishing import drafts
from api.publishing import queries as publications
from api.publishing.draft import Draft
from api.settings import Settings
from tests.api.pages.sending import read, texts
from tests.api.support.builders import Clock, conference
from tests.api.support.builders import fill as fill_by_hand

DAYS = [
    "2026-12-25",
    "2026-11-30",
    "2027-01-01",
    "2027-03-28",
    "2027-10-31",
    "2027-07-31",
    "2027-09-01",
    "2026-12-01",
]


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T09:30+00:00")


def what_to_do(store: Store, now: dt.datetime) -> tuple[ToDo, Draft]:
    """Return what Today lists, and the draft of the latest plan."""
    with store.reading() as connection:
        latest = jobs.list_jobs(connection, most=1)[0]
        shown = to_do(connection, now, stale_before(now, dt.timedelta(minutes=30)))
        return shown, drafts.of_plan(connection, latest.id, now.date())


def hold_to_every_state(store: Store, now: dt.datetime) -> None:
    """Assert that there is something of each state that a page shows."""
    shown, draft = what_to_do(store, now)
    waiting = {one.stored.value.id: one for one in shown.waiting}
    assert waiting["CPC-0901"].slots_left == 0
    assert waiting["CPC-0903"].slots_left is not None
    assert waiting["CPC-0902"].slots_left is not None
    assert waiting["CPC-0902"].slots_left < waiting["CPC-0903"].slots_left
    assert shown.broken
    assert shown.number_without_outcome
    assert [one.chair for one in shown.stale_calendars] == ["C2"]
    assert shown.kept_free
    assert draft.refusal is None
    assert draft.difference.conferences.moved
    assert draft.difference.exceptions_needed
    with store.reading() as connection:
        assert [one.number for one in publications.list_publications(connection)] == [1, 2]


def test_the_demonstration_of_29_february_has_every_state_and_is_made_once(store: Store) -> None:
    now = at("2028-02-29")
    fill(store, now)
    hold_to_every_state(store, now)
    before = store.version()
    fill(store, now)
    assert store.version() == before


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
def test_the_demonstration_of_any_day_has_every_state(store: Store, day: str) -> None:
    fill(store, at(day))
    hold_to_every_state(store, at(day))


@pytest.mark.slow
def test_every_day_of_the_demonstration_has_a_database_of_its_own(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    shown = replace(settings, demo=True, data=tmp_path)
    with TestClient(create_app(replace(shown, database_url=""), clock)) as client:
        assert texts(read(client, "/today"), "h1") == ["Monday 4 January 2027"]
        assert "<strong>Demonstration.</strong>" in read(client, "/today")
    assert sorted(one.name for one in tmp_path.glob("demo-*.db")) == ["demo-2027-01-04.db"]


def test_the_demonstration_has_another_database_than_the_diary(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert url_of(settings, at("2026-10-24").replace(hour=23, minute=30)) == f"sqlite:///{tmp_path}/demo-2026-10-25.db"
    assert settings.url == f"sqlite:///{tmp_path}/diary.db"
    assert url_of(replace(settings, database_url="sqlite:///other.db"), at("2026-10-24")) == "sqlite:///other.db"


def test_the_demonstration_refuses_a_diary_with_other_data(store: Store) -> None:
    fill_by_hand(store)
    before = store.version()
    with pytest.raises(OtherDiaryError, match="Set CONFERENCES_DEMO=false to open it"):
        fill(store, at("2027-01-04"))
    assert store.version() == before


def test_the_diary_begins_empty_without_the_demonstration(client: TestClient) -> None:
    assert client.get("/api/v1/sites").json() == {"items": [], "next": None}
    assert client.post("/api/v1/conferences", json=conference("CPC-1")).status_code == 422
