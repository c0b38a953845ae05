"""Connections to PostgreSQL that give up on a server that doesn't answer, such as one that is suspended or out of reach."""

from __future__ import annotations

import time
from typing import Any

import psycopg

SECONDS_TO_REPORT = 2.0
"""How much longer than the server's own time limit for a statement the client waits: a server that runs reports it first."""
_INTERVAL = 0.1
"""The seconds between psycopg's looks for interrupts: its own default."""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection on which no statement waits longer than ``seconds_to_answer``; None for any time.

    The kernel confirms what is sent to a suspended server, so neither TCP's own limits nor the server's end such a wait.
    """

    seconds_to_answer: float | None = None

    def wait(self, gen: Any, interval: float = _INTERVAL, timeout: float | None = None) -> Any:
        """Complete an operation of the connection. Close it, and raise OperationalError, if the server doesn't answer in time."""
        if timeout is not None or self.seconds_to_answer is None:
            return super().wait(gen, interval, timeout)
        begun = time.monotonic()
        try:
            return super().wait(gen, interval, self.seconds_to_answer)
        except psycopg.OperationalError as error:
            if error.sqlstate is not None or time.monotonic() - begun < self.seconds_to_answer:
                raise
            self.pgconn.finish()  # an answer may still come, and must not be read as that of the next statement
            message = f"no answer within {self.seconds_to_answer:g} seconds"
            raise psycopg.OperationalError(message) from None
