from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from sqlalchemy import Connection, select

from api.database.session import Store
from api.database.tables import job_events
from api.database.tables import jobs as jobs_table
from api.jobs import queue as jobs
from api.jobs import runner as runner_module
from api.jobs.process import prepare
from api.jobs.queue import Attempt, JobState
from api.jobs.runner import Runner, is_gone
from api.planning import queries as plans
from api.whatif import sweeps
from api.whatif.sweeps import SolveCounts, StoredSweep
from scheduler.isolation import ProcessPool
from scheduler.sweeps.task import solve, task_of
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.plans import (
    event_names,
    events_in,
    hard_month,
    has_progress,
    is_alive,
    month,
    queue,
    stored_job,
    wait_until,
    workers_of,
)
from tests.api.support.sweeps import begin as begin_sweep
from tests.api.support.sweeps import claimed, results, stored_sweep
from tests.sweeps.tiny_tasks import figures, tasks

StartRunner = Callable[..., Runner]


@pytest.fixture
def start_runner(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartRunner]:
    """Return a function that starts runners on the store. They check for jobs often, and end with the test."""
    monkeypatch.setattr(runner_module, "SECONDS_BETWEEN_LOOKS", 0.1)
    with ExitStack() as stack:

        def start(processes: int = 1) -> Runner:
            runner = Runner(store, clock, processes, sweeps)
            stack.callback(runner.stop)
            runner.start()
            return runner

        yield start


