"""The interface of a peer: the same for our own plan, plain solvers and other products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule


@dataclass(frozen=True)
class Improvement:
    """A new incumbent during a run.

    ``seconds`` count from the start of the run. ``tiers`` are the values in the contract's order, without those that the
    peer does not know yet.
    """

    seconds: float
    tiers: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """The result of a peer's run.

    ``schedule`` is the final incumbent, or None. ``history`` lists the improvements, each better in the contract's order
    than the one before. ``proven_seconds`` is the time at which the peer's whole goal was proven, or None. ``tiers_proven``
    counts the leading tiers that are proven. ``figures`` holds further numbers, such as columns, rows and seconds of
    building.
    """

    schedule: Schedule | None = None
    history: tuple[Improvement, ...] = ()
    proven_seconds: float | None = None
    tiers_proven: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)


class UnavailableError(RuntimeError):
    """A peer can't run, because something that it needs is not installed. The text says what to do."""


Peer = Callable[[Problem, float], Run]
"""``(problem, seconds)``: the peer returns by itself soon after ``seconds``."""
