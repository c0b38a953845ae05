"""Does the jobs of sweeps: solves a task, stores its result under its key, and advances every sweep that waits for it."""

from __future__ import annotations

import logging
import threading
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from api.clock import utc_now
from api.database.json_values import to_json
from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.process import UnreachableError
from api.jobs.queue import Attempt
from api.jobs.watch import store_end, watched
from api.whatif import solves, sweeps
from api.whatif.comparison import compare_with_base
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind
from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import LostError, workers_of
from scheduler.sweeps.sweep import sweep
from scheduler.sweeps.task import OtherEngineError, Solved, Task, engine, solve
from scheduler.whatif.marginal_value.search import Search

LOCAL = "local"
OUTDATED = "This was started with another version of the planner, whose figures may differ. Request it again."
TOO_LARGE = "It needs more memory than the service allows for it. Enter fewer changes, or ask to raise CONFERENCES_PLAN_MEMORY."
FAILED = "The planner itself failed. Ask the service's administrator to look for the reason in the server's log."
SECONDS_WITHOUT_WORKERS = 10
"""How long a job waits for an executor's workers before it makes way for other jobs, such as plans, that need none."""
SECONDS_BEFORE_NEXT_TRY = 2
MAX_SEARCHES = 4
_searches: dict[str, Search] = {}
"""This process's latest searches by their sweeps' ids. Without them, each round would screen again, which takes seconds."""
_log = logging.getLogger(__name__)


class OutdatedError(Exception):
    """A task was stored by another version of the planner."""


def work_on(url: str, attempt: Attempt, executor: str) -> None:
    """Do the job of a solve. If its result is stored already, only advance the sweeps that wait for it.

    Raise UnreachableError if the workers of ``executor`` can't be reached, or SQLAlchemyError if the database fails.
    """
    store = Store(url)
    try:
        _work(store, attempt, executor)
    finally:
        store.close()


def _work(store: Store, attempt: Attempt, executor: str) -> None:
    try:
        with watched(store, attempt) as watch:
            with store.reading() as connection:
                key = jobs.key_of(connection, attempt.job)
                task = None if solves.find_results(connection, [key]) else solves.task_of(connection, key)
            if task is not None:
                solved = _result_of(task, executor, watch.stop)
                if solved is None:
                    return
                assert solved.key == key, "a stored task keeps its key"
                store_end(store, lambda connection: solves.add_result(connection, solved))
            _advance_sweeps(store, key, watch.stop)
            if watch.stop.is_set():
                return
        store_end(store, lambda connection: jobs.complete(connection, attempt, utc_now()))
        return
    except OutdatedError:
        message = OUTDATED
    except OtherEngineError as error:
        message = f"{error} Then request it again."
    except (SQLAlchemyError, UnreachableError):
        raise  # the job is queued again
    except MemoryError:
        message = TOO_LARGE
    except Exception:
        _log.exception("The solve %s has failed", attempt.job)
        message = FAILED
    store_end(store, lambda connection: sweeps.fail(connection, attempt, message, utc_now()))


def _result_of(task: Task, executor: str, stop: threading.Event) -> Solved | None:
    """Return the result of a task; None if the solve was stopped."""
    if stop.is_set():
        return None
    if task.engine != engine():
        raise OutdatedError
    if executor == LOCAL:
        solved = solve(task, stop)
        return None if stop.is_set() else solved
    try:
        with workers_of(executor)() as workers:
            return sweep([task], workers, stop=stop, patience=SECONDS_WITHOUT_WORKERS).get(task.key)
    except (InputError, LostError) as error:
        stop.wait(SECONDS_BEFORE_NEXT_TRY)
        raise UnreachableError(str(error)) from error


def _advance_sweeps(store: Store, key: str, stop: threading.Event) -> None:
    with store.reading() as connection:
        waiting = sweeps.waiting_for(connection, key)
    for stored in waiting:
        try:
            if stored.kind is SweepKind.WHATIF:
                _compare(store, stored, key)
            else:
                _advance_search(store, stored, stop)
        except SQLAlchemyError:
            raise
        except Exception:  # one sweep's failure must not keep the result from the others
            _log.exception("The sweep %s has failed", stored.id)
            store_end(store, partial(sweeps.fail_sweep, identifier=stored.id, error=FAILED, now=utc_now()))


def _compare(store: Store, whatif: StoredSweep, key: str) -> None:
    """Compare the scenario with this key with the base; or all solved scenarios, if the key is the base's."""
    with store.reading() as connection:
        base, *scenarios = sweeps.parts(connection, whatif.id)
        new = (base, *(part for part in scenarios if part.is_open and key in (base.key, part.key)))
        requests = {
            part.number: SolveRequest(solves.task_of(connection, part.key), part.name, part.changes, part.at) for part in new
        }
        results = compare_with_base(connection, requests)
    store_end(store, lambda connection: sweeps.store_results(connection, whatif.id, results, utc_now()))


def _advance_search(store: Store, value: StoredSweep, stop: threading.Event) -> None:
    """Start the next round if one has just been solved. All results so far determine it, so every process finds the same."""
    with store.reading() as connection:
        if sweeps.has_unsolved(connection, value.id):
            return
        base = solves.task_of(connection, sweeps.parts(connection, value.id)[0].key)
    search = _searches.pop(value.id, None) or Search(base.problem, top=value.request["top"], effort=base, stop=stop)
    try:
        while tasks := search.next_tasks():
            with store.reading() as connection:
                results = solves.find_results(connection, {task.key for task in tasks})
            if len(results) < len({task.key for task in tasks}):
                break
            search.take(results)
    except InputError as error:
        message = " ".join(str(fault) for fault in error.faults)
        store_end(store, lambda connection: sweeps.fail_sweep(connection, value.id, message, utc_now()))
        return
    if stop.is_set():  # a screening that was stopped can be incomplete
        return
    _searches[value.id] = search
    for oldest in list(_searches)[:-MAX_SEARCHES]:
        del _searches[oldest]
    appraisal = search.appraisal()
    result = None if appraisal is None else to_json(appraisal)
    requests = [SolveRequest(task) for task in tasks]
    store_end(store, lambda connection: sweeps.add_round(connection, value.id, result, requests, utc_now()))
