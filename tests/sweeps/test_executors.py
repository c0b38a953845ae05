import os

import pytest

from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import workers_of


@pytest.mark.parametrize("text", ["", "local:0", "local:513", "local:x", "locals", "dask://host", "dask://:8786", "tcp://host:1"])
def test_an_invalid_executor_is_refused(text: str):
    with pytest.raises(InputError) as caught:
        workers_of(text)
    assert str(caught.value) == (
        f"--executor: '{text}' is not a valid executor. "
        "Enter local, local:2 (processes on this machine), dask://HOST:8786 or dask+tls://HOST:8786."
    )


@pytest.mark.parametrize(("text", "count"), [("local:1", 1), ("local:3", 3), ("local", os.cpu_count())])
def test_the_requested_number_of_processes_work_at_once(text: str, count: int):
    with workers_of(text)() as workers:
        assert workers.at_once() == count
        assert workers.executor.submit(abs, -1).result() == 1


def test_an_unreachable_scheduler_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scheduler.sweeps.executors.SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(InputError, match=r"--executor: no Dask scheduler answers at dask://127\.0\.0\.1:1: "):
        workers_of("dask://127.0.0.1:1")().__enter__()
