"""What a peer is given and what it gives back: the same for our own plan, plain solvers and other products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule


@dataclass(frozen=True)
class Found:
    """A better schedule as it came: when, and how good.

    ``seconds`` are since the peer was given the problem. ``tiers`` are the values in the contract's order; a
    peer that does not know the later ones yet leaves them out.
    """

    seconds: float
    tiers: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """What a peer made of a problem.

    ``schedule`` is its last and best, or None. ``history`` holds every better schedule, each better in the
    contract's order than the one before. ``proven_seconds`` says when all that it was asked to prove was
    proven, or None; ``tiers_proven`` counts the tiers proven without a gap before them. ``figures`` are whatever
    else is worth a number: columns, rows, seconds of building.
    """

    schedule: Schedule | None = None
    history: tuple[Found, ...] = ()
    proven_seconds: float | None = None
    tiers_proven: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)


class UnavailableError(RuntimeError):
    """What a peer raises where something that it needs is not installed; its text says what to do."""


Peer = Callable[[Problem, float], Run]
"""``(problem, seconds)``: the peer comes back by itself soon after so many seconds."""
