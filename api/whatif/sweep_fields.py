"""The fields that every answer about a sweep has."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from api.whatif import sweeps
from api.whatif.sweeps import SolveCounts, StoredSweep
from scheduler.domain.values import Date


class SweepItem(BaseModel):
    """The limits of a sweep's solves, its progress, and its end. ``time_limit`` is in seconds for each solve.

    ``today`` is the day as of which everything is planned, from which notice counts. It is null if all days were over, or none
    is set.
    """

    today: Date | None = None
    seed: int
    work_limit: float
    time_limit: int
    progress: SolveCounts
    error: str | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None


def fields_of(connection: Connection, sweep: StoredSweep) -> dict[str, Any]:
    """Return the fields of a sweep, of its request and of its progress. Models ignore those that they don't have."""
    return {**sweep.request, **vars(sweep), "progress": sweeps.progress(connection, sweep.id)}
