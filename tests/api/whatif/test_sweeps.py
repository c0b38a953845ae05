from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from api.database.session import Store, version_of
from api.database.tables import jobs as jobs_table
from api.database.tables import solves as solves_table
from api.jobs import queue as jobs
from api.jobs.queue import MOST_CUT_OFFS, Attempt, JobState
from api.whatif import solves, sweeps
from api.whatif.sweeps import SolveCounts, SolveRequest, StoredSweep, SweepKind, SweepPart
from scheduler.sweeps.task import Solved, Task
from tests.api.support.builders import NOW
from tests.api.support.plans import REQUEST as PLAN_REQUEST
from tests.api.support.plans import events_in, queue
from tests.api.support.sweeps import REQUEST, begin, claim, claimed, parts, results, stored_sweep
from tests.builders import tiny_problem
from tests.sweeps.tiny_tasks import tasks

LATER = NOW + dt.timedelta(seconds=1)


def solved(task: Task, seconds: float = 2.0) -> Solved:
    return Solved(key=task.key, schedule=None, refused=("So.",), seconds=seconds)


def add_results(store: Store, *several: Solved) -> None:
    with store.noting() as connection:
        for one in several:
            solves.add_result(connection, one)


def key(store: Store, job: str) -> str:
    with store.reading() as connection:
        return jobs.key_of(connection, job)


def states(store: Store) -> dict[str, list[str]]:
    """Return the sorted states of the jobs of each key."""
    with store.reading() as connection:
        rows = connection.execute(select(jobs_table.c.request, jobs_table.c.state).where(jobs_table.c.kind == "solve")).all()
    by_key: dict[str, list[str]] = {}
    for request, state in rows:
        by_key.setdefault(request["key"], []).append(state)
    return {name: sorted(listed) for name, listed in by_key.items()}


def has_task(store: Store) -> dict[str, bool]:
    """Return for each key whether its task is stored."""
    with store.reading() as connection:
        return {key: bool(task) for key, task in connection.execute(select(solves_table.c.key, solves_table.c.task))}


def order(store: Store, count: int) -> list[str]:
    """Claim the next jobs in turn; return for each the id of a plan or the key of a solve."""
    attempts = [claimed(store) for _ in range(count)]
    return [one.job if one.kind is jobs.JobKind.PLAN else key(store, one.job) for one in attempts]


def progress(store: Store, sweep: StoredSweep) -> SolveCounts:
    with store.reading() as connection:
        return sweeps.progress(connection, sweep.id)


def cancelled_and_requested_again(store: Store, task: Task) -> tuple[Attempt, StoredSweep]:
    """Return the running solve of a cancelled sweep, and a new sweep with the same task."""
    sweep = begin(store, [task])
    running = claimed(store)
    with store.writing() as connection:
        assert sweeps.cancel(connection, sweep.id, LATER)
    return running, begin(store, [task])


def test_a_sweep_queues_each_of_its_tasks_once(store: Store) -> None:
    base, one = tasks(2)
    sweep = begin(store, [base, one, base])
    assert sweep == StoredSweep(1, sweep.id, SweepKind.WHATIF, None, REQUEST, JobState.QUEUED, None, NOW, None)
    assert stored_sweep(store, sweep) == sweep
    assert parts(store, sweep) == [
        SweepPart(0, "base", (), (), base.key, None, None),
        SweepPart(1, "scenario 1", ("Change 1.",), (), one.key, None, None),
        SweepPart(2, "scenario 2", ("Change 2.",), (), base.key, None, None),
    ]
    assert states(store) == {base.key: ["queued"], one.key: ["queued"]}
    with store.reading() as connection:
        assert solves.task_of(connection, one.key) == one
        assert solves.task_of(connection, one.key).key == one.key
        assert sweeps.find(connection, SweepKind.VALUE, sweep.id) is None
        assert sweeps.size(connection, sweep.id) == 3
        assert sweeps.has_unsolved(connection, sweep.id)


