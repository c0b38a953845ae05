from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Those
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from api.database.session import Store, version_of
from api.jobs import queue as jobs
from api.jobs.queue import Attempt, Job, JobEvent, JobEventKind, JobState
from api.planning import queries as plans
from tests.api.support.builders import NOW
from tests.api.support.plans import REQUEST, event_names, events_in, queue, stored_job, stored_plan
from tests.builders import tiny_problem

LATER = NOW + dt.timedelta(seconds=1)
LAST = NOW + dt.timedelta(seconds=2)


def claim(store: Store, runner: str = "R", now: dt.datetime = NOW) -> Attempt:
    with store.noting() as connection:
        attempt = jobs.claim(connection, runner, now)
    assert attempt is not None
    return attempt


def events(store: Store, identifier: str) -> list[tuple[dt.datetime, str, dict[str, Any]]]:
    with store.reading() as connection:
        return [(event.at, event.event, event.data) for event in jobs.events(connection, identifier)]


def test_a_job_is_queued_started_and_done(store: Store) -> None:
    queued = queue(store)
    assert queued == Job(queued.id, REQUEST, JobState.QUEUED, 0, False, None, NOW, None, None)
    with store.reading() as connection:
        assert jobs.problem_of(connection, queued.id) == tiny_problem()
        assert jobs.queued(connection)
    attempt = claim(store, now=LATER)
    assert (attempt, attempt.heard_at) == (Attempt(queued.id, 1, "R", LATER), LATER)
    assert stored_job(store, queued.id) == Job(queued.id, REQUEST, JobState.RUNNING, 1, False, None, NOW, LATER, None)
    progress = {"tier": "late", "value": 3, "bound": None, "seconds": 0.5}
    with store.noting() as connection:
        assert jobs.latest_progress(connection, queued.id) is None
        jobs.add_progress(connection, attempt, progress, LATER)
        assert jobs.latest_progress(connection, queued.id) == progress
        assert jobs.should_continue(connection, attempt)
        assert plans.finish(connection, attempt, stored_plan(queued.id), LAST)
        assert not jobs.should_continue(connection, attempt)
        assert not jobs.queued(connection)
    assert stored_job(store, queued.id) == Job(queued.id, REQUEST, JobState.DONE, 1, False, None, NOW, LATER, LAST)
    with store.reading() as connection:
        assert plans.find(connection, queued.id) == stored_plan(queued.id)
    assert events(store, queued.id) == [
        (NOW, "queued", {}),
        (LATER, "started", {"attempt": 1}),
        (LATER, "progress", progress),
        (LAST, "done", {}),
    ]


def test_events_are_listed_after_a_number(store: Store) -> None:
    job = queue(store)
    claim(store)
    with store.reading() as connection:
        first, second = jobs.events(connection, job.id)
        assert jobs.events(connection, job.id, most=1) == [first]
        assert jobs.events(connection, job.id, after=first.number) == [
            JobEvent(second.number, NOW, JobEventKind.STARTED, {"attempt": 1}),
        ]
        assert jobs.events(connection, job.id, after=second.number) == []
        assert first.number < second.number


def test_the_oldest_job_is_started_first(store: Store) -> None:
    waiting = [queue(store) for _ in range(3)]
    with store.writing() as connection:
        earlier = jobs.add(connection, tiny_problem(), REQUEST, NOW - dt.timedelta(days=1))
    claimed = [claim(store).job for _ in range(4)]
    assert claimed == [earlier.id, *sorted(job.id for job in waiting)]
    with store.noting() as connection:
        assert jobs.claim(connection, "R", NOW) is None


def test_concurrent_runners_start_each_job_once(store: Store) -> None:
    waiting = [queue(store).id for _ in range(12)]

    def claim_all(runner: str) -> list[Attempt]:
        claimed = []
        while True:
            with store.reading() as connection:
                if not jobs.queued(connection):
                    return claimed
            with store.noting() as connection:
                if attempt := jobs.claim(connection, runner, NOW):
                    claimed.append(attempt)

    with ThreadPoolExecutor(6) as threads:
        claimed = [attempt for attempts in threads.map(claim_all, "ABCDEF") for attempt in attempts]
    assert sorted(attempt.job for attempt in claimed) == sorted(waiting)
    assert {attempt.number for attempt in claimed} == {1}


def test_a_job_that_is_finished_concurrently_ends_once(store: Store) -> None:
    job, attempt = queue(store), claim(store)

    def finish(_: int) -> bool:
        with store.noting() as connection:
            return plans.finish(connection, attempt, stored_plan(job.id), NOW)

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(finish, range(12))) == [False] * 11 + [True]
    assert events_in(store, job.id) == ["queued", "started", "done"]


