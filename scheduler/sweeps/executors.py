"""The workers of a sweep: processes on this machine, or a Dask cluster."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from scheduler.domain.faults import Fault, InputError
from scheduler.isolation import ProcessPool

LOCAL = re.compile(r"local(?::([0-9]+))?")
DASK = re.compile(r"dask(\+tls)?://([^/\s]+:[0-9]+)/?")
EXAMPLES = "Enter local, local:2 (processes on this machine), dask://HOST:8786 or dask+tls://HOST:8786."
MAX_PROCESSES = 512
"""Largest N of ``local:N``. A larger one is probably a typing error."""
SECONDS_TO_ANSWER = 10
"""Seconds to wait for a Dask scheduler to accept the connection."""


class Flag(Protocol):
    """A flag sent with a task. The sender sets it, and the task sees it."""

    def set(self) -> None:
        """Set the flag for all holders."""

    def seen(self) -> Callable[[], bool]:
        """Return a function that is True once the flag is set. Call ``seen`` in the task's thread, and the function in any."""


@dataclass(frozen=True)
class Workers:
    """The workers of a sweep. ``at_once`` returns how many tasks can run at the same time, which may change.

    ``lost`` lists the errors that mean a task's worker was killed. Another worker then repeats the task.
    """

    executor: Executor
    at_once: Callable[[], int]
    flag: Flag
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


class LostError(Exception):
    """A sweep has lost its workers: one task killed several, none has been available for too long, or the scheduler is gone."""


WorkersOf = Callable[[], AbstractContextManager[Workers]]
"""A function whose context manager opens and closes workers."""


def workers_of(text: str) -> WorkersOf:
    """Return a function that opens the workers of a text such as ``local:2`` or ``dask://host:8786``.

    Raise InputError if the text is invalid. Opening raises it if no scheduler answers at the address.
    """
    if match := LOCAL.fullmatch(text):
        count = os.cpu_count() or 1 if match[1] is None else int(match[1])
        if 1 <= count <= MAX_PROCESSES:
            return lambda: _local(count)
    if match := DASK.fullmatch(text):
        address = f"{'tls' if match[1] else 'tcp'}://{match[2]}"
        return lambda: _dask(text, address)
    raise InputError([Fault((), f"--executor: '{text}' is not a valid executor. {EXAMPLES}")])


# Processes on this machine -----------------------------------------------------------------------------


@dataclass(frozen=True)
class FileFlag:
    """A flag for the processes of one machine. It is set once the file exists."""

    path: Path

    def set(self) -> None:
        """Create the file."""
        self.path.touch()

    def seen(self) -> Callable[[], bool]:
        """Return a function that is True once the file exists."""
        return self.path.exists


@contextmanager
def _local(count: int) -> Iterator[Workers]:
    with tempfile.TemporaryDirectory() as folder:
        flag = FileFlag(Path(folder) / "stop")
        with ProcessPool(count) as processes:
            yield Workers(processes, lambda: count, flag)


# Dask ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DaskFlag:
    """A flag that the Dask scheduler stores under a name."""

    name: str

    def set(self) -> None:
        """Set the flag on the scheduler."""
        with suppress(OSError):  # if the scheduler is gone, so are its tasks
            _distributed().Event(self.name).set()

    def seen(self) -> Callable[[], bool]:
        """Return a function that is True once the flag is set on the scheduler."""
        distributed = _distributed()
        is_set: Callable[[], bool] = distributed.Event(self.name, client=distributed.get_client()).is_set
        return is_set


@contextmanager
def _dask(text: str, address: str) -> Iterator[Workers]:
    try:
        distributed = _distributed()
    except ImportError:
        raise InputError(
            [Fault((), f"--executor: {text} needs Dask, which is not installed. Install the extra dask, or enter local.")]
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
            raise LostError(f"The Dask scheduler at {text} no longer answers: {error}.") from error

    with client:
        executor = client.get_executor(pure=False)
        lost = (CancelledError, distributed.scheduler.KilledWorker)
        try:
            yield Workers(executor, at_once, DaskFlag(f"stop-{secrets.token_hex(8)}"), lost)
        finally:
            executor.shutdown(wait=False)


def _distributed() -> Any:
    """Return Dask's ``distributed``, which the extra ``dask`` installs. Raise ImportError if it is missing."""
    return import_module("distributed")
