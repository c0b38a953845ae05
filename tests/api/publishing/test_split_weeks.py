"""Plans that begin or end in the middle of a week, with other bookings in the rest of it."""

from __future__ import annotations

import datetime as dt

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.snapshot import problem_of
from scheduler.domain.schedule import Booking
from tests.api.support.drafts import (
    ALL,
    CPC_1,
    CPC_2,
    CPC_3,
    CPC_4,
    HELD,
    contents,
    details,
    draft,
    keep,
    placed,
    publish,
    put,
    restore,
)

ADVICE = "Some of these are outside the planned days. Move them first, or plan whole weeks, from"
OFFICE_DAYS = f"C1 has 2 office days in the week from Monday 11 January 2027; at most 1. {ADVICE} Monday 11 January 2027 to"


def plan(store: Store, first: int, last: int, *planned: Booking) -> str:
    """Store a plan of some days of January, and return its id."""
    with store.reading() as connection:
        problem = problem_of(connection, dt.date(2027, 1, first), dt.date(2027, 1, last))
    return keep(
        store, problem, planned, dict.fromkeys(problem.conference_by_id.keys() - {one.conference for one in planned}, "None.")
    )


@pytest.mark.parametrize(("days", "until"), [((13, 31), 31), ((13, 14), 17)])
def test_office_days_before_the_planned_days_count(seeded: TestClient, store: Store, days: tuple[int, int], until: int) -> None:
    put("chairs/C1", max_office_days=1)(seeded)
    assert publish(seeded, plan(store, 4, 12, CPC_1, CPC_2)).status_code == 201
    too_much = plan(store, *days, CPC_3, CPC_4)
    before = contents(store)
    response = publish(seeded, too_much)
    detail = "The plan breaks rules with the current data: 1 breach. Make a new plan, and publish that."
    wrong = f"{OFFICE_DAYS} Sunday {until} January 2027."
    assert (response.status_code, response.json()) == (409, details("breaks-rules", 409, detail, ("C1", wrong)))
    assert contents(store) == before
    assert publish(seeded, plan(store, *days, CPC_4)).status_code == 201


def test_bookings_after_the_planned_days_count(seeded: TestClient, store: Store) -> None:
    put("chairs/C2", max_per_week=1)(seeded)
    assert publish(seeded, plan(store, 13, 31, CPC_3, CPC_4, HELD)).status_code == 201
    response = publish(seeded, plan(store, 4, 12, CPC_1, CPC_2))
    wrong = "C2 has 2 bookings in the week from Monday 11 January 2027; at most 1."
    advice = f"{ADVICE} Monday 4 January 2027 to Sunday 17 January 2027."
    assert response.json()["errors"] == [{"where": "C2", "message": f"{wrong} {advice}"}]


def test_a_plan_of_whole_weeks_can_be_published(seeded: TestClient, store: Store) -> None:
    put("chairs/C1", max_office_days=1)(seeded)
    publish(seeded, plan(store, 4, 12, CPC_1, CPC_2))
    assert publish(seeded, plan(store, 11, 31, placed("CPC-1", "13T14:00", "AYL-1", "C1", "M1"), *ALL[1:])).status_code == 201


def test_a_breach_that_already_exists_is_not_an_obstacle(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    put("chairs/C1", max_office_days=1)(seeded)
    later = placed("CPC-4", "15T10:00", "AMR-1", "C2", "M1")
    assert publish(seeded, plan(store, 13, 31, CPC_3, later, HELD)).status_code == 201


def test_a_restoration_is_refused_if_later_bookings_break_a_limit(seeded: TestClient, store: Store) -> None:
    put("chairs/C1", max_office_days=1)(seeded)
    publish(seeded, plan(store, 13, 31, CPC_3, CPC_4, HELD))
    publish(seeded, plan(store, 13, 31, HELD))
    publish(seeded, plan(store, 4, 12, CPC_1, CPC_2))
    wrong = f"{OFFICE_DAYS} Sunday 31 January 2027."
    assert restore(seeded, 1).json()["errors"] == [{"where": "C1", "message": wrong}]
