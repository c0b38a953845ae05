"""A process for questions whose answers take as long as a test says. The tests run it in the place of the solver's."""

from __future__ import annotations

import os
import time
from typing import Any

from scheduler.isolation import answer_calls


def answer(_until: float, name: str, *_: Any) -> object:
    """Return the id of the process, or never return."""
    if name == "for ever":
        time.sleep(3600)
    if name == "crash":
        os._exit(1)
    return os.getpid()


if __name__ == "__main__":
    answer_calls(answer)
