"""Ctrl-C and SIGTERM: the first asks for the best so far, the second ends at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from scheduler.cli.exit_codes import ExitCode

SHOW_CURSOR = b"\x1b[?25h"


@contextmanager
def stopping_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; a second one ends the process on the spot.

    Only for the main thread, which must stay in Python code for the signals to be heard.
    """
    stop = threading.Event()

    def heard(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            if os.isatty(2):
                os.write(2, SHOW_CURSOR + b"\n")
            # A solver thread deep in C++ can't be waited for.
            os._exit(ExitCode.INTERRUPTED)
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
