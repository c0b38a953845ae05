"""The overhead of a sweep over its solves, and the speed-up from a second Dask worker: ``--suite whatif``.

It sweeps scenarios of four months in one process, crossing numbers of chairs with numbers of conferences. Then it sweeps twice
as many scenarios of the first month over one and two Dask workers, in turn.
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
from scheduler.defaults import WORK_LIMIT
from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file
from scheduler.planner import plan
from scheduler.sweeps.executors import WorkersOf, workers_of
from scheduler.sweeps.sweep import SweepProgress, sweep
from scheduler.sweeps.task import Solved, Task, task_of
from scheduler.whatif.changes.grid import crossed
from scheduler.whatif.comparison.compare import variants

MONTHS = ("report-2022-08", "report-2022-11", "report-2023-02", "many-holds")
TIMES = 5
ROUNDS = 3
CHAIRS_MORE_OR_FEWER = 2
DEMANDS, MORE_DEMANDS = "demand=-15..10:5", "demand=-30..25:5"
MIN_SHARE = 0.9


def whatif(into: Path) -> int:
    """Measure, print and store the figures. Return the exit code: 1 if a sweep or two Dask workers miss their target."""
    header = {"taken": time.strftime("%Y-%m-%d"), "commit": commit(), "machine": machine()}
    problems = {month: read_problem_file(INSTANCES / "month" / f"{month}.json") for month in MONTHS}
    sweeps = {month: _compared_with_plans(month, problem) for month, problem in problems.items()}
    more = _tasks(problems[MONTHS[0]], MORE_DEMANDS)
    rates = [{workers: len(more) / _over_dask(more, workers) for workers in (1, 2)} for _ in range(ROUNDS)]
    shares = [rate[2] / (2 * rate[1]) for rate in rates]
    share = statistics.median(shares)
    result = {
        **header,
        "sweeps": sweeps,
        "dask": {
            "month": MONTHS[0],
            "scenarios": len(more),
            "scenarios_a_minute": [{workers: round(60 * solved, 2) for workers, solved in rate.items()} for rate in rates],
            "shares": [round(one, 3) for one in shares],
            "share_of_twice": round(share, 3),
        },
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-whatif.json").write_text(json.dumps(result, indent=1) + "\n")
    cheap = all(swept["seconds"] <= swept["limit"] for swept in sweeps.values())
    saves = all(swept["seconds"] <= swept["seconds_one_by_one"] for swept in sweeps.values())
    print(f"A sweep takes no longer than planning its scenarios one by one: {'yes' if saves else 'no'}")
    print(f"A sweep takes no longer than the same number of plans of the month itself: {'yes' if cheap else 'no'}")
    print(f"Two workers reach at least {MIN_SHARE:g} of twice the rate of one (median): {'yes' if share >= MIN_SHARE else 'no'}")
    return 0 if cheap and share >= MIN_SHARE else 1


def _compared_with_plans(month: str, problem: Problem) -> dict[str, Any]:
    """Return a sweep's seconds, those of planning its scenarios one by one, and its limit: the same number of plain plans."""
    alone = statistics.median([_alone(problem) for _ in range(TIMES + 1)][1:])
    tasks = _tasks(problem, DEMANDS)
    seconds, solved = _swept(month, tasks, workers_of("local:1"))
    of_solves = [one.seconds for one in solved]
    one_by_one = sum(_alone(task.problem) for task in tasks)
    return {
        "seconds_alone": round(alone, 2),
        "scenarios": len(tasks),
        "different": len(solved),
        "proven": sum(_is_proven(one) for one in solved),
        "seconds": round(seconds, 1),
        "limit": round(alone * len(tasks), 1),
        "seconds_one_by_one": round(one_by_one, 1),
        "seconds_of_solves": round(sum(of_solves), 1),
        "median_solve": round(statistics.median(of_solves), 2),
        "longest_solve": round(max(of_solves), 1),
    }


def _alone(problem: Problem) -> float:
    """Return the seconds of one plan with one worker."""
    started = time.perf_counter()
    plan(problem, workers=1, work_limit=WORK_LIMIT)
    return time.perf_counter() - started


def _tasks(problem: Problem, demands: str) -> list[Task]:
    chairs = sum(not chair.reserve for chair in problem.chairs)
    axes = [f"chairs={chairs - CHAIRS_MORE_OR_FEWER}..{chairs + CHAIRS_MORE_OR_FEWER}", demands]
    return [task_of(variant.problem) for variant in variants(problem, crossed(problem, axes))[1:]]


def _over_dask(tasks: Sequence[Task], workers: int) -> float:
    with _cluster(workers) as text:
        return _swept(f"Dask, {workers}", tasks, workers_of(text))[0]


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    import dask  # noqa: PLC0415 - only this suite needs it
    from distributed import LocalCluster  # noqa: PLC0415 - only this suite needs it

    cluster_class: Any = LocalCluster  # it has no type hints
    with (
        dask.config.set({"distributed.worker.profile.enabled": False}),
        cluster_class(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
    ):
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def _swept(title: str, tasks: Sequence[Task], opened: WorkersOf) -> tuple[float, list[Solved]]:
    """Return the seconds of a sweep with workers already started, and its results."""
    done = -1

    def print_progress(progress: SweepProgress) -> None:
        nonlocal done
        if progress.done > done:
            done = progress.done
            print(f"{title}: {done} of {progress.of}", file=sys.stderr, flush=True)

    with opened() as workers:
        started = time.perf_counter()
        solved = sweep(tasks, workers, on_progress=print_progress)
        return time.perf_counter() - started, list(solved.values())


def _is_proven(solved: Solved) -> bool:
    return solved.schedule is not None and all(tier.proven for tier in solved.schedule.tiers)
