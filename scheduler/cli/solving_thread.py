"""A solve in another thread, so that the main thread can handle signals and show progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from scheduler.cli.exit_codes import give_up

Result = TypeVar("Result")
SECONDS_BETWEEN_TICKS = 0.2


def solved_in_thread(
    work: Callable[[], Result],
    what: str,
    *,
    on_tick: Callable[[], None] = lambda: None,
    seconds_between_ticks: float = SECONDS_BETWEEN_TICKS,
) -> Result:
    """Return the result of ``work``, and call ``on_tick`` while it runs. Raise InputError if the work does.

    Any other error is reported as a bug, and ends the command with NO_RESULT; ``what`` begins that message.
    """
    results: list[Result] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="solve", daemon=True).start()
    while not done.wait(seconds_between_ticks):
        on_tick()
    if errors:
        give_up(errors[0], what)
    return results[0]