@pytest.fixture
def gone() -> str:
    """Return the name of a runner whose process has ended."""
    ended = subprocess.run(
        [sys.executable, "-c", "from api.jobs.runner import Runner; print(Runner(None, None, 1, None).name)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


def claim(store: Store, runner: str, now: dt.datetime) -> Attempt:
    with store.noting() as connection:
        attempt = jobs.claim(connection, runner, now)
    assert attempt is not None
    return attempt


def cancel(store: Store, identifier: str, now: dt.datetime) -> None:
    with store.writing() as connection:
        assert jobs.cancel(connection, identifier, now)


def has_ended(store: Store, identifier: str) -> bool:
    return stored_job(store, identifier).has_ended


def has_plan(store: Store, identifier: str) -> bool:
    with store.reading() as connection:
        return plans.summary(connection, identifier) is not None


def my_worker() -> int:
    (worker,) = wait_until(lambda: workers_of(os.getpid()))
    return int(worker)


@slow_on_postgresql
def test_jobs_are_done_one_after_another(store: Store, start_runner: StartRunner) -> None:
    before = queue(store)
    runner = start_runner()
    after = queue(store)
    runner.wake()
    for job in (before, after):
        wait_until(lambda job=job: has_ended(store, job.id))
        assert (stored_job(store, job.id).state, has_plan(store, job.id)) == (JobState.DONE, True)
        assert events_in(store, job.id) == ["queued", "started", "done"]


@slow_on_postgresql
def test_a_runner_without_processes_starts_no_jobs(store: Store, start_runner: StartRunner) -> None:
    job, none = queue(store), start_runner(0)
    none.wake()
    assert stored_job(store, job.id).state is JobState.QUEUED
    start_runner(1)
    wait_until(lambda: has_ended(store, job.id))


@slow_on_postgresql
def test_cancelling_ends_a_running_job_with_its_best_schedule(store: Store, start_runner: StartRunner, clock: Clock) -> None:
    job = queue(store, hard_month())
    start_runner()
    wait_until(lambda: has_progress(store, job.id))
    cancel(store, job.id, clock())
    wait_until(lambda: has_ended(store, job.id))
    assert (stored_job(store, job.id).state, has_plan(store, job.id)) == (JobState.CANCELLED, True)
    assert events_in(store, job.id) == ["queued", "started", "cancelling", "cancelled"]


@slow_on_postgresql
def test_a_job_is_restarted_if_its_process_is_killed(store: Store, start_runner: StartRunner) -> None:
    job = queue(store, month())
    start_runner()
    wait_until(lambda: stored_job(store, job.id).state is JobState.RUNNING)
    os.kill(my_worker(), signal.SIGKILL)
    wait_until(lambda: has_ended(store, job.id))
    assert events_in(store, job.id) == ["queued", "started", "queued", "started", "done"]
    assert has_plan(store, job.id)


@slow_on_postgresql
def test_an_idle_process_that_is_killed_is_replaced(store: Store, start_runner: StartRunner) -> None:
    first = queue(store)
    runner = start_runner()
    wait_until(lambda: has_ended(store, first.id))
    worker = my_worker()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_alive(worker))
    second = queue(store)
    runner.wake()
    wait_until(lambda: has_ended(store, second.id))
    assert stored_job(store, second.id).state is JobState.DONE


@slow_on_postgresql
def test_the_next_runner_restarts_the_job_of_an_ended_one(
    store: Store, start_runner: StartRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_CUT_OFFS", 1)  # stopping the runner must not count as one
    job = queue(store, month())
    runner = start_runner()
    wait_until(lambda: stored_job(store, job.id).state is JobState.RUNNING)
    runner.stop()
    assert workers_of(os.getpid()) == []
    assert stored_job(store, job.id).state is JobState.QUEUED
    start_runner()
    wait_until(lambda: has_ended(store, job.id))
    assert events_in(store, job.id) == ["queued", "started", "queued", "started", "done"]


@slow_on_postgresql
def test_the_job_of_an_ended_process_is_restarted_at_once(
    store: Store, start_runner: StartRunner, clock: Clock, gone: str
) -> None:
    job = queue(store)
    left = claim(store, gone, clock())
    start_runner()
    wait_until(lambda: has_ended(store, job.id))
    assert events_in(store, job.id) == ["queued", "started", "queued", "started", "done"]
    with store.noting() as connection:
        assert not jobs.fail(connection, left, "Too late.", clock())


@slow_on_postgresql
def test_a_job_of_another_machine_is_restarted_after_silence(store: Store, start_runner: StartRunner, clock: Clock) -> None:
    job = queue(store)
    claim(store, "elsewhere-1-a", clock())
    clock.forward(seconds=10)
    runner, other = start_runner(), queue(store)
    runner.wake()
    wait_until(lambda: has_ended(store, other.id))
    assert events_in(store, job.id) == ["queued", "started"]
    clock.forward(seconds=1)
    wait_until(lambda: has_ended(store, job.id))
    assert events_in(store, job.id) == ["queued", "started", "queued", "started", "done"]


def test_two_runners_do_each_job_once(store: Store, start_runner: StartRunner) -> None:
    waiting = [queue(store) for _ in range(6)]
    for _ in range(2):
        start_runner()
    wait_until(lambda: all(has_ended(store, job.id) for job in waiting))
    for job in waiting:
        assert events_in(store, job.id) == ["queued", "started", "done"]
        assert has_plan(store, job.id)


@slow_on_postgresql
def test_a_runner_does_not_restart_the_job_of_an_active_one(store: Store, start_runner: StartRunner, clock: Clock) -> None:
    job = queue(store, hard_month())
    start_runner()
    wait_until(lambda: has_progress(store, job.id))
    runner, other = start_runner(), queue(store)
    for _ in range(3):  # the first runner sends a sign each time
        clock.forward(seconds=9)
        wait_until(lambda: all(attempt.heard_at == clock.now for attempt in running(store)))
    runner.wake()
    wait_until(lambda: has_ended(store, other.id))
    assert events_in(store, job.id) == ["queued", "started"]


def running(store: Store) -> list[Attempt]:
    with store.reading() as connection:
        return jobs.running(connection)


def test_a_runner_is_gone_if_its_process_on_this_machine_has_ended(gone: str) -> None:
    here = Runner(None, None, 1, sweeps).name  # type: ignore[arg-type]  # only its name is read
    machine, process, _ = here.split("-")
    assert (int(process), gone.split("-", maxsplit=1)[0]) == (os.getpid(), machine)
    assert is_gone(gone)
    assert not is_gone(here)
    assert not is_gone(f"{machine}-1-a"), "another user's process is running, although no signal can be sent to it"
    assert not is_gone(f"elsewhere-{gone.split('-')[1]}-a")


@slow_on_postgresql
def test_the_tasks_of_a_sweep_are_solved(store: Store, start_runner: StartRunner) -> None:
    sweep = begin_sweep(store, tasks(3))
    start_runner(2)
    wait_until(lambda: stored_sweep(store, sweep).has_ended)
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert figures(results(store, tasks(3)).values()) == figures(solve(task) for task in tasks(3))


@slow_on_postgresql
def test_a_plan_is_started_before_the_tasks_of_sweeps(store: Store, start_runner: StartRunner, clock: Clock) -> None:
    first, *rest = [begin_sweep(store, tasks(9)[3 * n : 3 * n + 3]) for n in range(3)]
    plan = queue(store)
    start_runner(1)
    wait_until(lambda: all(stored_sweep(store, sweep).has_ended for sweep in (first, *rest)))
    with store.reading() as connection:
        query = select(job_events.c.job).where(job_events.c.event == "started").order_by(job_events.c.number)
        started = list(connection.execute(query).scalars())
    assert (started[0], len(started)) == (plan.id, 10)


@slow_on_postgresql
def test_a_solve_whose_process_is_killed_is_restarted(store: Store, start_runner: StartRunner) -> None:
    months = [task_of(month()), *tasks(2)]
    sweep = begin_sweep(store, months)
    start_runner()
    wait_until(lambda: stored_sweep(store, sweep).state is JobState.RUNNING)
    os.kill(my_worker(), signal.SIGKILL)
    wait_until(lambda: all_solved(store))
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert figures(results(store, tasks(2)).values()) == figures(solve(task) for task in tasks(2))
    with store.reading() as connection:
        ends = [event for job in solve_jobs(connection) for event in event_names(connection, job) if event in jobs.ENDED]
    assert ends == ["done"] * 3


@slow_on_postgresql
def test_the_next_runner_continues_a_sweep(store: Store, start_runner: StartRunner) -> None:
    requested = [*tasks(1), task_of(month()), *tasks(3)[1:]]
    sweep = begin_sweep(store, requested)
    runner = start_runner()
    wait_until(lambda: progress_of(store, sweep).done >= 1)
    runner.stop()
    before = results(store, requested)
    assert 1 <= len(before) < len(requested)
    assert stored_sweep(store, sweep).state is JobState.RUNNING
    start_runner()
    wait_until(lambda: stored_sweep(store, sweep).has_ended)
    after = results(store, requested)
    assert {key: after[key] for key in before} == before, "results do not change"
    assert len(after) == len(requested)


@slow_on_postgresql
def test_the_solve_of_an_ended_process_is_restarted(store: Store, start_runner: StartRunner, gone: str) -> None:
    sweep = begin_sweep(store, tasks(1))
    left = claimed(store, gone)
    start_runner()
    wait_until(lambda: all_solved(store))
    assert events_in(store, left.job) == ["queued", "started", "queued", "started", "done"]
    assert stored_sweep(store, sweep).state is JobState.DONE


@pytest.mark.slow
def test_a_process_is_replaced_after_some_jobs(store: Store, start_runner: StartRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "TASKS_PER_PROCESS", 1)
    runner, workers = start_runner(), []
    for _ in range(3):
        job = queue(store, month())
        runner.wake()
        wait_until(lambda job=job: has_progress(store, job.id))
        workers.append(my_worker())
        wait_until(lambda job=job: stored_job(store, job.id).state is JobState.DONE)
    assert len(set(workers)) == 3
    wait_until(lambda: workers_of(os.getpid()) == [])


@pytest.mark.slow
def test_a_killed_process_interrupts_only_its_own_job(store: Store, start_runner: StartRunner) -> None:
    plan = queue(store, hard_month())
    runner = start_runner(2)
    wait_until(lambda: has_progress(store, plan.id))
    of_plan = my_worker()
    sweep = begin_sweep(store, [task_of(month())])
    runner.wake()
    wait_until(lambda: len(workers_of(os.getpid())) == 2)
    (of_sweep,) = set(workers_of(os.getpid())) - {of_plan}
    os.kill(of_sweep, signal.SIGKILL)
    wait_until(lambda: stored_sweep(store, sweep).has_ended)
    assert stored_sweep(store, sweep).state is JobState.DONE
    assert events_in(store, plan.id)[:2] == ["queued", "started"]
    assert "queued" not in events_in(store, plan.id)[1:]


@slow_on_postgresql
def test_cancelling_a_sweep_ends_its_running_solve(store: Store, start_runner: StartRunner, clock: Clock) -> None:
    sweep, other = begin_sweep(store, [task_of(hard_month())]), begin_sweep(store, tasks(1))
    start_runner()
    wait_until(lambda: stored_sweep(store, sweep).state is JobState.RUNNING)
    with store.writing() as connection:
        assert sweeps.cancel(connection, sweep.id, clock())
    wait_until(lambda: all_solved(store))
    assert stored_sweep(store, other).has_ended
    with store.reading() as connection:
        assert [event_names(connection, job) for job in solve_jobs(connection)] == [
            ["queued", "started", "cancelling", "cancelled"],
            ["queued", "started", "done"],
        ]
    assert list(results(store, [task_of(hard_month())])) == []


def solve_jobs(connection: Connection) -> list[str]:
    """Return the jobs of solves, in the order in which they were queued."""
    query = select(job_events.c.job).join(jobs_table).where(jobs_table.c.kind == "solve", job_events.c.event == "queued")
    return list(dict.fromkeys(connection.execute(query.order_by(job_events.c.number)).scalars()))


def all_solved(store: Store) -> bool:
    """Return True if every solve's job has ended. The last one ends a moment after its sweep."""
    with store.reading() as connection:
        return all(event_names(connection, job)[-1] in jobs.ENDED for job in solve_jobs(connection))


def progress_of(store: Store, sweep: StoredSweep) -> SolveCounts:
    with store.reading() as connection:
        return sweeps.progress(connection, sweep.id)


def test_a_process_that_solves_gets_no_more_memory_than_the_limit() -> None:
    """One request must not take the memory of the machine."""
    with ProcessPool(1, prepare=partial(prepare, 4096)) as pool:
        assert pool.submit(allocated, 100 << 20).result() == 100 << 20
        with pytest.raises(MemoryError):
            pool.submit(allocated, 5 << 30).result()


def allocated(size: int) -> int:
    return len(bytearray(size))
