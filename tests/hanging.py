"""A guard for calls that could hang: it fails a test that would hang otherwise, and says nothing about speed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LONG = 120.0
"""Seconds that no call takes on the busiest machine, unless it hangs."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return the result of a call. Fail if it hangs."""
    results: list[T] = []
    thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"
    return results[0]
