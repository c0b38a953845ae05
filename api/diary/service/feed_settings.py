"""What calendar feeds may show."""

from __future__ import annotations

from pydantic import Field

from scheduler.domain.values import Text, Value


class FeedSettings(Value):
    """What all feeds may tell: whether a conference's kind, and how to join one that is held virtually."""

    show_kind: bool = Field(default=False, strict=True)
    joining_note: Text = ""