def test_a_later_plan_goes_first_and_sweeps_take_turns(store: Store) -> None:
    many, few, last = tasks(9)[:4], tasks(9)[4:6], tasks(9)[6:9]
    begin(store, many)
    assert order(store, 1) == [many[0].key]
    begin(store, few)
    plan = queue(store)
    assert order(store, 3) == [plan.id, many[1].key, few[0].key]
    begin(store, last)
    assert order(store, 6) == [many[2].key, few[1].key, last[0].key, many[3].key, last[1].key, last[2].key]
    assert claim(store) is None


def test_a_sweep_with_a_started_solve_is_running(store: Store) -> None:
    sweep = begin(store, tasks(2))
    claimed(store)
    assert stored_sweep(store, sweep).state is JobState.RUNNING


def test_a_task_of_several_sweeps_is_solved_once(store: Store) -> None:
    base, one, other = tasks(3)
    begin(store, [base, one])
    running = claimed(store)
    begin(store, [base, other])
    assert states(store) == {base.key: ["running"], one.key: ["queued"], other.key: ["queued"]}
    add_results(store, solved(base))
    with store.noting() as connection:
        assert jobs.complete(connection, running, NOW)
    third = begin(store, [base, one])
    assert states(store) == {base.key: ["done", "queued"], one.key: ["queued"], other.key: ["queued"]}
    with store.reading() as connection:
        assert {sweep.id for sweep in sweeps.waiting_for(connection, base.key)} >= {third.id}


def test_a_result_waits_for_a_sweep_that_relies_on_its_job(store: Store) -> None:
    base, one, other = tasks(3)
    first = begin(store, [base, one])
    claimed(store)
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as connection:
            second = sweeps.add(
                connection, SweepKind.WHATIF, REQUEST, [SolveRequest(base, "base"), SolveRequest(other, "other")], NOW
            )
            added = pool.submit(add_results, store, solved(base))
            with pytest.raises(TimeoutError):
                added.result(0.5)
        added.result(60)
    with store.reading() as connection:
        assert {sweep.id for sweep in sweeps.waiting_for(connection, base.key)} == {first.id, second.id}


def test_the_first_result_of_a_task_stays(store: Store) -> None:
    (base,) = tasks(1)
    begin(store, [base])
    add_results(store, solved(base, 2.0), solved(base, 3.0))
    assert results(store, [base]) == {base.key: solved(base, 2.0)}


def test_progress_counts_distinct_solves_and_estimates_the_time_left(store: Store) -> None:
    several = tasks(4)
    sweep = begin(store, [*several, several[0]])
    assert progress(store, sweep) == SolveCounts(0, 4, None)
    for _ in range(3):
        claimed(store)
    assert progress(store, sweep) == SolveCounts(0, 4, None)
    add_results(store, solved(several[0], 3.0))
    assert progress(store, sweep) == SolveCounts(1, 4, 4.5)  # three are left, and two of them are running
    add_results(store, *(solved(one, 3.0) for one in several))
    assert progress(store, sweep) == SolveCounts(4, 4, None)
    with store.noting() as connection:
        sweeps.store_results(connection, sweep.id, {number: {} for number in range(5)}, LATER)
    assert progress(store, sweep) == SolveCounts(4, 4, 0.0)


def test_a_sweep_is_done_with_its_last_result(store: Store) -> None:
    base, one = tasks(2)
    sweep = begin(store, [base, one])
    with store.noting() as connection:
        sweeps.store_results(connection, sweep.id, {0: {"name": "base"}}, LATER)
    assert stored_sweep(store, sweep).state is JobState.QUEUED
    with store.noting() as connection:
        sweeps.store_results(connection, sweep.id, {0: {"name": "other"}, 1: {"name": "one"}}, LATER)
    ended = stored_sweep(store, sweep)
    assert (ended.state, ended.ended_at, ended.has_ended) == (JobState.DONE, LATER, True)
    assert [part.result for part in parts(store, sweep)] == [{"name": "base"}, {"name": "one"}]
    assert states(store) == {base.key: ["cancelled"], one.key: ["cancelled"]}, "no sweep needs them any more"


