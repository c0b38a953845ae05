"""The advice on slots to keep free, from the diary's own conferences or from published volumes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from scheduler.domain.conference import Conference
from tests.api.decisions.diary import store_held
from tests.api.support.builders import NOW, Clock, conference

PATH = "/api/v1/holds/advice"
WEEKS = 20
FIRST = dt.date(2026, 8, 17)
"""The Monday 20 weeks before the present one."""


def advice(client: TestClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def add_history(store: Store) -> None:
    """Add to week n of 20, on its Wednesday, n % 4 conferences at Wycombe; at Aylesbury a review and a cancelled one."""
    with store.writing() as connection:
        for n in range(WEEKS):
            day = FIRST + dt.timedelta(weeks=n, days=2)
            due = {"due": day.isoformat(), "requested": (day - dt.timedelta(days=14)).isoformat()}
            for m in range(n % 4):
                kind = "transfer_in" if m else "initial"
                conferences.add(
                    connection, Conference.model_validate(conference(f"H-{n}-{m}", site="WYC", kind=kind, **due)), NOW
                )
            conferences.add(connection, Conference.model_validate(conference(f"R-{n}", kind="review", **due)), NOW)
            wrong = Conference.model_validate(conference(f"X-{n}", **due))
            conferences.add(connection, wrong, NOW)
            conferences.change(connection, wrong, NOW, state=ConferenceState.CANCELLED)


def test_the_own_history_gives_the_slots_of_each_site(seeded: TestClient, store: Store) -> None:
    add_history(store)
    result = advice(seeded, "percent=25")
    assert (result["source"], result["first"], result["last"]) == ("own history", "2026-08-24", "2027-01-03")
    by_site = {one["site"]: one for one in result["sites"]}
    assert list(by_site) == ["AYL", "AMR", "WYC"]
    wycombe = by_site["WYC"]
    assert (wycombe["slots"], wycombe["run_out_percent"], wycombe["mean"]) == (3, 0.0, 1.58)
    assert wycombe["weeks_by_count"] == {"0": 4, "1": 5, "2": 5, "3": 5}
    assert wycombe["weeks"][:2] == [{"week": "2026-08-24", "conferences": 1}, {"week": "2026-08-31", "conferences": 2}]
    assert (by_site["AYL"]["slots"], by_site["AYL"]["weeks_by_count"]) == (0, {"0": 19})
    assert [one["slots"] for one in advice(seeded, "percent=27")["sites"]] == [0, 0, 2]
    assert (result["release"]["requests"], result["release"]["median"]) == (30, 10)


def test_without_a_history_the_published_volumes_are_shared_among_the_sites(seeded: TestClient) -> None:
    result = advice(seeded)
    assert (result["source"], result["first"], result["percent"]) == ("published volumes", None, 10)
    assert [(one["site"], one["slots"], one["mean"], one["run_out_percent"]) for one in result["sites"]] == [
        (site, 4, 2.18, 7.1) for site in ("AYL", "AMR", "WYC")
    ]
    assert result["release"]["working_days_before"] == 4


def test_held_slots_that_no_new_family_can_use_are_listed(seeded: TestClient, store: Store, clock: Clock) -> None:
    number = store_held(store, "2027-01-19T10:00")
    clock.now = dt.datetime(2027, 1, 12, 9, tzinfo=dt.UTC)
    assert advice(seeded)["to_release"] == [], "who asks today can still come on the 19th"
    clock.forward(days=1)
    assert advice(seeded)["to_release"] == [{"number": number, "hold": "HOLD-AYL-2027-01-18-1", "start": "2027-01-19T10:00"}]
    clock.forward(days=7)
    assert advice(seeded)["to_release"] == [], "it is over"


def test_an_empty_diary_has_no_sites(client: TestClient) -> None:
    assert advice(client)["sites"] == []


@pytest.mark.parametrize("query", ["percent=51", "percent=-1", "weeks=12", "weeks=many"])
def test_an_odd_request_is_refused(seeded: TestClient, query: str) -> None:
    answer = seeded.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, f"query.{query.split('=', maxsplit=1)[0]}")
