"""Importing a file."""

from __future__ import annotations

from tests.api.days.oracle.diary import Diary
from tests.api.days.recording import Call


def bring_in(diary: Diary, call: Call) -> None:
    """Import a file."""
    raise NotImplementedError
