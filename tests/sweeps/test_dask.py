"""Sweeps by a real Dask cluster on one machine, with each worker in its own process."""

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
    """Yield a cluster, and its executor text."""
    quiet = {"silence_logs": 50, "dashboard_address": None, "worker_dashboard_address": None}
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **quiet, **more) as local:
        yield local, re.sub("^tcp|^tls", lambda kind: {"tcp": "dask", "tls": "dask+tls"}[kind[0]], local.scheduler_address)


@pytest.fixture(scope="module")
def alone() -> dict[str, object]:
    return figures(solve(task) for task in tasks(COUNT))


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_a_cluster_returns_the_same_results_as_single_solves(count: int, alone: dict[str, object]):
    with cluster(count) as (_, text), workers_of(text)() as workers:
        assert workers.at_once() == count
        assert figures(sweep(tasks(COUNT), workers).values()) == alone


@pytest.mark.slow
def test_a_killed_worker_and_a_stop_lose_and_change_no_result(alone: dict[str, object], tmp_path: Path):
    stop, store = threading.Event(), FolderResultStore(tmp_path)
    killed: list[int] = []
    with cluster(2) as (local, text):

        def hear(progress: SweepProgress) -> None:
            if progress.done == 1 and not killed:
                killed.append(next(iter(local.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)
            if progress.done == 3:
                stop.set()

        with workers_of(text)() as workers:
            first = sweep(tasks(COUNT), workers, store=store, on_progress=hear, stop=stop)
        assert len(killed) == 1
        assert 3 <= len(first) <= COUNT
        assert {path.stem for path in tmp_path.iterdir()} == first.keys()
        with workers_of(text)() as workers:
            second = sweep(tasks(COUNT), workers, store=store)
    assert figures(second.values()) == alone


@pytest.mark.slow
def test_a_lost_scheduler_ends_the_sweep_but_keeps_its_results(tmp_path: Path):
    store = FolderResultStore(tmp_path)
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), cluster(1) as (local, text):

        def hear(progress: SweepProgress) -> None:
            if progress.done == 1:
                local.close()

        with (
            pytest.raises(LostError, match=f"^The Dask scheduler at {re.escape(text)} no longer answers: "),
            workers_of(text)() as workers,
        ):
            sweep(tasks(COUNT), workers, store=store, on_progress=hear)
    assert [path.stem for path in tmp_path.iterdir()] == [tasks(1)[0].key]


def test_an_encrypted_scheduler_needs_certificates(tmp_path: Path):
    settings = certificate_settings(tmp_path)
    with dask.config.set({"distributed.comm.require-encryption": True, **settings}), cluster(1, protocol="tls://") as (_, text):
        assert text.startswith("dask+tls://")
        with workers_of(text)() as workers:
            assert len(sweep(tasks(1), workers)) == 1
        port = text.rpartition(":")[2]
        for address in (f"dask://127.0.0.1:{port}", text):
            with dask.config.set(dict.fromkeys(settings)), pytest.raises(InputError, match="no Dask scheduler answers at"):
                workers_of(address)().__enter__()


def certificate_settings(folder: Path) -> dict[str, str]:
    """Return Dask's settings for certificates local with the guide's commands."""
    guide = (DOCS / "what-if.md").read_text()
    (commands,) = re.findall(r"```sh\n(openssl .*?)```", guide, re.DOTALL)
    subprocess.run(["sh", "-ec", commands], cwd=folder, check=True, capture_output=True)
    files = {"cert": folder / "planner.pem", "key": folder / "planner.key"}
    named = {f"{who}.{what}": path for who in ("scheduler", "worker", "client") for what, path in files.items()}
    return {f"distributed.comm.tls.{name}": str(path) for name, path in {"ca-file": folder / "ca.pem", **named}.items()}


def test_a_task_sees_the_flag():
    with cluster(1) as (_, text), workers_of(text)() as workers:
        assert workers.executor.submit(_is_set, workers.flag).result() is False
        workers.flag.set()
        assert workers.executor.submit(_is_set, workers.flag).result() is True


def _is_set(flag: Any) -> bool:
    return bool(flag.seen()())
