"""The clocks that run from what happens: after a birth, and after an initial conference that was inquorate."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scheduler.domain.values import Value, Whole


class ClockSettings(Value):
    """How soon the next conference is due, where councils differ.

    ``rebook_days``: working days in which an inquorate initial conference is held again. After a birth the first review is due
    ``birth_days`` working days after it, or where that is None the policy's months for a first review.
    """

    rebook_days: Annotated[Whole, Field(le=260)] = 10
    birth_days: Annotated[Whole, Field(le=260)] | None = 20
