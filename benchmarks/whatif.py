"""What a sweep costs beside the solves in it, and what a second Dask worker brings: ``--suite whatif``.

A month's scenarios, more and fewer chairs crossed with more and fewer conferences, in one process after the other; then
twice as many over one Dask worker and over two.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, machine
from benchmarks.suites import INSTANCES
from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file
from scheduler.whatif.executors import WorkersOf, workers_of
from scheduler.whatif.grid import crossed
from scheduler.whatif.solving import Solved, Task, task_of
from scheduler.whatif.study import variants
from scheduler.whatif.sweep import SweepProgress, sweep

MONTH = "report-2022-08"
TIMES = 5
CHAIRS_MORE_OR_FEWER = 2
DEMANDS, MORE_DEMANDS = "demand=-15..10:5", "demand=-30..25:5"
LEAST_SHARE = 0.9


def whatif(into: Path, month: str = MONTH, demands: str = DEMANDS, more_demands: str = MORE_DEMANDS) -> int:
    """Measure, print and write; 1 where a sweep costs too much or a second worker brings too little."""
    problem = read_problem_file(INSTANCES / "month" / f"{month}.json")
    alone = statistics.median(_alone(problem) for _ in range(TIMES))
    some, more = _tasks(problem, demands), _tasks(problem, more_demands)
    seconds, solved = _swept("one process", some, workers_of("local:1"))
    limit = alone * len(some)
    rates = {workers: len({task.key for task in more}) / _over_dask(more, workers) for workers in (1, 2)}
    share = rates[2] / (2 * rates[1])
    found = {
        "taken": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "month": month,
        "seconds_alone": round(alone, 3),
        "sweep": {
            "scenarios": len(some),
            "different": len(solved),
            "proven": sum(_is_proven(one) for one in solved),
            "seconds": round(seconds, 1),
            "seconds_of_solves": round(sum(one.seconds for one in solved), 1),
            "limit": round(limit, 1),
        },
        "dask": {
            "scenarios": len(more),
            "scenarios_a_minute": {workers: round(60 * rate, 2) for workers, rate in rates.items()},
            "share_of_twice": round(share, 3),
        },
    }
    print(json.dumps(found, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{found['taken']}-whatif.json").write_text(json.dumps(found, indent=1) + "\n")
    good = seconds <= limit and share >= LEAST_SHARE
    goal = f"At most as long as as many solves of the month alone, and two workers at least {LEAST_SHARE:g} of twice one's rate"
    print(f"{goal}: {'yes' if good else 'no'}")
    return 0 if good else 1


def _alone(problem: Problem) -> float:
    """The seconds that one solve of the month takes on one core, in a process that has solved before."""
    with workers_of("local:1")() as workers:
        sweep([task_of(problem, seed=2)], workers)
        (solved,) = sweep([task_of(problem)], workers).values()
    return solved.seconds


def _tasks(problem: Problem, demands: str) -> list[Task]:
    chairs = sum(not chair.reserve for chair in problem.chairs)
    asked = [f"chairs={chairs - CHAIRS_MORE_OR_FEWER}..{chairs + CHAIRS_MORE_OR_FEWER}", demands]
    return [task_of(variant.problem) for variant in variants(problem, crossed(problem, asked))[1:]]


def _over_dask(tasks: Sequence[Task], workers: int) -> float:
    with _cluster(workers) as text:
        return _swept(f"Dask, {workers}", tasks, workers_of(text))[0]


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    from distributed import LocalCluster  # noqa: PLC0415 - only this suite needs it

    made: Any = LocalCluster  # it has no types
    with made(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def _swept(title: str, tasks: Sequence[Task], opened: WorkersOf) -> tuple[float, list[Solved]]:
    """The seconds that a sweep takes with workers who are there, and its results."""
    done = -1

    def hear(progress: SweepProgress) -> None:
        nonlocal done
        if progress.done > done:
            done = progress.done
            print(f"{title}: {done} of {progress.of}", file=sys.stderr, flush=True)

    with opened() as workers:
        started = time.perf_counter()
        solved = sweep(tasks, workers, on_progress=hear)
        return time.perf_counter() - started, list(solved.values())


def _is_proven(solved: Solved) -> bool:
    return solved.schedule is not None and all(tier.proven for tier in solved.schedule.tiers)
