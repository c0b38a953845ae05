"""A thread of the server that starts jobs in processes, and takes over the jobs of servers that have ended."""

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
from functools import partial
from pathlib import Path
from typing import ParamSpec, Protocol

from sqlalchemy import Connection

from api.database.outages import OutageLog
from api.database.session import Store
from api.jobs import process
from api.jobs import queue as jobs
from api.jobs.process import UnreachableError
from api.jobs.queue import Attempt
from scheduler.isolation import TASKS_PER_PROCESS, ProcessPool

SECONDS_BETWEEN_LOOKS = 1.0
"""Seconds between checks for queued and ended jobs, unless something wakes the thread first."""
BETWEEN_SIGNS = dt.timedelta(seconds=1)
"""Interval at which a runner records that it is alive, for other servers to read."""
UNHEARD = dt.timedelta(seconds=10)
"""Time without a sign after which a runner counts as gone. It is ten signs long, so that one slow write is not enough."""
PROCESS_IDS = Path("/proc/self/ns/pid")
"""A link that names the PID namespace, which differs between the containers of one host. Linux only."""
P = ParamSpec("P")
_log = logging.getLogger(__name__)


class Turns(Protocol):
    """The rules that choose the next job, and that apply after an attempt is interrupted."""

    def claim(self, connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
        """Start the next job. Return None if none is queued or another runner was quicker."""

    def release(self, connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> None:
        """Queue a job again after its attempt was interrupted. ``may_fail`` is False if the job can't be the cause."""


class Runner:
    """A runner of at most ``processes`` jobs at once. Servers that share a database share its queue.

    ``executor`` names the workers that solve for sweeps. With ``local`` the job's process solves. With any other it submits the
    solve and waits. Each process may take ``memory`` megabytes; 0 sets no limit.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], dt.datetime],
        processes: int,
        turns: Turns,
        executor: str = "local",
        memory: int = 0,
    ) -> None:
        self.name = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._store, self._clock, self._processes = store, clock, processes
        self._turns, self._executor, self._memory = turns, executor, memory
        self._pool: ProcessPool | None = None
        self._first: Future[None] | None = None
        self._running: dict[Future[None], Attempt] = {}
        self._signalled_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._woken = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Start the thread. Do nothing if ``processes`` is 0."""
        if self._processes:
            self._thread.start()

    def wake(self) -> None:
        """Make the thread check for jobs at once, because one may have been queued."""
        self._woken.set()

    def stop(self) -> None:
        """Stop the thread and queue running jobs again, for the next server."""
        if not self._processes:
            return
        self._ending = True
        self.wake()
        self._thread.join()
        try:
            for attempt in self._running.values():  # its process soon notices, and ends the attempt
                self._release(attempt, may_fail=False)
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        outages = OutageLog(_log, "Running jobs")
        while not self._ending:
            with outages.attempt():  # the database may be unreachable for a while; this thread must outlast that
                self._look()
            self._woken.wait(SECONDS_BETWEEN_LOOKS)
            self._woken.clear()

    def _look(self) -> None:
        self._collect()
        now = self._clock()
        if self._running and now >= self._signalled_at + BETWEEN_SIGNS:
            with self._store.noting() as connection:
                jobs.heartbeat(connection, self._running.values(), now)
            self._signalled_at = now
        with self._store.reading() as connection:
            left = [attempt for attempt in jobs.running(connection) if self._is_left(attempt)]
        for attempt in left:
            self._release(attempt)
        while len(self._running) < self._processes and (claimed := self._claim()):
            self._start(claimed)

    def _collect(self) -> None:
        """Remove the attempts that have ended. Queue a job again if its process ended before the job did."""
        for future in [future for future in self._running if future.done()]:
            error, attempt = future.exception(), self._running[future]
            if error is not None:
                _log.warning("The job %s was interrupted, and is queued again: %r", attempt.job, error)
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
        """True if the first process is prepared. Until then a job stays queued, where another server can take it."""
        if self._first is None or (self._first.done() and self._first.exception() is not None):
            self._first = self._submit(process.be_ready)
        return self._first.done()

    def _submit(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> Future[None]:
        if self._pool is None:
            self._pool = ProcessPool(self._processes, TASKS_PER_PROCESS, partial(process.prepare, self._memory))
        future = self._pool.submit(work, *arguments, **named)
        future.add_done_callback(lambda _: self.wake())
        return future

    def _is_left(self, attempt: Attempt) -> bool:
        """True if an attempt has not ended but its runner is gone."""
        if attempt in self._running.values():
            return False
        return self._clock() - attempt.heard_at > UNHEARD or is_gone(attempt.runner)

    def _release(self, attempt: Attempt, *, may_fail: bool = True) -> None:
        with self._store.noting() as connection:
            self._turns.release(connection, attempt, self._clock(), may_fail=may_fail)


def is_gone(runner: str) -> bool:
    """True if the named runner was a process on this machine, and that process has ended."""
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
    """Return a name for this host and container. Process ids are comparable only within one of them."""
    container = PROCESS_IDS.readlink() if PROCESS_IDS.is_symlink() else ""
    return hashlib.sha256(f"{socket.gethostname()} {container}".encode()).hexdigest()[:12]
