from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from scheduler.isolation import (
    CallServer,
    ChildEndedError,
    ChildTimeoutError,
    ProcessPool,
    child_command,
    child_environment,
    limit_resources,
    run_module,
)
from tests.cli.running import ENVIRONMENT
from tests.paths import ROOT

LONG = 60
"""Seconds; a test that waits longer has failed."""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules that children may run."""
    monkeypatch.setattr("scheduler.isolation.ROOT", tmp_path)
    return tmp_path


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# The child interpreter


def test_a_child_imports_this_distribution_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("SECRET", "s")
    assert child_environment()["PYTHONPATH"] == f"{ROOT}{os.pathsep}elsewhere"
    assert child_environment()["SECRET"] == "s"
    monkeypatch.delenv("PYTHONPATH")
    assert child_environment()["PYTHONPATH"] == str(ROOT)


def test_a_minimal_environment_holds_only_the_import_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    assert child_environment(minimal=True) == {"PYTHONPATH": str(ROOT)}


def test_a_child_imports_nothing_from_its_working_directory(tmp_path: Path):
    (tmp_path / "pickle.py").write_text("raise SystemExit(3)")
    done = subprocess.run(
        child_command("scheduler.isolation"), cwd=tmp_path, env=child_environment(), capture_output=True, check=False
    )
    assert done.returncode == 0


def _allocate(megabytes: int) -> int:
    limit_resources(memory=2 << 30, cpu_seconds=LONG)
    return len(bytes(megabytes << 20))


def _count_for_ever() -> None:
    limit_resources(memory=2 << 30, cpu_seconds=1)
    while True:
        pass


def test_memory_and_processor_time_are_limited():
    with ProcessPool(1, tasks_per_process=1) as pool:
        assert pool.submit(_allocate, 16).result(LONG) == 16 << 20
        with pytest.raises(MemoryError):
            pool.submit(_allocate, 4096).result(LONG)
        with pytest.raises(BrokenExecutor):
            pool.submit(_count_for_ever).result(LONG)


# One input, one output


def test_a_module_gets_the_input_and_returns_its_output(modules: Path):
    (modules / "reverse.py").write_text("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])")
    assert run_module("reverse", b"abc", seconds=LONG) == b"cba"


def test_a_module_finds_nothing_else_of_the_parent(modules: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    (modules / "show.py").write_text("import os; print(*os.environ.values(), os.getsid(0) == os.getpid())")
    shown = run_module("show", b"", seconds=LONG).decode()
    assert "secret" not in shown
    assert shown.split()[-1] == "True", "it has a session of its own"


def test_a_module_that_takes_too_long_is_killed(modules: Path):
    (modules / "wait.py").write_text(
        f"import os, time\nopen({str(modules / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    with pytest.raises(ChildTimeoutError, match=r"^wait was killed after 2 seconds\.$"):
        run_module("wait", b"", seconds=2)
    assert is_gone(int((modules / "pid").read_text()))


def test_a_module_that_fails_is_reported_without_its_output(modules: Path):
    (modules / "fail.py").write_text("import sys; print('private', file=sys.stderr); print('private'); sys.exit(7)")
    with pytest.raises(ChildEndedError, match=r"^fail ended with status 7\.$") as caught:
        run_module("fail", b"", seconds=LONG)
    assert caught.value.__cause__ is None


# Many calls


@pytest.fixture
def server(modules: Path) -> CallServer:
    """A child that divides, prints to its standard output, and waits on request."""
    (modules / "divide.py").write_text(
        "import sys\n"
        f"sys.path.append({str(ROOT)!r})\n"
        "from scheduler.isolation import answer_calls\n"
        "def divide(dividend, divisor):\n"
        "    print('dividing')\n"
        "    return divmod(dividend, divisor)\n"
        "answer_calls(divide)\n"
    )
    return CallServer("divide")


def test_a_server_answers_one_call_after_another(server: CallServer):
    assert [server.call(n, 7) for n in range(20)] == [divmod(n, 7) for n in range(20)]
    assert server.is_running
    server.kill()


def test_a_killed_server_is_gone_and_answers_nothing(server: CallServer):
    assert server.call(7, 2) == (3, 1)
    server.kill()
    assert not server.is_running
    assert is_gone(server.pid)
    with pytest.raises(ChildEndedError):
        server.call(7, 2)
    server.kill()


def test_a_server_that_fails_answers_nothing(server: CallServer):
    with pytest.raises(ChildEndedError):
        server.call(7, 0)
    server.kill()


def test_killing_a_server_ends_a_call_of_another_thread(server: CallServer):
    os.kill(server.pid, signal.SIGSTOP)
    errors: list[Exception] = []

    def call() -> None:
        try:
            server.call(7, 2)
        except ChildEndedError as error:
            errors.append(error)

    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    server.kill()
    caller.join(LONG)
    assert len(errors) == 1


def test_a_server_ends_when_its_parent_closes_the_pipe(server: CallServer):
    assert server.call(7, 2) == (3, 1)
    assert server._process.stdin is not None
    server._process.stdin.close()
    assert server._process.wait(LONG) == 0
    server.kill()


# A pool


def test_a_process_is_replaced_after_some_tasks():
    with ProcessPool(1, tasks_per_process=2) as processes:
        ids = [processes.submit(os.getpid).result() for _ in range(5)]
    assert ids[0] == ids[1] != ids[2] == ids[3] != ids[4]
    assert os.getpid() not in ids
    assert multiprocessing.active_children() == []


def test_many_tasks_wait_their_turn():
    with ProcessPool(2, tasks_per_process=3) as processes:
        futures = [processes.submit(divmod, n, 7) for n in range(20)]
        assert [future.result() for future in futures] == [divmod(n, 7) for n in range(20)]


def test_only_the_task_of_a_killed_process_fails():
    with ProcessPool(2) as processes:
        futures = [processes.submit(os._exit, 1), *(processes.submit(abs, -n) for n in range(10))]
        with pytest.raises(BrokenExecutor):
            futures[0].result()
        assert [future.result() for future in futures[1:]] == list(range(10))


def test_a_process_ends_when_its_parent_is_killed():
    program = (
        "import os, time\n"
        "from scheduler.isolation import ProcessPool\n"
        "processes = ProcessPool(1)\n"
        "print(processes.submit(os.getpid).result(), flush=True)\n"
        "processes.submit(time.sleep, 600).result()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with pytest.raises(ProcessLookupError):
        for _ in range(600):
            os.kill(child, 0)
            time.sleep(0.1)


def test_the_error_of_a_task_leaves_its_process_working():
    with ProcessPool(1) as processes:
        with pytest.raises(ZeroDivisionError):
            processes.submit(divmod, 1, 0).result()
        assert processes.submit(divmod, 1, 1).result() == (1, 0)
