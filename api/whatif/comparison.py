"""Compares the solved scenarios of a what-if with its base, as JSON for the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from api.database.json_values import to_json
from api.whatif import solves
from api.whatif.sweeps import SolveRequest
from scheduler.whatif.comparison.results import Variant, compared

BASE = 0


def compare_with_base(connection: Connection, requests: Mapping[int, SolveRequest]) -> dict[int, dict[str, Any]]:
    """Return the results of the solved parts of a what-if by their numbers; none until the base, number 0, is solved."""
    solved = solves.find_results(connection, {request.task.key for request in requests.values()})
    known = {number: request for number, request in requests.items() if request.task.key in solved}
    if BASE not in known:
        return {}
    variants = [Variant(request.name, request.changes, request.task.problem, request.at) for request in known.values()]
    comparison = compared(variants, [solved[request.task.key] for request in known.values()])
    assert comparison is not None  # the base is solved
    return dict(zip(known, map(to_json, comparison.results), strict=True))
