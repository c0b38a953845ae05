"""What requests cost an SQLite database: statements, rows read, and steps of its virtual machine. Time differs; these don't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

STEPS_AT_ONCE = 10


@dataclass
class Work:
    """The statements and rows so far, and the steps, to within ten for each statement."""

    statements: int = 0
    rows: int = 0
    steps: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Work]:
    """Count the work of an SQLite database during the body."""
    work = Work()

    def step() -> None:
        work.steps += STEPS_AT_ONCE

    def row(_: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
        work.rows += 1
        return values

    def watch(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(step, STEPS_AT_ONCE)
        connection.row_factory = row

    def leave(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(None, 0)
        connection.row_factory = None

    def statement(*_: Any) -> None:
        work.statements += 1

    listeners = (("checkout", watch), ("checkin", leave), ("before_cursor_execute", statement))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield work
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
