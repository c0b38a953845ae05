"""Where a sweep's solves run: in processes of this machine, or by Dask on several."""

from __future__ import annotations

import multiprocessing
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from queue import LifoQueue
from typing import Any, ParamSpec, Protocol, TypeVar

from scheduler.domain.faults import Fault, InputError
from scheduler.sweeps.worker_process import serve_the_parent

LOCAL = re.compile(r"local(?::([0-9]+))?")
DASK = re.compile(r"dask(\+tls)?://([^/\s]+:[0-9]+)/?")
EXAMPLES = "Enter local, local:2 (processes of this machine), dask://HOST:8786 or dask+tls://HOST:8786."
MOST_PROCESSES = 512
TASKS_OF_A_PROCESS = 16
"""After so many a process makes way for a new one, so that its memory stays bounded."""
SECONDS_TO_ANSWER = 10
P = ParamSpec("P")
Result = TypeVar("Result")


class Flag(Protocol):
    """A flag that can be sent along with a task: set here, it is seen where the task runs."""

    def set(self) -> None:
        """Tell all who hold it."""

    def seen(self) -> Callable[[], bool]:
        """For the thread of a task: a question whether it is set, which any thread may then ask."""


@dataclass(frozen=True)
class Workers:
    """Who works on a sweep. ``at_once`` says how many tasks run at the same time, which may change.

    ``lost`` are the errors of tasks whose worker was killed, so that another may have them.
    """

    executor: Executor
    at_once: Callable[[], int]
    flag: Flag
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


class LostError(Exception):
    """Nobody can go on with a sweep: its workers are killed again and again, or nobody knows of them any more."""


WorkersOf = Callable[[], AbstractContextManager[Workers]]


def workers_of(text: str) -> WorkersOf:
    """What opens the workers that a text such as ``local:2`` or ``dask://host:8786`` names.

    Raises InputError where it names none; so does opening, where nothing answers at that address.
    """
    if found := LOCAL.fullmatch(text):
        count = os.cpu_count() or 1 if found[1] is None else int(found[1])
        if 1 <= count <= MOST_PROCESSES:
            return lambda: _local(count)
    if found := DASK.fullmatch(text):
        address = f"{'tls' if found[1] else 'tcp'}://{found[2]}"
        return lambda: _dask(text, address)
    raise InputError([Fault((), f"--executor: '{text}' names no workers. {EXAMPLES}")])


# Processes of this machine -----------------------------------------------------------------------------


class Processes(ThreadPoolExecutor):
    """An executor of some processes, which ``prepare`` when they begin, and make way for new ones after some tasks.

    If a process is killed, only its own task fails, with BrokenExecutor. (A ProcessPoolExecutor fails all that it has, and with
    ``max_tasks_per_child`` it can wait for ever for a process that it believes to be idle.)
    """

    def __init__(
        self,
        count: int,
        tasks_of_a_process: int = TASKS_OF_A_PROCESS,
        prepare: Callable[[], None] = serve_the_parent,
    ) -> None:
        super().__init__(count, thread_name_prefix="process")
        self._tasks_of_a_process = tasks_of_a_process
        self._idle: LifoQueue[_Process] = LifoQueue()  # so that one that is there already works before another begins
        for _ in range(count):
            self._idle.put(_Process(prepare))

    def submit(self, work: Callable[P, Result], /, *given: P.args, **named: P.kwargs) -> Future[Result]:
        """Have it worked on by the next process that is free."""
        return super().submit(lambda: self._run(work, *given, **named))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End, with the processes once they are idle."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        while wait and not self._idle.empty():
            self._idle.get().end()

    def _run(self, work: Callable[P, Result], *given: P.args, **named: P.kwargs) -> Result:
        process = self._idle.get()
        try:
            return process.submit(work, *given, **named).result()
        except BrokenExecutor:
            process.end()
            raise
        finally:
            if process.tasks >= self._tasks_of_a_process:
                process.end()
            self._idle.put(process)


class _Process:
    """One process, begun when it is needed."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self.tasks = 0
        self._prepare = prepare
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[P, Result], *given: P.args, **named: P.kwargs) -> Future[Result]:
        try:
            future = self._there().submit(work, *given, **named)
        except BrokenExecutor:  # it was killed while it had nothing to do
            self.end()
            future = self._there().submit(work, *given, **named)
        self.tasks += 1
        return future

    def _there(self) -> ProcessPoolExecutor:
        self._pool = self._pool or ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=self._prepare)
        return self._pool

    def end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        self._pool, self.tasks = None, 0


@dataclass(frozen=True)
class FileFlag:
    """A flag for the processes of one machine: set once there is a file of that name."""

    path: Path

    def set(self) -> None:
        """Make the file."""
        self.path.touch()

    def seen(self) -> Callable[[], bool]:
        """Whether the file is there."""
        return self.path.exists


@contextmanager
def _local(count: int) -> Iterator[Workers]:
    with tempfile.TemporaryDirectory() as folder:
        flag = FileFlag(Path(folder) / "stop")
        with Processes(count) as processes:
            yield Workers(processes, lambda: count, flag)


# Dask ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DaskFlag:
    """A flag that the Dask scheduler keeps under a name."""

    name: str

    def set(self) -> None:
        """Have the scheduler set it."""
        with suppress(OSError):  # without a scheduler there is nobody to be told
            _distributed().Event(self.name).set()

    def seen(self) -> Callable[[], bool]:
        """Whether the scheduler says that it is set."""
        distributed = _distributed()
        is_set: Callable[[], bool] = distributed.Event(self.name, client=distributed.get_client()).is_set
        return is_set


@contextmanager
def _dask(text: str, address: str) -> Iterator[Workers]:
    try:
        distributed = _distributed()
    except ImportError:
        raise InputError(
            [Fault((), f"--executor: {text} needs Dask, which is not installed here. Install the extra dask, or enter local.")]
        ) from None
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        why = str(error) or type(error).__name__
        raise InputError([Fault((), f"--executor: no Dask scheduler answers at {text}: {why}. {EXAMPLES}")]) from None

    def at_once() -> int:
        try:
            return sum(client.nthreads().values())
        except OSError as error:
            raise LostError(f"The Dask scheduler at {text} answers no more: {error}.") from error

    with client:
        executor = client.get_executor(pure=False)
        lost = (CancelledError, distributed.scheduler.KilledWorker)
        try:
            yield Workers(executor, at_once, DaskFlag(f"stop-{secrets.token_hex(8)}"), lost)
        finally:
            executor.shutdown(wait=False)


def _distributed() -> Any:
    """Dask's library for several machines, which comes with the extra ``dask`` only."""
    return import_module("distributed")
