"""The details that calendar feeds may show."""

from __future__ import annotations

from pydantic import Field

from scheduler.domain.values import Text, Value


class FeedSettings(Value):
    """The details that feeds may show: the kind of each conference, and a note on how to join a virtual one."""

    show_kind: bool = Field(default=False, strict=True)
    joining_note: Text = ""