def test_only_the_latest_attempt_of_a_job_counts(store: Store) -> None:
    job, first = queue(store), claim(store, "R1")
    with store.noting() as connection:
        jobs.add_progress(connection, first, {"tier": "late", "value": 3, "bound": 0, "seconds": 1.0}, NOW)
        jobs.release(connection, first, LATER)
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.QUEUED, 1, False, None, NOW, None, None)
    second = claim(store, "R2")
    with store.noting() as connection:
        assert jobs.latest_progress(connection, job.id) is None
        assert not jobs.should_continue(connection, first)
        jobs.add_progress(connection, first, {"tier": "late"}, NOW)
        jobs.release(connection, first, NOW)
        assert not plans.finish(connection, first, stored_plan(job.id), NOW)
        assert not jobs.fail(connection, first, "No.", NOW)
        assert plans.finish(connection, second, stored_plan(job.id), NOW)
    assert [event for _, event, _ in events(store, job.id)] == ["queued", "started", "progress", "queued", "started", "done"]


def test_a_failed_job_has_an_error(store: Store) -> None:
    job, attempt = queue(store), claim(store)
    with store.noting() as connection:
        assert jobs.fail(connection, attempt, "No such plan can be.", LATER)
        assert plans.find(connection, job.id) is None
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.FAILED, 1, False, "No such plan can be.", NOW, NOW, LATER)
    assert events(store, job.id)[-1] == (LATER, "failed", {"error": "No such plan can be."})


def test_a_job_that_is_interrupted_too_often_fails(store: Store) -> None:
    job = queue(store)
    for _ in range(jobs.MOST_CUT_OFFS):
        attempt = claim(store)
        with store.noting() as connection:
            jobs.release(connection, attempt, NOW)
    ended = stored_job(store, job.id)
    assert (ended.state, ended.attempt) == (JobState.FAILED, 20)
    assert ended.error == "It was interrupted 20 times before it was done. Plan fewer days at once."


def test_cancelling_a_queued_job_ends_it_at_once(store: Store) -> None:
    job = queue(store)
    with store.writing() as connection:
        assert jobs.cancel(connection, job.id, LATER)
        assert not jobs.cancel(connection, job.id, LAST)
        assert not jobs.queued(connection)
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.CANCELLED, 0, True, None, NOW, None, LATER)
    assert events_in(store, job.id) == ["queued", "cancelled"]


def test_cancelling_a_running_job_ends_it_with_its_plan(store: Store) -> None:
    job, attempt = queue(store), claim(store)
    with store.writing() as connection:
        assert jobs.cancel(connection, job.id, LATER)
        assert jobs.cancel(connection, job.id, LATER)
        assert not jobs.should_continue(connection, attempt)
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.RUNNING, 1, True, None, NOW, NOW, None)
    with store.noting() as connection:
        assert plans.finish(connection, attempt, stored_plan(job.id), LAST)
        assert plans.find(connection, job.id) == stored_plan(job.id)
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.CANCELLED, 1, True, None, NOW, NOW, LAST)
    assert events_in(store, job.id) == ["queued", "started", "cancelling", "cancelled"]


def test_a_cancelled_job_is_not_started_again(store: Store) -> None:
    job, attempt = queue(store), claim(store)
    with store.writing() as connection:
        jobs.cancel(connection, job.id, LATER)
    with store.noting() as connection:
        jobs.release(connection, attempt, LAST)
    assert stored_job(store, job.id) == Job(job.id, REQUEST, JobState.CANCELLED, 1, True, None, NOW, NOW, LAST)


def test_a_heartbeat_is_recorded_for_the_current_attempt_only(store: Store) -> None:
    queue(store)
    first = claim(store)
    with store.noting() as connection:
        jobs.heartbeat(connection, [first], LATER)
        assert [(attempt, attempt.heard_at) for attempt in jobs.running(connection)] == [(first, LATER)]
        jobs.release(connection, first, LATER)
        assert jobs.running(connection) == []
    second = claim(store)
    with store.noting() as connection:
        jobs.heartbeat(connection, [first], LAST)
        assert [(attempt, attempt.heard_at) for attempt in jobs.running(connection)] == [(second, NOW)]


def test_jobs_are_listed_after_a_job(store: Store) -> None:
    waiting = [queue(store) for _ in range(4)]
    with store.writing() as connection:
        last = jobs.add(connection, tiny_problem(), REQUEST, LATER)
    expected = [last, *sorted(waiting, key=lambda job: job.id, reverse=True)]
    with store.reading() as connection:
        assert jobs.list_jobs(connection) == expected
        assert jobs.list_jobs(connection, most=2) == expected[:2]
        assert jobs.list_jobs(connection, after=expected[0], most=2) == expected[1:3]
        assert jobs.list_jobs(connection, after=expected[2]) == expected[3:]


