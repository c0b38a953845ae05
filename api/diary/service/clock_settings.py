"""Clocks that run from events: a birth, or an inquorate initial conference."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scheduler.domain.values import Value, Whole


class ClockSettings(Value):
    """How soon the next conference is due, which differs between councils.

    An inquorate initial conference is due again within ``rebook_days`` working days. The first review after a birth is due
    ``birth_days`` working days after it, or the policy's months for a first review if that is None.
    """

    rebook_days: Annotated[Whole, Field(le=260)] = 10
    birth_days: Annotated[Whole, Field(le=260)] | None = 20
