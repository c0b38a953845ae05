"""Sets beside its base what is solved of a what-if, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from api.database.json_values import written
from api.whatif import solves
from api.whatif.sweeps import SolveRequest
from scheduler.whatif.comparison.results import Variant, compared

BASE = 0


def beside_the_base(connection: Connection, wanted: Mapping[int, SolveRequest]) -> dict[int, dict[str, Any]]:
    """The results of what is solved by now, by the numbers of a what-if's parts; none where the base is not."""
    solved = solves.found(connection, {one.task.key for one in wanted.values()})
    known = {number: one for number, one in wanted.items() if one.task.key in solved}
    if BASE not in known:
        return {}
    variants = [Variant(one.name, one.changes, one.task.problem, one.at) for one in known.values()]
    comparison = compared(variants, [solved[one.task.key] for one in known.values()])
    assert comparison is not None  # the base is solved
    return dict(zip(known, map(written, comparison.results), strict=True))
