import signal
import subprocess
import sys

import pytest

from scheduler.cli.import_interrupts import ending_on_interrupt
from tests.cli.running import ENVIRONMENT
from tests.paths import ROOT

TINY = str(ROOT / "fixtures" / "tiny.json")


@pytest.mark.parametrize("module", ["scheduler.cli.exit_codes", "scheduler.files"])
@pytest.mark.parametrize("arguments", [["check", TINY, TINY], ["convert", TINY, "out"]], ids=["check", "convert"])
def test_an_interrupt_during_imports_ends_the_process_silently(module: str, arguments: list[str]):
    program = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        f"sys.argv = ['scheduler', *{arguments!r}]\n"
        "from scheduler.__main__ import main\n"
        "main()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (130, "", "")


def test_the_default_handler_is_restored_and_another_is_never_replaced():
    before = signal.getsignal(signal.SIGINT)
    try:
        for handler in (signal.default_int_handler, signal.SIG_IGN):
            signal.signal(signal.SIGINT, handler)
            with ending_on_interrupt():
                assert (signal.getsignal(signal.SIGINT) is handler) == (handler is signal.SIG_IGN)
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
