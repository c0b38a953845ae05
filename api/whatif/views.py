"""What-ifs as answers and pages show them: the comparison so far."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.errors import conflict, not_found
from api.whatif import sweeps
from api.whatif.sweeps import StoredSweep, SweepKind, SweepPart
from scheduler.whatif.comparison.results import Comparison, axes_of


def require(connection: Connection, identifier: str) -> StoredSweep:
    """Return a what-if. Raise NotFoundError if there is none of this id."""
    sweep = sweeps.find(connection, SweepKind.WHATIF, identifier)
    if sweep is None:
        raise not_found("what-if", identifier)
    return sweep


def comparison_of(connection: Connection, identifier: str) -> Comparison:
    """Return the comparison of a what-if so far. Raise NotFoundError, or ConflictError if its base is not solved."""
    sweep = require(connection, identifier)
    comparison = comparison_json(sweep, sweeps.parts(connection, identifier))
    if comparison is None:
        message = f"The what-if '{identifier}' has no comparison: it is {sweep.state}, and its base is not solved."
        raise conflict("no-comparison", message)
    return Comparison.model_validate(comparison)


def comparison_json(sweep: StoredSweep, parts: list[SweepPart]) -> dict[str, Any] | None:
    """Return the comparison so far as the JSON of a Comparison; None until the base is solved."""
    base, *scenarios = parts
    if base.result is None:
        return None
    return {
        "service": sweep.request["service"],
        "horizon": {"first": sweep.request["first"], "last": sweep.request["last"]},
        "base": base.result,
        "scenarios": [part.result for part in scenarios if part.result is not None],
        "missing": [part.name for part in scenarios if part.result is None],
        "axes": axes_of(part.at for part in scenarios),
    }
