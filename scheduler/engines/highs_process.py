"""HiGHS in a process of its own: it can't be stopped otherwise, and its memory goes back when it ends."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import TracebackType

from scheduler.engines.budget import Budget, abandonable
from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation

ROOT = Path(__file__).parents[2]
TRIES = 2
"""A call whose process was killed is made once more: whoever lacked the memory was perhaps another."""


class Highs:
    """Calls HiGHS in a child process, one call at a time, and leaves a call behind when the budget is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._start()

    def __enter__(self) -> Highs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process; whatever is asked from now on has no result."""
        self._closed = True
        self._end()

    @property
    def is_ready(self) -> bool:
        """Whether its process is there."""
        return self._child is not None and self._child.poll() is None

    def relaxation(self, part: Part, budget: Budget, *, interior: bool = False) -> Relaxation | None:
        """The part without whole numbers; None where it has no solution or the budget is over before."""
        found = self._call(("relaxation", part, budget.left, interior), budget) if part.possible else None
        return found if isinstance(found, Relaxation) else None

    def _call(self, call: tuple[object, ...], budget: Budget) -> object:
        with self._lock:
            for turn in range(TRIES):
                if self._closed or (turn and budget.over):
                    return None
                child = self._child or self._start()
                found = abandonable(partial(_round_trip, child, call), budget)
                if found is not None:
                    return found
                self._end()
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "scheduler.engines.highs_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):  # what was still to be written to it
                        stream.close()


def _round_trip(child: subprocess.Popen[bytes], call: tuple[object, ...]) -> object:
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        pickle.dump(call, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        child.stdin.flush()
        return pickle.load(child.stdout)
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        return None  # the process has ended: killed, or out of memory
