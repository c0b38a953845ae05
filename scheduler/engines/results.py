"""What engines give back."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.grouping import Ints
from scheduler.model.programme import Floats


@dataclass(frozen=True)
class Relaxation:
    """The optimum of a part without whole numbers: its columns' values and its rows' duals."""

    value: float
    point: Floats
    duals: Floats


@dataclass(frozen=True)
class Searched:
    """What a search found: the best values of the part's columns, if any, and a lower bound of its objective.

    ``finished`` says that the search came to its end: the point is the best, or (without a point) there is none.
    ``work`` is in CP-SAT's deterministic units.
    """

    point: Ints | None
    bound: float
    finished: bool
    work: float = 0.0


@dataclass(frozen=True)
class NoResult:
    """What stands for None on the way from one process to another."""
