from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy.exc import IntegrityError

from api.database.session import Store
from api.planning import queries as plans
from api.planning.queries import PlanSummary
from scheduler.domain.schedule import Tier, Unplaced
from tests.api.support.builders import NOW
from tests.api.support.plans import queue, stored_plan
from tests.builders import booking, schedule

TIER = Tier(name="unplaced", value=1, bound=0, proven=False)
SCHEDULE = schedule(booking("A"), unplaced=(Unplaced(conference="B", reason="Nothing is left."),), tiers=(TIER,))


def test_a_stored_plan_is_read_unchanged(store: Store) -> None:
    plan = dataclasses.replace(stored_plan(queue(store).id), schedule=SCHEDULE)
    with store.noting() as connection:
        plans.add(connection, plan)
    with store.reading() as connection:
        assert plans.find(connection, plan.id) == plan
        assert plans.schedule_of(connection, plan.id) == SCHEDULE.model_dump(mode="json")
        assert plans.summary(connection, plan.id) == PlanSummary(
            [{"name": "unplaced", "value": 1, "bound": 0, "proven": False}],
            [{"conference": "B", "reason": "Nothing is left."}],
            plan.report,
            NOW,
            [],
        )


def test_a_queued_job_has_no_plan(store: Store) -> None:
    identifier = queue(store).id
    with store.reading() as connection:
        assert plans.find(connection, identifier) is None
        assert plans.schedule_of(connection, identifier) is None
        assert plans.summary(connection, identifier) is None


def test_a_job_has_at_most_one_plan(store: Store) -> None:
    plan = stored_plan(queue(store).id)
    with store.noting() as connection:
        plans.add(connection, plan)
    with pytest.raises(IntegrityError), store.noting() as connection:
        plans.add(connection, plan)


def test_a_plan_needs_a_job(store: Store) -> None:
    with pytest.raises(IntegrityError), store.noting() as connection:
        plans.add(connection, stored_plan("P-none"))
