"""Makes the plan of one job: tells how it goes, stops when it is cancelled, and keeps the result, all or nothing."""

from __future__ import annotations

import datetime as dt
import logging
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api.store import jobs
from api.store.jobs import Attempt, Job
from api.store.plans import KeptPlan
from api.store.session import Store
from scheduler.account import Account
from scheduler.check import check
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, TierName
from scheduler.domain.values import written_moment
from scheduler.engines.progress import Progress
from scheduler.plan import plan

SECONDS_BETWEEN_LOOKS = 0.25
WAITS = (1, 2, 4, 8, 16)
PACKAGES = ("conference-planner", "ortools")
_log = logging.getLogger(__name__)


def work_on(url: str, attempt: Attempt) -> None:
    """Make the plan of a job, and end the job with it, unless the attempt is no longer the present one by then."""
    store = Store(url)
    try:
        _work(store, attempt)
    finally:
        store.close()


def _work(store: Store, attempt: Attempt) -> None:
    try:
        with store.reading() as connection:
            job, problem = jobs.found(connection, attempt.job), jobs.problem_of(connection, attempt.job)
        assert job is not None
        with watched(store, attempt) as watch:
            if watch.stop.is_set():
                return
            made = _plan(job, problem, watch)
        keep(store, lambda connection: jobs.finish(connection, attempt, made, utc_now()))
        return
    except InputError as error:
        message = f"There can be no such plan. {' '.join(str(fault) for fault in error.faults)}"
    except SQLAlchemyError:
        raise  # the job is queued again
    except Exception:
        _log.exception("The plan %s has failed", attempt.job)
        message = "The planner itself has failed. Tell whoever runs the service: the server's log says more, under the plan's id."
    keep(store, lambda connection: jobs.fail(connection, attempt, message, utc_now()))


def keep(store: Store, end: Callable[[Connection], object]) -> None:
    """Write the end of a job. While the database can't be written to it tries again: what took minutes is worth some more."""
    for seconds in WAITS:
        try:
            with store.noting() as connection:
                end(connection)
            return
        except OperationalError:
            _log.warning("A result could not be kept, and is tried again in %s s", seconds, exc_info=True)
            time.sleep(seconds)
    with store.noting() as connection:
        end(connection)


def _plan(job: Job, problem: Problem, watch: Watch) -> KeptPlan:
    asked = job.asked
    schedule = plan(
        problem,
        time_limit=asked["time_limit"],
        workers=asked["workers"],
        seed=asked["seed"],
        on_progress=watch.hear,
        stop=watch.stop,
    )
    versions = {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
    return KeptPlan(job.id, problem, schedule, report_of(problem, schedule), versions, asked["seed"], utc_now())


def report_of(problem: Problem, schedule: Schedule) -> dict[str, Any]:
    """What the checker finds of a schedule, and which bookings are late."""
    late = [
        {
            "conference": one.conference.id,
            "start": written_moment(one.booking.start),
            "due": one.due.isoformat(),
            "working_days": one.working_days,
            "why": one.why,
        }
        for one in Account(problem, schedule).late
    ]
    return {**check(problem, schedule).model_dump(mode="json"), "late": late}


class Watch:
    """Between a solve and the database: looks every moment whether to stop, and what there is to tell.

    The solve itself never waits: of what it tells, the latest of each tier is kept until the next look.
    """

    def __init__(self, store: Store, attempt: Attempt) -> None:
        self.stop = threading.Event()
        self._over = threading.Event()
        self._store, self._attempt = store, attempt
        self._lock = threading.Lock()
        self._heard: dict[TierName, Progress] = {}
        self._has_schedule = False

    def hear(self, progress: Progress) -> None:
        """Take up what the solve tells, from any of its threads."""
        with self._lock:
            self._heard[progress.tier] = progress
            self._has_schedule |= progress.best is not None

    def run(self) -> None:
        """Look until it is over; what was heard by then is told before this ends."""
        over = False
        while not over:
            over = self._over.wait(SECONDS_BETWEEN_LOOKS)
            try:
                self._tell() if over else self.look()
            except SQLAlchemyError:
                _log.exception("The job %s could not be looked after for a moment", self._attempt.job)

    def end(self) -> None:
        """Let it be over."""
        self._over.set()

    def look(self) -> None:
        """Look once: whether the attempt is still wanted, and what there is to tell."""
        with self._store.reading() as connection:
            is_wanted = jobs.is_wanted(connection, self._attempt)
        if not is_wanted:
            self.stop.set()
            if not self._has_schedule:  # there is nothing to wait for: what is cancelled ends here
                with self._store.noting() as connection:
                    jobs.release(connection, self._attempt, utc_now())
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            heard, self._heard = self._heard, {}
        if heard:
            with self._store.noting() as connection:
                for progress in heard.values():
                    jobs.tell(connection, self._attempt, _told(progress), utc_now())


@contextmanager
def watched(store: Store, attempt: Attempt) -> Iterator[Watch]:
    """Look after an attempt while the body runs."""
    watch = Watch(store, attempt)
    watch.look()
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def _told(progress: Progress) -> dict[str, Any]:
    seconds = round(progress.seconds, 1)
    return {"tier": progress.tier, "value": progress.best, "bound": progress.bound, "seconds": seconds}


def utc_now() -> dt.datetime:
    """The present instant."""
    return dt.datetime.now(dt.UTC)