def test_cancelling_ends_the_jobs_that_no_other_sweep_needs(store: Store) -> None:
    base, one, other, shared = tasks(4)
    sweep = begin(store, [base, one, shared])
    running = claimed(store)
    begin(store, [shared, other])
    with store.writing() as connection:
        assert sweeps.cancel(connection, sweep.id, LATER)
        assert not sweeps.cancel(connection, sweep.id, LATER)
    assert (stored_sweep(store, sweep).state, stored_sweep(store, sweep).ended_at) == (JobState.CANCELLED, LATER)
    assert states(store) == {base.key: ["running"], one.key: ["cancelled"], shared.key: ["queued"], other.key: ["queued"]}
    with store.reading() as connection:
        assert not jobs.should_continue(connection, running)
    assert events_in(store, running.job) == ["queued", "started", "cancelling"]


def test_a_cancelled_solve_is_queued_again_for_a_later_sweep(store: Store) -> None:
    (base,) = tasks(1)
    running, _ = cancelled_and_requested_again(store, base)
    assert states(store) == {base.key: ["queued", "running"]}
    with store.noting() as connection:
        sweeps.release(connection, running, LATER)
    assert states(store) == {base.key: ["cancelled", "queued"]}
    assert key(store, claimed(store).job) == base.key


def test_a_task_that_no_sweep_needs_is_emptied_until_one_needs_it(store: Store) -> None:
    base, one, shared = tasks(3)
    sweep, other = begin(store, [base, one, shared]), begin(store, [shared])
    running = claimed(store)
    with store.writing() as connection:
        sweeps.cancel(connection, sweep.id, LATER)
    assert has_task(store) == {base.key: True, one.key: False, shared.key: True}, "the first is running"
    with store.noting() as connection:
        sweeps.release(connection, running, LATER)
        assert sweeps.cancel(connection, other.id, LATER)
    assert has_task(store) == {base.key: True, one.key: False, shared.key: False}
    begin(store, [one, base])
    assert has_task(store) == {base.key: True, one.key: True, shared.key: False}
    with store.reading() as connection:
        assert solves.task_of(connection, one.key) == one


def test_a_solve_that_is_interrupted_too_often_fails(store: Store) -> None:
    base, one = tasks(2)
    sweep, other = begin(store, [base, one]), begin(store, [one])
    claimed(store, "base")
    with store.noting() as connection:
        sweeps.store_results(connection, sweep.id, {0: {"name": "base"}}, NOW)
    for _ in range(MOST_CUT_OFFS):
        attempt = claimed(store)
        assert key(store, attempt.job) == one.key
        with store.noting() as connection:
            sweeps.release(connection, attempt, LATER)
    error = "It was interrupted 20 times before it was done. Plan fewer days at once."
    assert (stored_sweep(store, sweep).state, [part.error for part in parts(store, sweep)]) == (JobState.DONE, [None, error])
    assert (stored_sweep(store, other).state, stored_sweep(store, other).error) == (JobState.FAILED, error), (
        "a sweep fails without its base"
    )


def test_a_solve_interrupted_by_other_causes_never_fails(store: Store) -> None:
    (base,) = tasks(1)
    sweep = begin(store, [base])
    for _ in range(MOST_CUT_OFFS + 1):
        attempt = claimed(store)
        with store.noting() as connection:
            sweeps.release(connection, attempt, LATER, may_fail=False)
    attempt = claimed(store)
    with store.noting() as connection:
        sweeps.release(connection, attempt, LATER)
    assert stored_sweep(store, sweep).state is JobState.RUNNING
    assert states(store) == {base.key: ["queued"]}


def test_an_earlier_job_does_not_end_a_task_that_a_later_one_has(store: Store) -> None:
    (base,) = tasks(1)
    earlier, sweep = cancelled_and_requested_again(store, base)
    with store.noting() as connection:
        sweeps.fail(connection, earlier, "No.", LATER)
    assert states(store) == {base.key: ["failed", "queued"]}
    assert stored_sweep(store, sweep).state is JobState.QUEUED
    assert [part.error for part in parts(store, sweep)] == [None]


