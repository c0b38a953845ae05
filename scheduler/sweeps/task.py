"""A task of a sweep: one solve. Its figures depend on the task, and not on the process or machine that solves it."""

from __future__ import annotations

import hashlib
import threading
import time
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

from pydantic import ConfigDict

from scheduler.defaults import SEED, WORK_LIMIT
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Value

PACKAGES = ("conference-planner", "ortools", "holidays")
"""The distributions whose versions can change a figure: the rules, the solver, and the bank holidays."""
SOURCE = Path(__file__).parents[1]
"""Source folder of the scheduler."""


@cache
def engine() -> str:
    """Return the versions that figures depend on, with a digest of the scheduler's source, which may change between releases."""
    own = hashlib.sha256()
    for file in sorted(SOURCE.rglob("*.py")):
        own.update(f"{file.relative_to(SOURCE).as_posix()}\n".encode() + file.read_bytes())
    return ", ".join([*(f"{package} {version(package)}" for package in PACKAGES), f"source {own.hexdigest()[:12]}"])


class Effort(Value):
    """The seed and the limits of a solve by one worker.

    ``work_limit`` is in the solver's deterministic units, for each search of a tier. ``time_limit`` is in seconds, or None for no
    limit. With a time limit, figures that are not proven may differ between machines.
    """

    seed: int = SEED
    work_limit: float = WORK_LIMIT
    time_limit: float | None = None


USUAL = Effort()
"""The default effort."""


class Task(Effort):
    """A problem for one worker to solve, without people's names. Build it with ``task_of``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ignored_types=(cached_property,))

    problem: Problem
    engine: str

    @cached_property
    def key(self) -> str:
        """Return the SHA-256 of everything that determines the result."""
        content = [self.problem.digest, str(self.seed), repr(self.work_limit), repr(self.time_limit), self.engine]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()


class Solved(Value):
    """The result of the task with this key: a schedule, or the reasons why none is possible. ``seconds`` is its solve time."""

    key: str
    schedule: Schedule | None
    refused: tuple[str, ...] = ()
    seconds: float

    def schedule_of(self, problem: Problem) -> Schedule | None:
        """Return the schedule with the digest of the original ``problem``, which may include names."""
        return None if self.schedule is None else self.schedule.model_copy(update={"problem": problem.digest})


class OtherEngineError(Exception):
    """A task was built by other versions of the packages than the installed ones."""


def task_of(problem: Problem, effort: Effort = USUAL) -> Task:
    """Return the task of solving a problem. Problems that differ only in people's names have equal tasks."""
    return Task.model_construct(
        problem=nameless(problem),
        seed=effort.seed,
        work_limit=effort.work_limit,
        time_limit=effort.time_limit,
        engine=engine(),
    )


def solve(task: Task, stop: threading.Event | None = None) -> Solved:
    """Return the result of solving a task with one worker. Once ``stop`` is set, return a partial result soon.

    Raise OtherEngineError if the task was built by other versions than the installed ones.
    """
    if task.engine != engine():
        raise OtherEngineError(
            f"The task is for {task.engine}, but {engine()} is installed here, so figures might differ. "
            "Install the same versions on every machine."
        )
    from scheduler.engines.kept_highs import kept_highs  # noqa: PLC0415 - load the solver only to solve
    from scheduler.planner import plan  # noqa: PLC0415 - likewise

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
