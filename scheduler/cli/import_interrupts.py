"""Ctrl-C during imports. This module imports almost nothing, so that it can be loaded first."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The value of ``ExitCode.INTERRUPTED``, which may not be imported yet."""


@contextmanager
def ending_on_interrupt() -> Iterator[None]:
    """End the process at once and silently on Ctrl-C. The body only imports modules.

    A KeyboardInterrupt is not enough: some modules turn it into other errors while they are imported.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, or handled by a command
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
