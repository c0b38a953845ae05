"""Does what sweeps want: solves a task, keeps its result under its key, and takes every sweep further that waits for it."""

from __future__ import annotations

import logging
import threading
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from api.clock import utc_now
from api.database.json_values import written
from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.process import UnreachableError
from api.jobs.queue import Attempt
from api.jobs.watch import keep, watched
from api.whatif import solves, sweeps
from api.whatif.comparison import beside_the_base
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind
from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import LostError, workers_of
from scheduler.sweeps.sweep import sweep
from scheduler.sweeps.task import OtherEngineError, Solved, Task, engine, solve
from scheduler.whatif.marginal_value.search import Search

HERE = "local"
OUTDATED = "It was begun with another version of the planner, whose figures may differ from this one's. Ask again."
FAILED = "The planner itself has failed at it. Tell whoever runs the service: the server's log says more."
SECONDS_WITHOUT_WORKERS = 10
"""After so many a job makes way for others, such as a plan, that need no workers elsewhere."""
SECONDS_BEFORE_NEXT_TRY = 2
MOST_SEARCHES = 4
_searches: dict[str, Search] = {}
"""The latest searches that this process has taken further, under their sweeps' ids: screening anew would take seconds."""
_log = logging.getLogger(__name__)


class OutdatedError(Exception):
    """A task was kept by another version of the planner than this one."""


def work_on(url: str, attempt: Attempt, executor: str) -> None:
    """Do the job of a solve. A result that is there is not made again: then only the sweeps go on.

    Raises UnreachableError where nobody answers whom ``executor`` names, and SQLAlchemyError without a database.
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
                task = None if solves.found(connection, [key]) else solves.task_of(connection, key)
            if task is not None:
                solved = _solved(task, executor, watch.stop)
                if solved is None:
                    return
                assert solved.key == key, "a task that was kept is still the same"
                keep(store, lambda connection: solves.keep(connection, solved))
            _take_further(store, key, watch.stop)
            if watch.stop.is_set():
                return
        keep(store, lambda connection: jobs.complete(connection, attempt, utc_now()))
        return
    except OutdatedError:
        message = OUTDATED
    except OtherEngineError as error:
        message = f"{error} Then ask again."
    except (SQLAlchemyError, UnreachableError):
        raise  # the job is queued again
    except Exception:
        _log.exception("The solve %s has failed", attempt.job)
        message = FAILED
    keep(store, lambda connection: sweeps.fail(connection, attempt, message, utc_now()))


def _solved(task: Task, executor: str, stop: threading.Event) -> Solved | None:
    """The result of a task; None where it was stopped, for then there is none."""
    if stop.is_set():
        return None
    if task.engine != engine():
        raise OutdatedError
    if executor == HERE:
        solved = solve(task, stop)
        return None if stop.is_set() else solved
    try:
        with workers_of(executor)() as workers:
            return sweep([task], workers, stop=stop, patience=SECONDS_WITHOUT_WORKERS).get(task.key)
    except (InputError, LostError) as error:
        stop.wait(SECONDS_BEFORE_NEXT_TRY)
        raise UnreachableError(str(error)) from error


def _take_further(store: Store, key: str, stop: threading.Event) -> None:
    with store.reading() as connection:
        waiting = sweeps.wanting(connection, key)
    for one in waiting:
        try:
            if one.kind is SweepKind.WHATIF:
                _set_beside(store, one, key)
            else:
                _search_on(store, one, stop)
        except SQLAlchemyError:
            raise
        except Exception:  # the others have their result all the same
            _log.exception("The sweep %s has failed", one.id)
            keep(store, partial(sweeps.give_up, identifier=one.id, error=FAILED, now=utc_now()))


def _set_beside(store: Store, whatif: StoredSweep, key: str) -> None:
    """Set beside the base what is solved: this key, or once the base is, everything so far."""
    with store.reading() as connection:
        base, *scenarios = sweeps.parts(connection, whatif.id)
        new = (base, *(part for part in scenarios if part.is_open and key in (base.key, part.key)))
        wanted = {
            part.number: SolveRequest(solves.task_of(connection, part.key), part.name, part.changes, part.at) for part in new
        }
        results = beside_the_base(connection, wanted)
    keep(store, lambda connection: sweeps.set_beside(connection, whatif.id, results, utc_now()))


def _search_on(store: Store, value: StoredSweep, stop: threading.Event) -> None:
    """Once a round is solved, see what is worth solving next: by all results so far, which always lead to the same."""
    with store.reading() as connection:
        if sweeps.has_unsolved(connection, value.id):
            return
        base = solves.task_of(connection, sweeps.parts(connection, value.id)[0].key)
    search = _searches.pop(value.id, None) or Search(base.problem, top=value.asked["top"], effort=base, stop=stop)
    try:
        while tasks := search.wanted():
            with store.reading() as connection:
                found = solves.found(connection, {task.key for task in tasks})
            if len(found) < len({task.key for task in tasks}):
                break
            search.take(found)
    except InputError as error:
        message = " ".join(str(fault) for fault in error.faults)
        keep(store, lambda connection: sweeps.give_up(connection, value.id, message, utc_now()))
        return
    if stop.is_set():  # what was screened meanwhile may be less than there is
        return
    _searches[value.id] = search
    for oldest in list(_searches)[:-MOST_SEARCHES]:
        del _searches[oldest]
    appraisal = search.appraisal()
    result = None if appraisal is None else written(appraisal)
    wanted = [SolveRequest(task) for task in tasks]
    keep(store, lambda connection: sweeps.go_on(connection, value.id, result, wanted, utc_now()))
