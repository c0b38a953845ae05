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
from tests.api.support.plans import found, queue, told_of
from tests.builders import booking, conference, schedule, tiny_problem

LATE = tiny_problem(conferences=[conference("A", due="2027-03-02", earliest="2027-03-04")])


def begun(store: Store, problem: Problem | None = None, **asked: object) -> Attempt:
    queue(store, problem, **asked)
    with store.noting() as connection:
        attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    return attempt


def made(store: Store, identifier: str) -> StoredPlan | None:
    with store.reading() as connection:
        return plans.find(connection, identifier)


def test_it_keeps_the_plan_with_what_the_checker_finds(store: Store) -> None:
    attempt = begun(store, LATE)
    work_on(store.url, attempt)
    kept = made(store, attempt.job)
    assert kept is not None
    assert kept.problem == LATE
    assert kept.schedule.solver is not None
    alone = plan(LATE, workers=1, seed=7)
    assert kept.schedule == alone.model_copy(update={"solver": kept.schedule.solver})
    assert kept.report == report_of(LATE, kept.schedule)
    assert (kept.seed, sorted(kept.versions)) == (7, ["conference-planner", "ortools", "python"])
    assert told_of(store, attempt.job) == ["queued", "started", "done"]
    ended = found(store, attempt.job)
    assert (ended.state, ended.error, ended.ended_at is not None) == (JobState.DONE, None, True)


def test_the_report_is_the_checkers_with_what_is_late() -> None:
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


def test_what_can_not_be_planned_fails_with_the_faults(store: Store) -> None:
    locked = {"conference": "A", "start": "2027-03-06T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
    attempt = begun(store, tiny_problem(published=[locked]))
    work_on(store.url, attempt)
    ended = found(store, attempt.job)
    assert (ended.state, made(store, attempt.job)) == (JobState.FAILED, None)
    assert ended.error == (
        "There can be no such plan. published[0].locks: no schedule can keep the lock of A on its time. "
        "A is on Saturday 6 March 2027, which is no working day. "
        "Remove 'time' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    )


def test_a_fault_in_the_program_is_told_without_its_traceback(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    attempt = begun(store, workers="two")
    with caplog.at_level(logging.ERROR):
        work_on(store.url, attempt)
    ended = found(store, attempt.job)
    assert (ended.state, ended.error) == (
        JobState.FAILED,
        "The planner itself has failed. Ask the service's administrator to look up the plan's id in the server's log.",
    )
    assert f"The plan {attempt.job} has failed" in caplog.text
    assert "Traceback" in caplog.text


def test_an_attempt_that_is_no_longer_the_present_one_keeps_nothing(store: Store) -> None:
    attempt = begun(store)
    with store.noting() as connection:
        jobs.release(connection, attempt, NOW)
    work_on(store.url, attempt)
    assert (found(store, attempt.job).state, made(store, attempt.job)) == (JobState.QUEUED, None)


def test_what_is_cancelled_before_there_is_a_schedule_ends_without(store: Store) -> None:
    attempt = begun(store)
    with store.writing() as connection:
        jobs.cancel(connection, attempt.job, NOW)
    work_on(store.url, attempt)
    assert (found(store, attempt.job).state, made(store, attempt.job) is not None) == (JobState.CANCELLED, False)


def test_without_a_database_it_raises_so_that_the_job_is_queued_again(store: Store) -> None:
    attempt = begun(store)
    with pytest.raises(SQLAlchemyError):
        work_on("sqlite:////nowhere/diary.db", attempt)
    assert found(store, attempt.job).state is JobState.RUNNING


@pytest.mark.parametrize("failures", [2, 3])
def test_a_plan_is_kept_though_the_database_could_not_be_written_to(
    store: Store, failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WAITS", (0, 0))
    attempt, tries = begun(store), []

    def end(connection: Connection) -> None:
        jobs.fail(connection, attempt, "So.", NOW)
        tries.append(1)
        if len(tries) <= failures:
            raise OperationalError("the database is locked", None, Exception())

    if failures == 2:
        store_end(store, end)
        assert found(store, attempt.job).state is JobState.FAILED
    else:
        with pytest.raises(OperationalError):
            store_end(store, end)
        assert found(store, attempt.job).state is JobState.RUNNING
    assert len(tries) == 3