def test_a_failed_solve_ends_its_parts_and_a_failed_base_its_sweep(store: Store) -> None:
    base, one, two = tasks(3)
    sweep = begin(store, [base, one, two])
    claimed(store)
    attempt = claimed(store)
    with store.noting() as connection:
        sweeps.fail(connection, attempt, "No.", LATER)
        sweeps.fail(connection, attempt, "Again.", LATER)
    assert [part.error for part in parts(store, sweep)] == [None, "No.", None]
    assert progress(store, sweep) == SolveCounts(1, 3, None)
    value = begin(store, [one], SweepKind.VALUE)
    third = claimed(store)
    assert key(store, third.job) == two.key
    fourth = claimed(store)
    with store.noting() as connection:
        sweeps.fail(connection, fourth, "Never.", LATER)
    assert (stored_sweep(store, value).state, stored_sweep(store, value).error) == (JobState.FAILED, "Never.")
    assert stored_sweep(store, sweep).state is JobState.RUNNING


def test_a_value_is_found_in_rounds(store: Store) -> None:
    base, one, two = tasks(3)
    value = begin(store, [base], SweepKind.VALUE)
    for _ in range(2):  # two processes can add the same round
        with store.noting() as connection:
            sweeps.add_round(connection, value.id, {"round": 1}, [SolveRequest(one), SolveRequest(two)], NOW)
    assert [part.key for part in parts(store, value)] == [base.key, one.key, two.key]
    with store.noting() as connection:
        assert sweeps.result_of(connection, value.id) == {"round": 1}
        sweeps.add_round(connection, value.id, {"round": 2}, [], LATER)
        sweeps.add_round(connection, value.id, {"round": 3}, [SolveRequest(one)], LATER)
        sweeps.fail_sweep(connection, value.id, "No.", LATER)
        assert sweeps.result_of(connection, value.id) == {"round": 2}
    assert (stored_sweep(store, value).state, stored_sweep(store, value).error) == (JobState.DONE, None)


def test_lists_of_plans_and_sweeps_contain_no_solves(store: Store) -> None:
    sweep, plan = begin(store, tasks(2)), queue(store)
    value = begin(store, tasks(1), SweepKind.VALUE)
    with store.reading() as connection:
        assert [job.id for job in jobs.list_jobs(connection)] == [plan.id]
        solve = connection.execute(select(jobs_table.c.id).where(jobs_table.c.kind == "solve").limit(1)).scalar_one()
        assert jobs.find(connection, solve) is None
        assert sweeps.list_sweeps(connection, SweepKind.WHATIF) == [sweep]
        assert sweeps.list_sweeps(connection, SweepKind.VALUE) == [value]
        assert sweeps.list_sweeps(connection, SweepKind.VALUE, after=value) == []
        assert sweeps.latest_of_plan(connection, plan.id) is None


def test_solves_do_not_change_the_version_of_the_diary(store: Store) -> None:
    begin(store, tasks(1))
    with store.reading() as connection:
        before = version_of(connection)
    attempt = claimed(store)
    with store.noting() as connection:
        sweeps.fail(connection, attempt, "No.", NOW)
    with store.reading() as connection:
        assert version_of(connection) == before


def test_concurrent_runners_start_each_solve_once(store: Store) -> None:
    for n in range(3):
        begin(store, tasks(12)[4 * n : 4 * n + 4])
    with store.writing() as connection:
        jobs.add(connection, tiny_problem(), PLAN_REQUEST, NOW)

    def claim_all(runner: str) -> list[str]:
        ids: list[str] = []
        while True:
            with store.reading() as connection:
                if not jobs.queued(connection):
                    return ids
            if attempt := claim(store, runner):
                ids.append(attempt.job)

    with ThreadPoolExecutor(4) as threads:
        ids = [job for jobs_ in threads.map(claim_all, "ABCD") for job in jobs_]
    assert len(ids) == len(set(ids)) == 13


@pytest.mark.parametrize("ending", ["complete", "cancelled"])
def test_only_the_current_attempt_ends_a_solve(store: Store, ending: str) -> None:
    sweep = begin(store, tasks(1))
    first = claimed(store)
    with store.noting() as connection:
        sweeps.release(connection, first, NOW)
    second = claimed(store)
    if ending == "cancelled":
        with store.writing() as connection:
            sweeps.cancel(connection, sweep.id, NOW)
    with store.noting() as connection:
        assert not jobs.complete(connection, first, NOW)
        assert jobs.complete(connection, second, NOW)
        assert not jobs.complete(connection, second, NOW)
    last = ["done"] if ending == "complete" else ["cancelling", "cancelled"]
    assert events_in(store, second.job) == ["queued", "started", "queued", "started", *last]
