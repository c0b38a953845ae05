from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from api.database.json_values import to_json
from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.process import UnreachableError
from api.jobs.queue import JobState
from api.whatif import solves, sweeps
from api.whatif import worker as whatif_worker
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind
from api.whatif.worker import work_on
from scheduler.sweeps.executors import workers_of
from scheduler.sweeps.task import Effort, OtherEngineError, Solved, Task, solve, task_of
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.results import Comparison, Variant, compared
from scheduler.whatif.marginal_value.search import Appraisal, Search, marginal_value
from tests.api.support.builders import NOW
from tests.api.support.plans import events_in
from tests.api.support.sweeps import REQUEST, WEEK, begin, claimed, parts, results, stored_sweep, work_on_all
from tests.api.whatif.test_routes import without_seconds
from tests.builders import tiny_problem
from tests.sweeps.test_dask import cluster
from tests.sweeps.tiny_tasks import figures, tasks

BOOKED = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
LEAVES = {"name": "C1 leaves", "changes": [{"change": "chair_leaves", "chair": "C1"}]}


def expected_comparison(compared_tasks: list[Task], solved: Mapping[str, Solved]) -> Comparison:
    """Return the scheduler's own comparison of the results of these tasks; the first is the base."""
    variants = [
        Variant(f"scenario {n}" if n else "base", (f"Change {n}.",) if n else (), task.problem)
        for n, task in enumerate(compared_tasks)
    ]
    comparison = compared(variants, [solved[task.key] for task in compared_tasks])
    assert comparison is not None
    return comparison


def result_of(store: Store, value: StoredSweep) -> Appraisal:
    with store.reading() as connection:
        return Appraisal.model_validate(sweeps.result_of(connection, value.id))


def begin_value(store: Store, task: Task) -> StoredSweep:
    with store.writing() as connection:
        return sweeps.add(connection, SweepKind.VALUE, REQUEST, [SolveRequest(task, "base")], NOW)


def test_scenarios_are_solved_and_compared_with_the_base(store: Store) -> None:
    several = tasks(3)
    compared_tasks = [*several, several[0]]
    sweep = begin(store, compared_tasks)
    worked = work_on_all(store)
    stored = results(store, several)
    assert figures(stored.values()) == figures(solve(task) for task in several)
    expected = expected_comparison(compared_tasks, stored)
    assert [part.result for part in parts(store, sweep)] == [to_json(result) for result in expected.results]
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert [events_in(store, attempt.job) for attempt in worked] == [["queued", "started", "done"]] * 3


def test_a_scenario_solved_before_its_base_waits_for_the_base(store: Store) -> None:
    base, one, two = tasks(3)
    begin(store, [one])
    work_on_all(store)
    sweep = begin(store, [base, one, two])
    first = claimed(store)
    second = claimed(store)
    work_on(store.url, second, "local")
    assert [part.is_open for part in parts(store, sweep)] == [True, True, True]
    work_on(store.url, first, "local")
    assert [part.is_open for part in parts(store, sweep)] == [False, False, True]
    work_on_all(store)
    expected = expected_comparison([base, one, two], results(store, [base, one, two]))
    assert [part.result for part in parts(store, sweep)] == [to_json(one) for one in expected.results]
    assert stored_sweep(store, sweep).state is JobState.DONE


def test_a_stored_result_is_not_solved_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    several = tasks(2)
    first = begin(store, several)
    work_on_all(store)
    monkeypatch.setattr(whatif_worker, "solve", None)
    second = begin(store, several)
    work_on_all(store)
    assert stored_sweep(store, second).state is JobState.DONE
    assert [part.result for part in parts(store, second)] == [part.result for part in parts(store, first)]


def test_a_scenario_without_a_schedule_reports_why_and_others_continue(store: Store) -> None:
    problem = tiny_problem(published=[BOOKED])
    base_task, leaves_task = task_of(problem), task_of(Scenario.model_validate(LEAVES).applied(problem))
    sweep = begin(store, [base_task, leaves_task])
    work_on_all(store)
    base, leaves = parts(store, sweep)
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert base.result is not None
    assert leaves.result is not None
    assert (base.result["refused"], base.result["outlook"] is None) == ([], False)
    assert (leaves.result["refused"], leaves.result["outlook"]) == (list(solve(leaves_task).refused), None)
    assert leaves.result["refused"]


@pytest.mark.slow
def test_the_value_of_one_more_is_found_round_by_round(store: Store) -> None:
    problem = tiny_problem(horizon=WEEK)
    value = begin_value(store, task_of(problem, Effort(time_limit=600)))
    work_on_all(store)
    assert stored_sweep(store, value).state is JobState.DONE
    with workers_of("local:1")() as workers:
        expected = marginal_value(problem, workers, top=REQUEST["top"], effort=Effort(time_limit=600))
    assert expected is not None
    appraisal = result_of(store, value)
    assert without_seconds(appraisal.model_dump(mode="json")) == without_seconds(expected.model_dump(mode="json"))
    assert len(parts(store, value)) > 1