def test_a_job_does_not_change_the_diarys_version(store: Store) -> None:
    job = queue(store)
    with store.reading() as connection:
        before = version_of(connection)
    attempt = claim(store)
    with store.noting() as connection:
        plans.finish(connection, attempt, stored_plan(job.id), NOW)
    with store.reading() as connection:
        assert version_of(connection) == before


@dataclass
class Expected:
    """The expected state of a job."""

    state: JobState = JobState.QUEUED
    attempt: int = 0
    cut_offs: int = 0
    cancelled: bool = False
    has_plan: bool = False


class JobMachine(RuleBasedStateMachine):
    """Events of jobs in any order. A job ends at most once, and only by its current attempt."""

    identifiers: Those[str] = Those("identifiers")
    attempts: Those[Attempt] = Those("attempts")
    store: Store

    @initialize()
    def begin(self) -> None:
        self.connection = self.store.engine.connect()
        self.expected: dict[str, Expected] = {}

    def teardown(self) -> None:
        self.connection.close()  # nothing was committed

    def is_present(self, attempt: Attempt) -> bool:
        expected = self.expected[attempt.job]
        return expected.state is JobState.RUNNING and expected.attempt == attempt.number

    @rule(target=identifiers)
    def add(self) -> str:
        job = jobs.add(self.connection, tiny_problem(), REQUEST, NOW)
        self.expected[job.id] = Expected()
        return job.id

    @rule(target=attempts)
    def claim(self) -> Any:
        attempt = jobs.claim(self.connection, "R", NOW)
        assert (attempt is None) == all(expected.state is not JobState.QUEUED for expected in self.expected.values())
        if attempt is None:
            return multiple()
        expected = self.expected[attempt.job]
        assert (expected.state, expected.attempt + 1) == (JobState.QUEUED, attempt.number)
        expected.state, expected.attempt = JobState.RUNNING, attempt.number
        return attempt

    @rule(identifier=identifiers)
    def cancel(self, identifier: str) -> None:
        expected = self.expected[identifier]
        assert jobs.cancel(self.connection, identifier, NOW) == (expected.state not in jobs.ENDED)
        if expected.state not in jobs.ENDED:
            expected.cancelled = True
        if expected.state is JobState.QUEUED:
            expected.state = JobState.CANCELLED

    @rule(attempt=attempts)
    def report_progress(self, attempt: Attempt) -> None:
        before = jobs.latest_progress(self.connection, attempt.job)
        jobs.add_progress(self.connection, attempt, {"value": attempt.number}, NOW)
        if not self.is_present(attempt):
            assert jobs.latest_progress(self.connection, attempt.job) == before

    @rule(attempt=attempts)
    def finish(self, attempt: Attempt) -> None:
        expected, present = self.expected[attempt.job], self.is_present(attempt)
        assert plans.finish(self.connection, attempt, stored_plan(attempt.job), NOW) == present
        if present:
            expected.state, expected.has_plan = JobState.CANCELLED if expected.cancelled else JobState.DONE, True

    @rule(attempt=attempts)
    def fail(self, attempt: Attempt) -> None:
        present = self.is_present(attempt)
        assert jobs.fail(self.connection, attempt, "No.", NOW) == present
        if present:
            self.expected[attempt.job].state = JobState.FAILED

    @rule(attempt=attempts, may_fail=st.booleans())
    def release(self, attempt: Attempt, may_fail: bool) -> None:
        expected, present = self.expected[attempt.job], self.is_present(attempt)
        jobs.release(self.connection, attempt, NOW, may_fail=may_fail)
        if present:
            expected.cut_offs += may_fail
            again = JobState.FAILED if expected.cut_offs >= jobs.MOST_CUT_OFFS else JobState.QUEUED
            expected.state = JobState.CANCELLED if expected.cancelled else again

    @invariant()
    def all_jobs_are_as_expected(self) -> None:
        for identifier, expected in self.expected.items():
            job = jobs.find(self.connection, identifier)
            assert job is not None
            assert (job.state, job.attempt, job.cancelled) == (expected.state, expected.attempt, expected.cancelled)
            assert job.has_ended == (job.ended_at is not None)
            assert expected.has_plan == (plans.summary(self.connection, identifier) is not None)
            happened = event_names(self.connection, identifier)
            assert [one for one in happened if one in jobs.ENDED] == ([job.state] if job.has_ended else [])
            assert not job.has_ended or happened[-1] == job.state
            assert happened.count("started") == job.attempt


def test_jobs_are_as_expected_after_random_events(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_CUT_OFFS", 3)
    machine: Callable[[], JobMachine] = type("JobMachineInStore", (JobMachine,), {"store": store})
    checks = (HealthCheck.too_slow,)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )
