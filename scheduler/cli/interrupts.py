"""Ctrl-C and SIGTERM: the first stops the solve with its incumbent, the second ends the process at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from scheduler.cli.exit_codes import ExitCode

SHOW_CURSOR = b"\x1b[?25h"
"""Escape sequence that shows the cursor, which a live table hides."""


@contextmanager
def stopping_on_interrupt() -> Iterator[threading.Event]:
    """Yield an event that the first SIGINT or SIGTERM sets. A second one ends the process at once.

    Call this only in the main thread, which must keep running Python code: signal handlers don't run during a call into C.
    """
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            if os.isatty(2):
                os.write(2, SHOW_CURSOR + b"\n")
            # A solver thread in C++ may not return for minutes.
            os._exit(ExitCode.INTERRUPTED)
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
