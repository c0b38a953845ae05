"""Sweeps over a real Dask cluster of one machine, its workers processes of their own."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest

from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import LostError, workers_of
from scheduler.sweeps.sweep import FolderResultStore, SweepProgress, sweep
from scheduler.sweeps.task import solve
from tests.paths import DOCS
from tests.sweeps.tiny_tasks import figures, tasks

COUNT = 4


@contextmanager
def cluster(workers: int, **more: object) -> Iterator[tuple[Any, str]]:
    """A cluster, and the text that names it."""
    quiet = {"silence_logs": 50, "dashboard_address": None, "worker_dashboard_address": None}
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **quiet, **more) as made:
        yield made, re.sub("^tcp|^tls", lambda kind: {"tcp": "dask", "tls": "dask+tls"}[kind[0]], made.scheduler_address)


@pytest.fixture(scope="module")
def alone() -> dict[str, object]:
    return figures(solve(task) for task in tasks(COUNT))


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_so_many_workers_give_what_each_task_gives_alone(count: int, alone: dict[str, object]):
    with cluster(count) as (_, text), workers_of(text)() as workers:
        assert workers.at_once() == count
        assert figures(sweep(tasks(COUNT), workers).values()) == alone


@pytest.mark.slow
def test_a_worker_killed_and_a_sweep_stopped_lose_nothing_and_change_no_figure(alone: dict[str, object], tmp_path: Path):
    stop, kept = threading.Event(), FolderResultStore(tmp_path)
    killed: list[int] = []
    with cluster(2) as (made, text):

        def hear(progress: SweepProgress) -> None:
            if progress.done == 1 and not killed:
                killed.append(next(iter(made.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)
            if progress.done == 3:
                stop.set()

        with workers_of(text)() as workers:
            first = sweep(tasks(COUNT), workers, kept=kept, on_progress=hear, stop=stop)
        assert len(killed) == 1
        assert 3 <= len(first) <= COUNT
        assert {path.stem for path in tmp_path.iterdir()} == first.keys()
        with workers_of(text)() as workers:
            second = sweep(tasks(COUNT), workers, kept=kept)
    assert figures(second.values()) == alone


@pytest.mark.slow
def test_a_scheduler_that_is_gone_ends_the_sweep_with_what_is_kept(tmp_path: Path):
    kept = FolderResultStore(tmp_path)
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), cluster(1) as (made, text):

        def hear(progress: SweepProgress) -> None:
            if progress.done == 1:
                made.close()

        with (
            pytest.raises(LostError, match=f"^The Dask scheduler at {re.escape(text)} answers no more: "),
            workers_of(text)() as workers,
        ):
            sweep(tasks(COUNT), workers, kept=kept, on_progress=hear)
    assert [path.stem for path in tmp_path.iterdir()] == [tasks(1)[0].key]


def test_a_scheduler_is_reached_with_certificates_only(tmp_path: Path):
    settings = certified(tmp_path)
    with dask.config.set({"distributed.comm.require-encryption": True, **settings}), cluster(1, protocol="tls://") as (_, text):
        assert text.startswith("dask+tls://")
        with workers_of(text)() as workers:
            assert len(sweep(tasks(1), workers)) == 1
        port = text.rpartition(":")[2]
        for address in (f"dask://127.0.0.1:{port}", text):
            with dask.config.set(dict.fromkeys(settings)), pytest.raises(InputError, match="no Dask scheduler answers at"):
                workers_of(address)().__enter__()


def certified(folder: Path) -> dict[str, str]:
    """Dask's settings for the certificates that are made as the guide tells it."""
    guide = (DOCS / "what-if.md").read_text()
    (commands,) = re.findall(r"```sh\n(openssl .*?)```", guide, re.DOTALL)
    subprocess.run(["sh", "-ec", commands], cwd=folder, check=True, capture_output=True)
    files = {"cert": folder / "planner.pem", "key": folder / "planner.key"}
    named = {f"{who}.{what}": path for who in ("scheduler", "worker", "client") for what, path in files.items()}
    return {f"distributed.comm.tls.{name}": str(path) for name, path in {"ca-file": folder / "ca.pem", **named}.items()}


def test_the_flag_is_seen_where_a_task_runs():
    with cluster(1) as (_, text), workers_of(text)() as workers:
        assert workers.executor.submit(_is_set, workers.flag).result() is False
        workers.flag.set()
        assert workers.executor.submit(_is_set, workers.flag).result() is True


def _is_set(flag: Any) -> bool:
    return bool(flag.seen()())
