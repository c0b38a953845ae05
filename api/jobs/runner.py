"""A thread in the server that starts jobs, each in a process, and takes over those of a server that is gone."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import ParamSpec, Protocol

from sqlalchemy import Connection

from api.database.session import Store
from api.jobs import process
from api.jobs import queue as jobs
from api.jobs.process import UnreachableError
from api.jobs.queue import Attempt
from scheduler.sweeps.executors import Processes

SECONDS_BETWEEN_LOOKS = 1.0
BETWEEN_SIGNS = dt.timedelta(seconds=1)
UNHEARD = dt.timedelta(seconds=10)
JOBS_OF_A_PROCESS = 16
"""After so many a process makes way for a new one, so that its memory stays bounded."""
PROCESS_IDS = Path("/proc/self/ns/pid")
P = ParamSpec("P")
_log = logging.getLogger(__name__)


class Turns(Protocol):
    """Decides which job runs next, and what follows from one that was cut off."""

    def claim(self, connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
        """Start the next job; None if nothing waits or another runner was quicker."""

    def release(self, connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> None:
        """Queue a job again whose attempt was cut off; ``may_fail`` is False if the job can't be to blame."""


class Runner:
    """Runs at most ``processes`` jobs at once. Several servers may share a database: each takes what the others leave.

    ``executor`` says who solves what sweeps want: ``local`` is the process itself; else the process hands it on, and waits.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], dt.datetime],
        processes: int,
        turns: Turns,
        executor: str = "local",
    ) -> None:
        self.name = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._store, self._clock, self._processes = store, clock, processes
        self._turns, self._executor = turns, executor
        self._pool: Processes | None = None
        self._first: Future[None] | None = None
        self._running: dict[Future[None], Attempt] = {}
        self._heard_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._woken = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to run jobs, if any are to be run here."""
        if self._processes:
            self._thread.start()

    def wake(self) -> None:
        """Look at once: something may have been queued."""
        self._woken.set()

    def stop(self) -> None:
        """End. What is running is queued again, for the next server."""
        if not self._processes:
            return
        self._ending = True
        self.wake()
        self._thread.join()
        try:
            for attempt in self._running.values():  # its process sees that it is no longer wanted, and ends soon
                self._release(attempt, may_fail=False)
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._ending:
            try:
                self._look()
            except Exception:  # the database may be gone for a while, and this thread has to go on
                _log.exception("Jobs could not be looked after for a moment")
            self._woken.wait(SECONDS_BETWEEN_LOOKS)
            self._woken.clear()

    def _look(self) -> None:
        self._collect()
        now = self._clock()
        if self._running and now >= self._heard_at + BETWEEN_SIGNS:
            with self._store.noting() as connection:
                jobs.hear(connection, self._running.values(), now)
            self._heard_at = now
        with self._store.reading() as connection:
            left = [attempt for attempt in jobs.running(connection) if self._is_left(attempt)]
        for attempt in left:
            self._release(attempt)
        while len(self._running) < self._processes and (claimed := self._claim()):
            self._start(claimed)

    def _collect(self) -> None:
        """Put down what has ended; what ended without an end of its job is queued again."""
        for future in [future for future in self._running if future.done()]:
            error, attempt = future.exception(), self._running[future]
            if error is not None:
                _log.warning("The job %s was cut off, and is queued again: %r", attempt.job, error)
                self._release(attempt, may_fail=not isinstance(error, UnreachableError))
            del self._running[future]

    def _claim(self) -> Attempt | None:
        with self._store.reading() as connection:
            if not jobs.queued(connection) or not self._is_ready():
                return None
        with self._store.noting() as connection:
            return self._turns.claim(connection, self.name, self._clock())

    def _start(self, attempt: Attempt) -> None:
        self._running[self._submit(process.work, self._store.url, attempt, self._executor)] = attempt

    def _is_ready(self) -> bool:
        """Whether there is a process to work: the first begins once it is needed, and until then a job is better left queued."""
        if self._first is None or (self._first.done() and self._first.exception() is not None):
            self._first = self._submit(process.be_ready)
        return self._first.done()

    def _submit(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> Future[None]:
        if self._pool is None:
            self._pool = Processes(self._processes, JOBS_OF_A_PROCESS, process.prepare)
        future = self._pool.submit(work, *arguments, **named)
        future.add_done_callback(lambda _: self.wake())
        return future

    def _is_left(self, attempt: Attempt) -> bool:
        """Whether nobody goes on with an attempt, though it has not ended."""
        if attempt in self._running.values():
            return False
        return self._clock() - attempt.heard_at > UNHEARD or is_gone(attempt.runner)

    def _release(self, attempt: Attempt, *, may_fail: bool = True) -> None:
        with self._store.noting() as connection:
            self._turns.release(connection, attempt, self._clock(), may_fail=may_fail)


def is_gone(runner: str) -> bool:
    """Whether the runner of that name was a process of this machine that is no more."""
    machine, process_id, _ = runner.split("-")
    if machine != _machine():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _machine() -> str:
    """Where process ids mean the same: this host, and on it this container."""
    container = PROCESS_IDS.readlink() if PROCESS_IDS.is_symlink() else ""
    return hashlib.sha256(f"{socket.gethostname()} {container}".encode()).hexdigest()[:12]
