from __future__ import annotations

import logging

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs import watch
from api.jobs.queue import Attempt, JobState
from api.jobs.watch import store_end
from api.planning import queries as plans
from api.planning.queries import StoredPlan
from api.planning.worker import report_of, work_on
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.planner import plan
from tests.api.support.builders import NOW
from tests.api.support.plans import events_in, queue, stored_job
from tests.builders import booking, conference, schedule, tiny_problem

LATE = tiny_problem(conferences=[conference("A", due="2027-03-02", earliest="2027-03-04")])


def start_plan(store: Store, problem: Problem | None = None, **request: object) -> Attempt:
    queue(store, problem, **request)
    with store.noting() as connection:
        attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    return attempt


def stored_plan(store: Store, identifier: str) -> StoredPlan | None:
    with store.reading() as connection:
        return plans.find(connection, identifier)


def test_a_plan_is_stored_with_the_checkers_report(store: Store) -> None:
    attempt = start_plan(store, LATE)
    work_on(store.url, attempt)
    stored = stored_plan(store, attempt.job)
    assert stored is not None
    assert stored.problem == LATE
    assert stored.schedule.solver is not None
    alone = plan(LATE, workers=1, seed=7)
    assert stored.schedule == alone.model_copy(update={"solver": stored.schedule.solver})
    assert stored.report == report_of(LATE, stored.schedule)
    assert (stored.seed, sorted(stored.versions)) == (7, ["conference-planner", "ortools", "python"])
    assert events_in(store, attempt.job) == ["queued", "started", "done"]
    ended = stored_job(store, attempt.job)
    assert (ended.state, ended.error, ended.ended_at is not None) == (JobState.DONE, None, True)


def test_the_report_includes_late_bookings() -> None:
    late = schedule(booking("A", "2027-03-04T10:00"))
    report = check(LATE, late)
    assert report_of(LATE, late) == {
        "violations": [],
        "measure": {"tiers": report.measure.tiers, "counts": report.measure.counts},
        "remarks": [],
        "implausible": [],
        "exceptions": [],
        "late": [
            {
                "conference": "A",
                "start": "2027-03-04T10:00",
                "due": "2027-03-02",
                "working_days": 2,
                "why": "It could not be held before Thursday 4 March: that is the earliest date given for it.",
            }
        ],
    }


def test_an_impossible_plan_fails_with_its_faults(store: Store) -> None:
    locked = {"conference": "A", "start": "2027-03-06T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
    attempt = start_plan(store, tiny_problem(published=[locked]))
    work_on(store.url, attempt)
    ended = stored_job(store, attempt.job)
    assert (ended.state, stored_plan(store, attempt.job)) == (JobState.FAILED, None)
    assert ended.error == (
        "No such plan is possible. published[0].locks: no schedule can keep the lock of A on its time. "
        "A is on Saturday 6 March 2027, which is no working day. "
        "Remove 'time' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    )


def test_a_bug_fails_the_plan_without_a_traceback(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    attempt = start_plan(store, workers="two")
    with caplog.at_level(logging.ERROR):
        work_on(store.url, attempt)
    ended = stored_job(store, attempt.job)
    assert (ended.state, ended.error) == (
        JobState.FAILED,
        "The planner itself failed. Ask the service's administrator to look up the plan's id in the server's log.",
    )
    assert f"The plan {attempt.job} failed" in caplog.text
    assert "Traceback" in caplog.text


def test_an_attempt_that_is_not_current_stores_nothing(store: Store) -> None:
    attempt = start_plan(store)
    with store.noting() as connection:
        jobs.release(connection, attempt, NOW)
    work_on(store.url, attempt)
    assert (stored_job(store, attempt.job).state, stored_plan(store, attempt.job)) == (JobState.QUEUED, None)


def test_a_plan_cancelled_at_once_ends_without_a_schedule(store: Store) -> None:
    attempt = start_plan(store)
    with store.writing() as connection:
        jobs.cancel(connection, attempt.job, NOW)
    work_on(store.url, attempt)
    assert (stored_job(store, attempt.job).state, stored_plan(store, attempt.job) is not None) == (JobState.CANCELLED, False)


def test_a_database_error_leaves_the_job_running(store: Store) -> None:
    attempt = start_plan(store)
    with pytest.raises(SQLAlchemyError):
        work_on("sqlite:////nowhere/diary.db", attempt)
    assert stored_job(store, attempt.job).state is JobState.RUNNING


@pytest.mark.parametrize("failures", [2, 3])
def test_storing_the_end_is_repeated_after_database_errors(store: Store, failures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "WAITS", (0, 0))
    attempt, tries = start_plan(store), []

    def end(connection: Connection) -> None:
        jobs.fail(connection, attempt, "So.", NOW)
        tries.append(1)
        if len(tries) <= failures:
            raise OperationalError("the database is locked", None, Exception())

    if failures == 2:
        store_end(store, end)
        assert stored_job(store, attempt.job).state is JobState.FAILED
    else:
        with pytest.raises(OperationalError):
            store_end(store, end)
        assert stored_job(store, attempt.job).state is JobState.RUNNING
    assert len(tries) == 3
