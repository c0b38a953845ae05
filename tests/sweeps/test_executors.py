import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor

import pytest

from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import Processes, workers_of
from tests.cli.running import ENVIRONMENT


@pytest.mark.parametrize("text", ["", "local:0", "local:513", "local:x", "locals", "dask://host", "dask://:8786", "tcp://host:1"])
def test_a_text_that_names_no_workers_is_refused(text: str):
    with pytest.raises(InputError) as caught:
        workers_of(text)
    assert str(caught.value) == (
        f"--executor: '{text}' names no workers. "
        "Enter local, local:2 (processes of this machine), dask://HOST:8786 or dask+tls://HOST:8786."
    )


@pytest.mark.parametrize(("text", "count"), [("local:1", 1), ("local:3", 3), ("local", os.cpu_count())])
def test_so_many_processes_work_at_once(text: str, count: int):
    with workers_of(text)() as workers:
        assert workers.at_once() == count
        assert workers.executor.submit(abs, -1).result() == 1


def test_a_process_makes_way_after_some_tasks():
    with Processes(1, tasks_of_a_process=2) as processes:
        ids = [processes.submit(os.getpid).result() for _ in range(5)]
    assert ids[0] == ids[1] != ids[2] == ids[3] != ids[4]
    assert os.getpid() not in ids
    assert multiprocessing.active_children() == []


def test_many_tasks_wait_their_turn():
    with Processes(2, tasks_of_a_process=3) as processes:
        futures = [processes.submit(divmod, n, 7) for n in range(20)]
        assert [future.result() for future in futures] == [divmod(n, 7) for n in range(20)]


def test_only_the_task_of_a_killed_process_fails():
    with Processes(2) as processes:
        futures = [processes.submit(os._exit, 1), *(processes.submit(abs, -n) for n in range(10))]
        with pytest.raises(BrokenExecutor):
            futures[0].result()
        assert [future.result() for future in futures[1:]] == list(range(10))


def test_without_the_one_that_began_it_a_process_ends():
    program = (
        "import os, time\n"
        "from scheduler.sweeps.executors import Processes\n"
        "processes = Processes(1)\n"
        "print(processes.submit(os.getpid).result(), flush=True)\n"
        "processes.submit(time.sleep, 600).result()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    with pytest.raises(ProcessLookupError):
        for _ in range(600):
            os.kill(child, 0)
            time.sleep(0.1)


def test_an_error_of_a_task_is_its_own():
    with Processes(1) as processes:
        with pytest.raises(ZeroDivisionError):
            processes.submit(divmod, 1, 0).result()
        assert processes.submit(divmod, 1, 1).result() == (1, 0)


def test_where_no_scheduler_answers_it_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scheduler.sweeps.executors.SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(InputError, match=r"--executor: no Dask scheduler answers at dask://127\.0\.0\.1:1: "):
        workers_of("dask://127.0.0.1:1")().__enter__()
