"""One solve of a sweep: the same task gives the same figures, whichever process on whichever machine works on it."""

from __future__ import annotations

import hashlib
import threading
import time
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

from pydantic import ConfigDict

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Value
from scheduler.sweeps.defaults import SEED, WORK_LIMIT

PACKAGES = ("conference-planner", "ortools", "holidays")
SOURCE = Path(__file__).parents[1]


@cache
def engine() -> str:
    """The versions that a figure may depend on, and a digest of the scheduler's own source, which changes more often."""
    own = hashlib.sha256()
    for file in sorted(SOURCE.rglob("*.py")):
        own.update(f"{file.relative_to(SOURCE).as_posix()}\n".encode() + file.read_bytes())
    return ", ".join([*(f"{package} {version(package)}" for package in PACKAGES), f"source {own.hexdigest()[:12]}"])


class Effort(Value):
    """How hard one worker tries: where each search begins, and how far it goes.

    ``work_limit`` is in the solver's deterministic units, for each search of a tier. ``time_limit`` is in seconds; None is
    for no limit, and only then are the figures of what isn't proven the same on every machine.
    """

    seed: int = SEED
    work_limit: float = WORK_LIMIT
    time_limit: float | None = None


USUAL = Effort()


class Task(Effort):
    """One problem to be solved by one worker, without people's names. Made by ``task_of``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ignored_types=(cached_property,))

    problem: Problem
    engine: str

    @cached_property
    def key(self) -> str:
        """The sha256 of all that the result depends on."""
        content = [self.problem.digest, str(self.seed), repr(self.work_limit), repr(self.time_limit), self.engine]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()


class Solved(Value):
    """The result of the task with this key: a schedule, or why there can be none. ``seconds`` is what it took where it ran."""

    key: str
    schedule: Schedule | None
    refused: tuple[str, ...] = ()
    seconds: float

    def schedule_of(self, problem: Problem) -> Schedule | None:
        """The schedule for the problem that the task was made of, which may have names."""
        return None if self.schedule is None else self.schedule.model_copy(update={"problem": problem.digest})


class OtherEngineError(Exception):
    """This machine would solve with other versions than the task is for."""


def task_of(problem: Problem, effort: Effort = USUAL) -> Task:
    """The task of solving a problem. Two problems that differ in people's names only are the same task."""
    return Task.model_construct(
        problem=nameless(problem),
        seed=effort.seed,
        work_limit=effort.work_limit,
        time_limit=effort.time_limit,
        engine=engine(),
    )


def solve(task: Task, stop: threading.Event | None = None) -> Solved:
    """Solve with one worker. Once ``stop`` is set it ends soon, with what is then no result of the task.

    Raises OtherEngineError where this machine has other versions than the task is for.
    """
    if task.engine != engine():
        raise OtherEngineError(
            f"The task is for {task.engine}, and here is {engine()}: figures might differ. Install the same on every machine."
        )
    from scheduler.engines.kept_highs import kept_highs  # noqa: PLC0415 - only who solves has to load the solver
    from scheduler.planner import plan  # noqa: PLC0415 - the same

    started = time.monotonic()
    schedule, refused = None, tuple[str, ...]()
    try:
        with kept_highs() as highs:
            schedule = plan(
                task.problem,
                workers=1,
                work_limit=task.work_limit,
                time_limit=task.time_limit,
                seed=task.seed,
                stop=stop,
                highs=highs,
            )
    except InputError as error:
        refused = tuple(fault.message for fault in error.faults)
    return Solved(key=task.key, schedule=schedule, refused=refused, seconds=round(time.monotonic() - started, 3))
