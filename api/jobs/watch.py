"""The watch over a job's solve: it stores progress, notices a cancellation, and stores the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api.clock import utc_now
from api.database.outages import OutageLog, outage
from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.queue import Attempt
from scheduler.domain.schedule import TierName
from scheduler.engines.progress import Progress

SECONDS_BETWEEN_LOOKS = 0.25
"""Seconds between checks for a cancellation. New progress is stored at the same time."""
WAITS = (1, 2, 4, 8, 16)
"""Seconds to wait before each further attempt to store a result: 31 in total, enough for a database to restart."""
_log = logging.getLogger(__name__)


def store_end(store: Store, end: Callable[[Connection], object]) -> None:
    """Store the end of a job, in several attempts, so that a restart of the database does not lose a result that took minutes."""
    for seconds in WAITS:
        try:
            with store.noting() as connection:
                end(connection)
            return
        except SQLAlchemyError as error:
            detected = outage(error)
            if detected is None and not isinstance(error, OperationalError):
                raise
            why = detected or str(error).partition("\n")[0]
            _log.warning("A result could not be stored, and is tried again in %s s: %s", seconds, why)
            time.sleep(seconds)
    with store.noting() as connection:
        end(connection)


class Watch:
    """The link between a solve and the database. It stores progress, and sets ``stop`` once the attempt should not continue.

    The solve never waits for the database: the latest progress of each tier is buffered until the next check.
    """

    def __init__(self, store: Store, attempt: Attempt) -> None:
        self.stop = threading.Event()
        self._over = threading.Event()
        self._store, self._attempt = store, attempt
        self._lock = threading.Lock()
        self._unstored: dict[TierName, Progress] = {}
        self._has_schedule = False

    def hear(self, progress: Progress) -> None:
        """Buffer progress, from any thread of the solve."""
        with self._lock:
            self._unstored[progress.tier] = progress
            self._has_schedule |= progress.best is not None

    def run(self) -> None:
        """Look until ``end`` is called, then store the last progress and return."""
        outages, over = OutageLog(_log, f"Storing the progress of {self._attempt.job}"), False
        while not over:
            over = self._over.wait(SECONDS_BETWEEN_LOOKS)
            with outages.attempt():
                self._store_progress() if over else self.look()

    def end(self) -> None:
        """Make ``run`` return."""
        self._over.set()

    def look(self) -> None:
        """Stop the solve if its attempt should not continue, and store new progress."""
        with self._store.reading() as connection:
            should_continue = jobs.should_continue(connection, self._attempt)
        if not should_continue:
            self.stop.set()
            if not self._has_schedule:  # without a schedule there is no result to wait for
                with self._store.noting() as connection:
                    jobs.release(connection, self._attempt, utc_now())
        self._store_progress()

    def _store_progress(self) -> None:
        with self._lock:
            unstored, self._unstored = self._unstored, {}
        if unstored:
            with self._store.noting() as connection:
                for progress in unstored.values():
                    jobs.add_progress(connection, self._attempt, _stored(progress), utc_now())


@contextmanager
def watched(store: Store, attempt: Attempt) -> Iterator[Watch]:
    """Watch an attempt while the body runs."""
    watch = Watch(store, attempt)
    watch.look()
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def _stored(progress: Progress) -> dict[str, Any]:
    seconds = round(progress.seconds, 1)
    return {"tier": progress.tier, "value": progress.best, "bound": progress.bound, "seconds": seconds}
