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
    """What each task gives when it is solved here, by itself."""
    return figures(solve(task) for task in tasks(COUNT))


@pytest.fixture
def two() -> Iterator[Workers]:
    with workers_of("local:2")() as workers:
        yield workers


def once(happens: Callable[[SweepProgress], bool], act: Callable[[], None]) -> Callable[[SweepProgress], None]:
    """A listener that acts the first time that something happens."""
    acted: list[bool] = []

    def hear(progress: SweepProgress) -> None:
        if not acted and happens(progress):
            acted.append(True)
            act()

    return hear


class Listening(Executor):
    """An executor that tells of each task that is lost with its worker."""

    def __init__(self, executor: Executor, hear: Callable[[object], object]) -> None:
        self._executor, self._hear = executor, hear

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future = self._executor.submit(work, *given, **named)
        future.add_done_callback(lambda done: isinstance(done.exception(), BrokenExecutor) and self._hear(done))
        return future


class Held(Executor):
    """An executor that does what it has when it is told to, and not before."""

    def __init__(self) -> None:
        self.has: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self.has.append((future, lambda: work(*given, **named)))
        return future

    def do(self) -> None:
        for future, to_do in self.has:
            future.set_result(to_do())


def kill(count: int | None = None) -> None:
    for child in multiprocessing.active_children()[:count]:
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)


@pytest.mark.parametrize("text", [pytest.param("local:1", marks=pytest.mark.slow), "local:2"])
def test_a_sweep_gives_what_each_task_gives_alone(text: str, alone: dict[str, object]):
    heard: list[SweepProgress] = []
    with workers_of(text)() as workers:
        found = sweep(tasks(COUNT), workers, on_progress=heard.append)
    assert figures(found.values()) == alone
    assert heard[0] == SweepProgress(0, COUNT, None)
    assert heard[-1] == SweepProgress(COUNT, COUNT, 0)
    assert [progress.done for progress in heard] == sorted(progress.done for progress in heard)
    assert all(progress.seconds_left for progress in heard if 0 < progress.done < COUNT)


def test_equal_problems_are_solved_once(two: Workers):
    heard: list[SweepProgress] = []
    found = sweep([*tasks(1), *tasks(1), task_of(problem(1))], two, on_progress=heard.append)
    assert list(found) == [tasks(1)[0].key]
    assert {progress.of for progress in heard} == {1}


def test_nothing_to_do_is_done_at_once(two: Workers):
    heard: list[SweepProgress] = []
    assert sweep([], two, on_progress=heard.append) == {}
    assert heard == [SweepProgress(0, 0, None)]


def test_a_killed_worker_loses_nothing_and_changes_no_figure(two: Workers, alone: dict[str, object], tmp_path: Path):
    """A worker that is killed between two tasks loses none, so that it may take several sweeps until one does."""
    lost: list[object] = []
    workers = replace(two, executor=Listening(two.executor, lost.append))
    for turn in range(5):
        heard: list[SweepProgress] = []
        listen = once(lambda progress: 1 <= progress.done < COUNT, kill)
        kept = FolderResultStore(tmp_path / str(turn))
        kept.folder.mkdir()

        def hear(progress: SweepProgress, heard: list[SweepProgress] = heard, listen: Hear = listen) -> None:
            heard.append(progress)
            listen(progress)

        found = sweep(tasks(COUNT), workers, kept=kept, on_progress=hear)
        assert figures(found.values()) == alone
        assert figures(solved for task in tasks(COUNT) if (solved := kept.find(task.key))) == alone
        assert [progress.done for progress in heard] == sorted(progress.done for progress in heard)
        if lost:
            return
    pytest.fail("no worker was killed at a task")


def test_a_task_that_costs_too_many_workers_ends_the_sweep(two: Workers):
    with pytest.raises(LostError, match="The worker of one solve was killed 3 times"):
        sweep(tasks(1), two, on_progress=lambda _: kill())


def test_a_stopped_sweep_goes_on_where_it_was(two: Workers, alone: dict[str, object], tmp_path: Path):
    stop = threading.Event()
    kept = FolderResultStore(tmp_path)
    first = sweep(tasks(COUNT), two, kept=kept, on_progress=once(lambda progress: progress.done >= 1, stop.set), stop=stop)
    assert 1 <= len(first) < COUNT
    assert {path.stem for path in tmp_path.iterdir()} == first.keys()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    heard: list[SweepProgress] = []
    with workers_of("local:1")() as workers:
        second = sweep(tasks(COUNT), workers, kept=kept, on_progress=heard.append)
    assert figures(second.values()) == alone
    assert heard[0].done == len(first)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_was_stopped_is_no_result(alone: dict[str, object], tmp_path: Path):
    text = tasks(1)[0].model_dump_json(by_alias=True)
    flag = FileFlag(tmp_path / "stop")
    answer = work(text, flag)
    assert answer is not None
    assert figures([Solved.model_validate_json(answer)]) == {tasks(1)[0].key: alone[tasks(1)[0].key]}
    flag.set()
    assert work(text, flag) is None


def test_what_is_stopped_while_it_is_solved_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    flag = FileFlag(tmp_path / "stop")

    def solve_and_see_it_stopped(task: Task, stop: threading.Event) -> Solved:
        flag.set()
        assert stop.wait(60)
        return solve(task, stop)

    monkeypatch.setattr(sweep_module, "solve", solve_and_see_it_stopped)
    assert work(tasks(1)[0].model_dump_json(by_alias=True), flag) is None


def test_what_is_done_when_a_sweep_ends_is_kept(tmp_path: Path, alone: dict[str, object]):
    held, kept = Held(), FolderResultStore(tmp_path)

    def hear(_: SweepProgress) -> None:
        if held.has:
            held.do()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(tasks(2), Workers(held, lambda: 2, FileFlag(tmp_path / "stop")), kept=kept, on_progress=hear)
    found = figures(solved for task in tasks(2) if (solved := kept.find(task.key)))
    assert found == {task.key: alone[task.key] for task in tasks(2)}


def test_without_workers_a_sweep_waits_only_so_long(two: Workers):
    nobody = replace(two, at_once=lambda: 0)
    with pytest.raises(LostError, match=r"There has been no worker for 0\.2 seconds\."):
        sweep(tasks(1), nobody, patience=0.2)


@pytest.mark.parametrize("content", [b"{", b'{"key": "another", "schedule": null, "seconds": 1}'])
def test_a_broken_file_is_solved_again(content: bytes, two: Workers, alone: dict[str, object], tmp_path: Path):
    (task,) = tasks(1)
    kept, path = FolderResultStore(tmp_path), tmp_path / f"{task.key}.json"
    path.write_bytes(content)
    assert kept.find(task.key) is None
    found = sweep([task], two, kept=kept)
    assert kept.find(task.key) == found[task.key]
    assert figures(found.values())[task.key] == alone[task.key]
