"""Questions that need the solver: they run in a process of their own, so none waits for a plan and the server stays small."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from api.errors import BusyError
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.isolation import CallServer, ChildEndedError

MODULE = "api.decisions.solving_process"
"""The module that loads the solver. Only the process runs it."""
SECONDS = 9.5
"""Seconds after which a question ends without an answer, its wait included: an answer comes within ten."""
WAIT = 5.0
"""Seconds that a question waits for its turn. It then has some two seconds for its solves."""
QUESTIONS = 200
"""Questions after which the process is replaced, since solvers don't return all of their memory."""
RETRY_SECONDS = 10


class OverTimeError(Exception):
    """A question that has no answer at its limit. Its process has been killed."""


class Failure(str):
    """The traceback of a question that failed, which crosses to the server as a value."""


class Faults(tuple[Fault, ...]):
    """The faults of a question, which cross to the server as a value."""


class Solving:
    """The process that answers questions one at a time. It starts with the first question.

    At ``seconds`` after a question was asked its process is killed, and another one started.
    """

    def __init__(self, module: str = MODULE, seconds: float = SECONDS, wait: float = WAIT) -> None:
        self._module, self._seconds, self._wait = module, seconds, wait
        self._turn = asyncio.Lock()
        self._process: CallServer | None = None
        self._questions = 0
        self._is_closed = False

    async def ask(self, name: str, problem: Problem, schedule: Schedule, **arguments: Any) -> Any:
        """Return the result of a function of the module. If the caller is cancelled, the question ends at once.

        Raise InputError if the arguments don't fit the problem, BusyError if it isn't its turn in time or its process ends, and
        OverTimeError if there is no answer at the limit.
        """
        until = time.monotonic() + self._seconds
        try:
            async with asyncio.timeout(self._wait):
                await self._turn.acquire()
        except TimeoutError:
            raise _busy("Other questions are being answered.") from None
        try:
            return checked(await self._answer(until, name, problem, schedule, arguments))
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process, and the question that runs. No other is answered."""
        self._is_closed = True
        self._end()

    async def _answer(self, until: float, *question: object) -> object:
        """Return the answer of the process. Replace the process unless it has answered."""
        if self._process is None or not self._process.is_running or self._questions >= QUESTIONS:
            self._start()
        assert self._process is not None  # it has been started
        self._questions += 1
        calling = asyncio.get_running_loop().run_in_executor(None, self._process.call, until, *question)
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await asyncio.shield(calling)
        except TimeoutError:
            raise OverTimeError from None
        except ChildEndedError:
            raise _busy("The process that solves has ended.") from None
        finally:
            if not calling.done() or calling.exception() is not None:
                calling.add_done_callback(lambda done: done.exception())  # it has ended because of the next line
                self._start()

    def _start(self) -> None:
        """Start a process in the place of the present one."""
        self._end()
        if self._is_closed:
            raise _busy("The service is ending.")
        self._process, self._questions = CallServer(self._module), 0

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


def solving_of(request: Any) -> Solving:
    """Return the process of the request's app."""
    solving: Solving = request.app.state.solving
    return solving


def checked(result: object) -> Any:
    """Return a result of the process. Raise InputError if it is faults, or RuntimeError if the question failed."""
    if isinstance(result, Faults):
        raise InputError(result)
    if isinstance(result, Failure):
        raise RuntimeError(str(result))
    return result


def _busy(why: str) -> BusyError:
    return BusyError("busy", f"{why} Nothing was changed. Try again in {RETRY_SECONDS} seconds.", RETRY_SECONDS)