def test_one_search_serves_every_round(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new search screens every candidate, which takes many seconds for a month."""
    searches: list[Search] = []

    def new_search(*arguments: Any, **named: Any) -> Search:
        searches.append(Search(*arguments, **named))
        return searches[-1]

    monkeypatch.setattr(whatif_worker, "Search", new_search)
    value = begin_value(store, task_of(tiny_problem(horizon=WEEK)))
    work_on_all(store)
    assert stored_sweep(store, value).state is JobState.DONE
    assert len(searches) == 1


def test_a_failing_sweep_does_not_fail_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any, **_named: Any) -> Search:
        raise RuntimeError("secret")

    monkeypatch.setattr(whatif_worker, "Search", fails)
    (base,) = tasks(1)
    value, whatif = begin_value(store, base), begin(store, [base])
    work_on_all(store)
    assert (stored_sweep(store, value).state, stored_sweep(store, value).error) == (JobState.FAILED, whatif_worker.FAILED)
    assert stored_sweep(store, whatif).state is JobState.DONE


def test_a_value_without_a_schedule_reports_why(store: Store) -> None:
    problem = Scenario.model_validate(LEAVES).applied(tiny_problem(published=[BOOKED]))
    value = begin_value(store, task_of(problem))
    work_on_all(store)
    ended = stored_sweep(store, value)
    assert (ended.state, ended.error) == (JobState.FAILED, f"No schedule is possible: {solve(task_of(problem)).refused[0]}")


def test_a_result_stored_before_its_process_was_killed_is_not_lost(store: Store) -> None:
    several = tasks(2)
    sweep = begin(store, several)
    attempt = claimed(store)
    with store.noting() as connection:
        solves.add_result(connection, solve(several[0]))
        sweeps.release(connection, attempt, NOW)
    work_on_all(store)
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert events_in(store, attempt.job) == ["queued", "started", "queued", "started", "done"]


def test_a_cancelled_solve_stores_no_result(store: Store) -> None:
    several = tasks(1)
    sweep = begin(store, several)
    attempt = claimed(store)
    with store.writing() as connection:
        sweeps.cancel(connection, sweep.id, NOW)
    work_on(store.url, attempt, "local")
    assert results(store, several) == {}
    assert events_in(store, attempt.job) == ["queued", "started", "cancelling", "cancelled"]


def test_another_executor_returns_the_same_result(store: Store) -> None:
    several = tasks(1)
    begin(store, several)
    work_on_all(store, "local:1")
    assert figures(results(store, several).values()) == figures(solve(task) for task in several)


@pytest.mark.slow
def test_a_cluster_returns_the_same_results(store: Store) -> None:
    several = tasks(2)
    sweep = begin(store, several)
    with cluster(1) as (_, text):
        work_on_all(store, text)
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert figures(results(store, several).values()) == figures(solve(task) for task in several)


def test_unreachable_workers_raise_and_the_job_stays_running(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.sweeps.executors.SECONDS_TO_ANSWER", 0.1)
    monkeypatch.setattr(whatif_worker, "SECONDS_BEFORE_NEXT_TRY", 0)
    begin(store, tasks(1))
    attempt = claimed(store)
    with pytest.raises(UnreachableError, match=r"no Dask scheduler answers at dask://127\.0\.0\.1:1"):
        work_on(store.url, attempt, "dask://127.0.0.1:1")
    with store.reading() as connection:
        assert [running.job for running in jobs.running(connection)] == [attempt.job], "the runner releases it"


def test_a_database_failure_is_raised_so_that_the_job_is_queued_again(store: Store) -> None:
    begin(store, tasks(1))
    attempt = claimed(store)
    with pytest.raises(SQLAlchemyError):
        work_on("sqlite:////nowhere/diary.db", attempt, "local")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OtherEngineError("There are others here."), "There are others here. Then request it again."),
        (RuntimeError("secret"), whatif_worker.FAILED),
    ],
)
def test_a_failed_solve_fails_the_sweep_with_a_message(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, message: str
) -> None:
    def fails(_task: Task, _stop: threading.Event) -> Solved:
        raise error

    monkeypatch.setattr(whatif_worker, "solve", fails)
    sweep = begin(store, tasks(1))
    with caplog.at_level(logging.ERROR):
        (attempt,) = work_on_all(store)
    assert (stored_sweep(store, sweep).state, stored_sweep(store, sweep).error) == (JobState.FAILED, message)
    assert events_in(store, attempt.job) == ["queued", "started", "failed"]
    assert ("Traceback" in caplog.text) == isinstance(error, RuntimeError)


@pytest.mark.parametrize("executor", ["local", "dask://127.0.0.1:1"])
def test_a_task_of_another_version_must_be_requested_again(store: Store, executor: str) -> None:
    (task,) = tasks(1)
    sweep = begin(store, [task.model_copy(update={"engine": "conference-planner 0"})])
    work_on_all(store, executor)
    assert (stored_sweep(store, sweep).state, stored_sweep(store, sweep).error) == (JobState.FAILED, whatif_worker.OUTDATED)
