"""Sweeps: many solves by workers. Equal tasks are solved once, each result is stored at once, and lost tasks are repeated."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from scheduler.files.atomic_write import write_file
from scheduler.sweeps.executors import Flag, LostError, Workers
from scheduler.sweeps.task import Solved, Task, solve

SECONDS_BETWEEN_LOOKS = 0.25
"""Seconds between progress reports, and between checks of the stop event and the flag."""
MAX_ATTEMPTS = 3
"""Attempts at one task. If three workers are killed, the task is the cause, usually because of its size."""


class ResultStore(Protocol):
    """A store of results, so that no task is solved twice."""

    def find(self, key: str) -> Solved | None:
        """Return the result with this key, or None if it is missing or damaged."""

    def keep(self, solved: Solved) -> None:
        """Store a result."""


class NoResultStore:
    """An empty store, for sweeps that are never resumed."""

    def find(self, _key: str) -> Solved | None:
        """Return None."""
        return None

    def keep(self, solved: Solved) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class FolderResultStore:
    """A folder with one JSON file per result, named by its key."""

    folder: Path

    def find(self, key: str) -> Solved | None:
        """Return the result with this key, or None if its file is missing or damaged."""
        try:
            solved = Solved.model_validate_json(self._path(key).read_bytes())
        except (OSError, ValidationError):
            return None
        return solved if solved.key == key else None

    def keep(self, solved: Solved) -> None:
        """Write the result to its file at once. Raise InputError if the file can't be written."""
        write_file(self._path(solved.key), solved.model_dump_json(indent=1).encode())

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


@dataclass(frozen=True)
class SweepProgress:
    """The progress of a sweep: distinct solves finished, of the total.

    ``seconds_left`` is estimated from the finished solves. It is None before the first one, and while there are no workers.
    """

    done: int
    of: int
    seconds_left: float | None


def sweep(
    tasks: Iterable[Task],
    workers: Workers,
    *,
    store: ResultStore | None = None,
    on_progress: Callable[[SweepProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
    patience: float = math.inf,
) -> dict[str, Solved]:
    """Solve the tasks and return their results by key, or those finished so far once ``stop`` is set.

    Equal tasks are solved once, and results in ``store`` are reused. A task whose worker is killed goes to another worker.
    ``on_progress`` is called from this thread, several times a second. Raise LostError if ``MAX_ATTEMPTS`` workers of one task
    are killed, if the workers can't be reached, or if there have been none for ``patience`` seconds.
    """
    run = _Run(tasks, workers, store or NoResultStore(), stop or threading.Event(), patience)
    try:
        while run.is_on():
            on_progress(run.progress())
            run.step()
    finally:
        run.end()
    on_progress(run.progress())
    return run.results


def work(text: str, flag: Flag) -> str | None:
    """Solve a task in a worker, and return its result, both as JSON. Return None if the flag is set first."""
    task = Task.model_validate_json(text)
    with _following(flag) as stop:
        if stop.is_set():
            return None
        solved = solve(task, stop)
        return None if stop.is_set() else solved.model_dump_json()


class _Run:
    """The state of one sweep."""

    def __init__(
        self, tasks: Iterable[Task], workers: Workers, store: ResultStore, stop: threading.Event, patience: float
    ) -> None:
        self._tasks = {task.key: task for task in tasks}
        self._workers, self._store, self._stop = workers, store, stop
        self.results = {key: solved for key in self._tasks if (solved := store.find(key)) is not None}
        self._left = deque(key for key in self._tasks if key not in self.results)
        self._running: dict[Future[str | None], str] = {}
        self._attempts: Counter[str] = Counter()
        self._patience, self._worked_at = patience, time.monotonic()

    def is_on(self) -> bool:
        return not self._stop.is_set() and bool(self._left or self._running)

    def progress(self) -> SweepProgress:
        done, of = len(self.results), len(self._tasks)
        at_once = self._workers.at_once() if done < of else 1
        seconds = sum(solved.seconds for solved in self.results.values()) / max(1, done) * (of - done)
        return SweepProgress(done, of, seconds / at_once if done and at_once else None)

    def step(self) -> None:
        """Submit a task for each free worker, then wait a moment for results and store them."""
        at_once = self._workers.at_once()
        if at_once:
            self._worked_at = time.monotonic()
        elif time.monotonic() > self._worked_at + self._patience:
            raise LostError(f"There has been no worker for {self._patience:g} seconds.")
        while self._left and len(self._running) < at_once:
            key = self._left.popleft()
            self._attempts[key] += 1
            text = self._tasks[key].model_dump_json(by_alias=True)
            self._running[self._workers.executor.submit(work, text, self._workers.flag)] = key
        if not self._running:
            self._stop.wait(SECONDS_BETWEEN_LOOKS)
        for future in wait(self._running, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED).done:
            self._take(future, self._running.pop(future))

    def _take(self, future: Future[str | None], key: str) -> None:
        try:
            text = future.result()
        except self._workers.lost as error:
            if self._attempts[key] >= MAX_ATTEMPTS:
                raise LostError(
                    f"The worker of one solve was killed {MAX_ATTEMPTS} times, perhaps because it ran out of memory."
                ) from error
            self._left.appendleft(key)
            return
        self._keep(text)

    def _keep(self, text: str | None) -> None:
        if text is not None:
            solved = Solved.model_validate_json(text)
            self.results[solved.key] = solved
            self._store.keep(solved)

    def end(self) -> None:
        """Stop the running solves, and store the results that have arrived since the last step."""
        if self._running:
            self._workers.flag.set()
        for future in self._running:
            if not future.cancel() and future.done() and future.exception() is None:
                self._keep(future.result())


@contextlib.contextmanager
def _following(flag: Flag) -> Iterator[threading.Event]:
    """Yield an event that is set soon after the flag is set, or from the start if it already is."""
    stop, over, is_set = threading.Event(), threading.Event(), flag.seen()
    if is_set():
        stop.set()

    def listen() -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            if is_set():
                stop.set()
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield stop
    finally:
        over.set()
        listener.join()
