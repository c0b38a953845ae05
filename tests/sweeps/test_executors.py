import os

import pytest

from scheduler.domain.faults import InputError
from scheduler.sweeps.executors import workers_of


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


def test_where_no_scheduler_answers_it_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scheduler.sweeps.executors.SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(InputError, match=r"--executor: no Dask scheduler answers at dask://127\.0\.0\.1:1: "):
        workers_of("dask://127.0.0.1:1")().__enter__()
