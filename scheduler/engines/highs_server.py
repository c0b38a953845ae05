"""The process behind ``Highs``: solves LP relaxations for its parent."""

from __future__ import annotations

from scheduler.engines import highs
from scheduler.engines.part import Part
from scheduler.engines.results import NoResult, Relaxation
from scheduler.isolation import answer_calls


def relaxation(part: Part, time_limit: float, interior: bool) -> Relaxation | NoResult:
    """Return what HiGHS returns, with NoResult for None: to the caller, None means that this process was killed."""
    result = highs.relaxation(part, time_limit, interior)
    return NoResult() if result is None else result


if __name__ == "__main__":
    answer_calls(relaxation)
