import os
import signal
import subprocess
import sys

import pytest

from scheduler.cli.interrupts import stopping_on_interrupt
from tests.cli.running import ENVIRONMENT
from tests.paths import ROOT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_sets_the_event_and_handlers_are_restored(number: signal.Signals):
    before = signal.getsignal(number)
    with stopping_on_interrupt() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(10)
    assert signal.getsignal(number) is before


def test_the_second_signal_ends_the_process_at_once():
    program = (
        "import os, signal\n"
        "from scheduler.cli.interrupts import stopping_on_interrupt\n"
        "with stopping_on_interrupt():\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('still here', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    print('never printed', flush=True)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (finished.returncode, finished.stdout) == (130, "still here\n")


def test_tests_of_interrupts_pass_if_the_shell_ignores_them():
    """A shell starts commands in the background with SIGINT ignored, and their children inherit that."""
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/cli/test_import_interrupts.py"],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
