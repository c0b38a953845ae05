"""Watches a job while it is solved: stores its progress, notices a cancellation, and stores its end."""

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
from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.queue import Attempt
from scheduler.domain.schedule import TierName
from scheduler.engines.progress import Progress

SECONDS_BETWEEN_LOOKS = 0.25
WAITS = (1, 2, 4, 8, 16)
_log = logging.getLogger(__name__)


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
