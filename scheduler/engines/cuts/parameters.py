"""Parameters of the cut loop, and what it returns: without HiGHS's binding, which the parent process must not import."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.engines.bounds import Bound


@dataclass(frozen=True)
class ZeroHalf:
    """How zero-half cuts are separated."""

    most_slack: float = 0.99
    """Slack of the rows of a combination together: from 1 on, no cut is violated."""
    passes: int = 3
    """Eliminations, the later ones with a randomised order."""
    shuffle: float = 0.3
    """Random part of a column's rank in later passes, in units of its value."""
    rebuilt: int = 600
    """Combinations of least slack that are rebuilt as cuts."""
    kept: int = 40
    """Cuts of a round."""
    least_violation: float = 1e-3
    """Violation below which a cut is left out."""
    most_parallel: float = 0.9
    """Cosine above which one of two cuts is left out."""


@dataclass(frozen=True)
class CutLoop:
    """When the loop adds, drops and stops."""

    most_rounds: int = 120
    """Relaxations solved; hard months take 10 to 40."""
    most_iterations: int = 400_000
    """Simplex iterations of all rounds together."""
    few_presences: int = 20
    """Zero-half cuts are separated only if fewer presence rows than this are violated."""
    most_presences: int = 300
    """Presence rows added in a round, the most violated first."""
    least_gain: float = 0.05
    """Gain of the bound below which a round counts as stalled."""
    most_stalled: int = 12
    """Stalled rounds in a row after which the loop ends."""
    rounds_to_drop: int = 1
    """Rounds after which cuts with slack are dropped."""
    least_slack: float = 1e-6
    """Slack above which a cut is dropped."""
    zero_half: ZeroHalf = field(default_factory=ZeroHalf)


@dataclass(frozen=True)
class Cut:
    """What the loop proved of solutions of at most ``top``: a bound with its columns, and the simplex iterations that it took."""

    bound: Bound
    iterations: int
