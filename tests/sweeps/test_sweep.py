import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scheduler.sweeps.executors import FileFlag, LostError, Workers, workers_of
from scheduler.sweeps.sweep import FolderResultStore, SweepProgress, sweep, work
from scheduler.sweeps.task import Solved, Task, solve, task_of
from tests.sweeps.tiny_tasks import figures, problem, tasks

COUNT = 4
Hear = Callable[[SweepProgress], None]
sweep_module = import_module("scheduler.sweeps.sweep")


@pytest.fixture(scope="module")
def alone() -> dict[str, object]:
    """Return the results of solving each task in this process."""
    return figures(solve(task) for task in tasks(COUNT))


@pytest.fixture
def two() -> Iterator[Workers]:
    with workers_of("local:2")() as workers:
        yield workers


def act_once(condition: Callable[[SweepProgress], bool], act: Callable[[], None]) -> Callable[[SweepProgress], None]:
    """Return a listener that acts the first time the condition is true."""
    acted: list[bool] = []

    def hear(progress: SweepProgress) -> None:
        if not acted and condition(progress):
            acted.append(True)
            act()

    return hear


class ListeningExecutor(Executor):
    """An executor that reports each task lost with its worker."""

    def __init__(self, executor: Executor, hear: Callable[[object], object]) -> None:
        self._executor, self._hear = executor, hear

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future = self._executor.submit(work, *given, **named)
        future.add_done_callback(lambda done: isinstance(done.exception(), BrokenExecutor) and self._hear(done))
        return future


class DeferredExecutor(Executor):
    """An executor that does its tasks when ``do`` is called."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self.tasks.append((future, lambda: work(*given, **named)))
        return future

    def do(self) -> None:
        for future, to_do in self.tasks:
            future.set_result(to_do())


def kill(count: int | None = None) -> None:
    for child in multiprocessing.active_children()[:count]:
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)


@pytest.mark.parametrize("text", [pytest.param("local:1", marks=pytest.mark.slow), "local:2"])
def test_a_sweep_returns_the_same_results_as_single_solves(text: str, alone: dict[str, object]):
    reports: list[SweepProgress] = []
    with workers_of(text)() as workers:
        results = sweep(tasks(COUNT), workers, on_progress=reports.append)
    assert figures(results.values()) == alone
    assert reports[0] == SweepProgress(0, COUNT, None)
    assert reports[-1] == SweepProgress(COUNT, COUNT, 0)
    assert [progress.done for progress in reports] == sorted(progress.done for progress in reports)
    assert all(progress.seconds_left for progress in reports if 0 < progress.done < COUNT)


def test_equal_problems_are_solved_once(two: Workers):
    reports: list[SweepProgress] = []
    results = sweep([*tasks(1), *tasks(1), task_of(problem(1))], two, on_progress=reports.append)
    assert list(results) == [tasks(1)[0].key]
    assert {progress.of for progress in reports} == {1}


def test_a_sweep_without_tasks_ends_at_once(two: Workers):
    reports: list[SweepProgress] = []
    assert sweep([], two, on_progress=reports.append) == {}
    assert reports == [SweepProgress(0, 0, None)]


def test_a_killed_worker_loses_and_changes_no_result(two: Workers, alone: dict[str, object], tmp_path: Path):
    """A worker killed between two tasks loses none, so several sweeps may be needed until a task is lost."""
    lost: list[object] = []
    workers = replace(two, executor=ListeningExecutor(two.executor, lost.append))
    for turn in range(5):
        reports: list[SweepProgress] = []
        listen = act_once(lambda progress: 1 <= progress.done < COUNT, kill)
        store = FolderResultStore(tmp_path / str(turn))
        store.folder.mkdir()

        def hear(progress: SweepProgress, reports: list[SweepProgress] = reports, listen: Hear = listen) -> None:
            reports.append(progress)
            listen(progress)

        results = sweep(tasks(COUNT), workers, store=store, on_progress=hear)
        assert figures(results.values()) == alone
        assert figures(solved for task in tasks(COUNT) if (solved := store.find(task.key))) == alone
        assert [progress.done for progress in reports] == sorted(progress.done for progress in reports)
        if lost:
            return
    pytest.fail("no worker was killed during a task")


def test_a_task_whose_workers_are_killed_repeatedly_ends_the_sweep(two: Workers):
    with pytest.raises(LostError, match="The worker of one solve was killed 3 times"):
        sweep(tasks(1), two, on_progress=lambda _: kill())


def test_a_stopped_sweep_is_resumed_from_its_results(two: Workers, alone: dict[str, object], tmp_path: Path):
    stop = threading.Event()
    store = FolderResultStore(tmp_path)
    first = sweep(tasks(COUNT), two, store=store, on_progress=act_once(lambda progress: progress.done >= 1, stop.set), stop=stop)
    assert 1 <= len(first) < COUNT
    assert {path.stem for path in tmp_path.iterdir()} == first.keys()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    reports: list[SweepProgress] = []
    with workers_of("local:1")() as workers:
        second = sweep(tasks(COUNT), workers, store=store, on_progress=reports.append)
    assert figures(second.values()) == alone
    assert reports[0].done == len(first)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_task_stopped_before_its_solve_has_no_result(alone: dict[str, object], tmp_path: Path):
    text = tasks(1)[0].model_dump_json(by_alias=True)
    flag = FileFlag(tmp_path / "stop")
    answer = work(text, flag)
    assert answer is not None
    assert figures([Solved.model_validate_json(answer)]) == {tasks(1)[0].key: alone[tasks(1)[0].key]}
    flag.set()
    assert work(text, flag) is None


def test_a_task_stopped_during_its_solve_has_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    flag = FileFlag(tmp_path / "stop")

    def solve_and_stop(task: Task, stop: threading.Event) -> Solved:
        flag.set()
        assert stop.wait(60)
        return solve(task, stop)

    monkeypatch.setattr(sweep_module, "solve", solve_and_stop)
    assert work(tasks(1)[0].model_dump_json(by_alias=True), flag) is None


def test_tasks_finished_when_a_sweep_ends_are_stored(tmp_path: Path, alone: dict[str, object]):
    executor, store = DeferredExecutor(), FolderResultStore(tmp_path)

    def hear(_: SweepProgress) -> None:
        if executor.tasks:
            executor.do()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(tasks(2), Workers(executor, lambda: 2, FileFlag(tmp_path / "stop")), store=store, on_progress=hear)
    results = figures(solved for task in tasks(2) if (solved := store.find(task.key)))
    assert results == {task.key: alone[task.key] for task in tasks(2)}


def test_a_sweep_without_workers_ends_when_patience_runs_out(two: Workers):
    nobody = replace(two, at_once=lambda: 0)
    with pytest.raises(LostError, match=r"There has been no worker for 0\.2 seconds\."):
        sweep(tasks(1), nobody, patience=0.2)


@pytest.mark.parametrize("content", [b"{", b'{"key": "another", "schedule": null, "seconds": 1}'])
def test_a_damaged_result_is_solved_again(content: bytes, two: Workers, alone: dict[str, object], tmp_path: Path):
    (task,) = tasks(1)
    store, path = FolderResultStore(tmp_path), tmp_path / f"{task.key}.json"
    path.write_bytes(content)
    assert store.find(task.key) is None
    results = sweep([task], two, store=store)
    assert store.find(task.key) == results[task.key]
    assert figures(results.values())[task.key] == alone[task.key]
