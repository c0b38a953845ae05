"""Ctrl-C while modules are being loaded. It needs next to none itself, so that it is there first."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""As in ``Ending``, which may not be loaded yet."""


@contextmanager
def ending_on_interrupt() -> Iterator[None]:
    """End the process on the spot, and quietly, on Ctrl-C in the body, which only loads modules.

    A KeyboardInterrupt would not do: some modules make other errors of it as they are loaded.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, or heard by a command
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
