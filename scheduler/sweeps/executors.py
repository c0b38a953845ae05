"""The workers of a sweep: processes of this machine, or a Dask cluster."""

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
EXAMPLES = "Enter local, local:2 (processes of this machine), dask://HOST:8786 or dask+tls://HOST:8786."
MOST_PROCESSES = 512
"""Upper limit of ``local:N``. A larger number is taken for a typing error."""
SECONDS_TO_ANSWER = 10
"""How long to wait for a Dask scheduler to accept the connection."""


class Flag(Protocol):
    """A flag sent along with a task. Set by the sender, it is seen where the task runs."""

    def set(self) -> None:
        """Set the flag for all holders."""

    def seen(self) -> Callable[[], bool]:
        """Return a function that is True once the flag is set. Call this in the task's thread, the function in any."""


@dataclass(frozen=True)
class Workers:
    """The workers of a sweep. ``at_once`` returns how many tasks can run at the same time, which may change.

    ``lost`` lists the errors that mean a task's worker was killed. Such a task is given to another worker.
    """

    executor: Executor
    at_once: Callable[[], int]
    flag: Flag
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


class LostError(Exception):
    """A sweep has lost its workers: they are killed repeatedly, have not come back, or their scheduler is gone."""


WorkersOf = Callable[[], AbstractContextManager[Workers]]
"""Opens workers, for the time of a ``with``."""


def workers_of(text: str) -> WorkersOf:
    """Return what opens the workers named by a text such as ``local:2`` or ``dask://host:8786``.

    Raises InputError if the text names none. Opening raises it if nothing answers at the address.
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


@dataclass(frozen=True)
class FileFlag:
    """A flag for the processes of one machine: set once the file exists."""

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
        """Return a function that asks the scheduler whether the flag is set."""
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
    """Return Dask's ``distributed``, which only the extra ``dask`` installs. Raises ImportError without it."""
    return import_module("distributed")
