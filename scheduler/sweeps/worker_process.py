"""A process that works for the one that started it, and for nobody else."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading


def serve_the_parent() -> None:
    """What such a process runs first: Ctrl-C is for its parent to hear, and however the parent ends, it ends too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
