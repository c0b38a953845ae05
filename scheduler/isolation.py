"""Child processes of the solver, the sweeps and the calendar reader: start, limit, call and end them.

There are three kinds of child:

- ``run_module`` runs a module once: one input, one output, a time limit. The child sees nothing else of the parent.
- ``CallServer`` is a child that answers calls one at a time and can be killed during one. The child runs ``answer_calls``.
- ``ProcessPool`` is an executor whose processes are replaced after some tasks and end with their parent.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from queue import LifoQueue
from typing import ParamSpec, TypeVar

ROOT = Path(__file__).parents[1]
"""Folder from which a child imports the packages of this distribution."""
TASKS_PER_PROCESS = 16
"""Tasks after which a process is replaced. Solvers don't return all of their memory, so a process grows with each task."""
P = ParamSpec("P")
Result = TypeVar("Result")


# The child interpreter ----------------------------------------------------------------------------------


def child_command(module: str) -> list[str]:
    """Return the command that runs a module in a child interpreter.

    ``-P`` keeps the working directory out of the import path: a file there must not replace a module.
    """
    return [sys.executable, "-P", "-m", module]


def child_environment(*, minimal: bool = False) -> dict[str, str]:
    """Return the environment of a child interpreter, with this distribution first on its import path.

    If ``minimal``, it contains nothing else, so that a child that reads hostile input finds no secrets of the parent.
    """
    if minimal:
        return {"PYTHONPATH": str(ROOT)}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def limit_resources(*, memory: int, cpu_seconds: int) -> None:
    """Limit this process permanently: allocations beyond ``memory`` bytes fail, and it is killed after ``cpu_seconds``.

    A child calls this itself after its imports. (``preexec_fn`` is unsafe in a parent with threads.)
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))


def limit_memory(memory: int) -> None:
    """Limit this process and its later children permanently: allocations of one process beyond ``memory`` bytes fail."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


# One input, one output ----------------------------------------------------------------------------------


class ChildTimeoutError(Exception):
    """A child was killed because it did not end within its time limit."""


class ChildEndedError(Exception):
    """A child ended without an answer: killed, out of memory, or with an error."""


def run_module(module: str, data: bytes, *, seconds: float) -> bytes:
    """Run a module in a child with ``data`` on its standard input, and return its standard output.

    The child has a minimal environment and its own session. Raise ChildTimeoutError if it takes longer than ``seconds``, or
    ChildEndedError if it fails. Neither error quotes the child's output, which may be private.
    """
    try:
        return subprocess.run(
            child_command(module),
            input=data,
            capture_output=True,
            timeout=seconds,
            check=True,
            env=child_environment(minimal=True),
            start_new_session=True,
        ).stdout
    except subprocess.TimeoutExpired:
        raise ChildTimeoutError(f"{module} was killed after {seconds:g} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise ChildEndedError(f"{module} ended with status {error.returncode}.") from None


# Many calls ---------------------------------------------------------------------------------------------


class CallServer:
    """A child that answers calls one at a time until it is killed. Its module runs ``answer_calls``.

    Calls and answers are pickled, so the child must be trusted: it runs this program's code on this program's data.
    """

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            child_command(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            start_new_session=True,  # Ctrl-C is for the parent to handle
        )

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """True if the process has not ended."""
        return self._process.poll() is None

    def call(self, *arguments: object) -> object:
        """Return the answer to a call. Raise ChildEndedError if the process ends first, or if another thread kills it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            pickle.dump(arguments, stdin, protocol=pickle.HIGHEST_PROTOCOL)
            stdin.flush()
            return pickle.load(stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise ChildEndedError(f"The process {self.pid} ended before it answered.") from error

    def kill(self) -> None:
        """End the process at once, during a call if there is one, and close its pipes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # closing flushes, but nothing reads the rest of a call now
                    stream.close()


def answer_calls(function: Callable[..., object]) -> None:
    """Answer the calls of a ``CallServer`` with the results of ``function``, until the parent closes the pipe or ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library's output must not get between the answers
    while True:
        try:
            arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(function(*arguments), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


# A pool -------------------------------------------------------------------------------------------------


def end_with_parent() -> None:
    """Make this process end when its parent ends for any reason, and ignore Ctrl-C, which the parent handles.

    Call this in processes started by ``multiprocessing``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_after_parent, daemon=True).start()


def _exit_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class ProcessPool(ThreadPoolExecutor):
    """An executor of ``count`` processes. Each runs ``prepare`` first, and is replaced after ``tasks_per_process`` tasks.

    If a process is killed, only its own task fails, with BrokenExecutor. (In a ProcessPoolExecutor all tasks fail, and with
    ``max_tasks_per_child`` it can wait for ever for a process that it believes to be idle.)
    """

    def __init__(
        self, count: int, tasks_per_process: int = TASKS_PER_PROCESS, prepare: Callable[[], None] = end_with_parent
    ) -> None:
        super().__init__(count, thread_name_prefix="process")
        self._tasks_per_process = tasks_per_process
        self._idle: LifoQueue[_PoolProcess] = LifoQueue()  # last in, first out: reuse a running process before starting another
        for _ in range(count):
            self._idle.put(_PoolProcess(prepare))

    def submit(self, work: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Run the task in the next idle process."""
        return super().submit(lambda: self._run(work, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Accept no more tasks. With ``wait``, return once all tasks are done and all processes have ended."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        while wait and not self._idle.empty():
            self._idle.get().end()

    def _run(self, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        process = self._idle.get()
        try:
            return process.submit(work, *args, **kwargs).result()
        except BrokenExecutor:
            process.end()
            raise
        finally:
            if process.tasks >= self._tasks_per_process:
                process.end()
            self._idle.put(process)


class _PoolProcess:
    """A process of a pool. The first task starts it, as does the first task after it has ended."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self.tasks = 0
        self._prepare = prepare
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        try:
            future = self._started().submit(work, *args, **kwargs)
        except BrokenExecutor:  # the process was killed while it was idle
            self.end()
            future = self._started().submit(work, *args, **kwargs)
        self.tasks += 1
        return future

    def _started(self) -> ProcessPoolExecutor:
        self._executor = self._executor or ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=self._prepare)
        return self._executor

    def end(self) -> None:
        if self._executor is not None:
            self._executor.shutdown()
        self._executor, self.tasks = None, 0
