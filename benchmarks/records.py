"""What is kept of each run: one peer, on one instance, with one limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from benchmarks.peers import PROVERS
from benchmarks.peers.protocol import Found
from scheduler.domain.schedule import TIERS

WITHIN = 0.01

Ending = Literal["came back", "overran", "out of memory", "refused", "crashed", "unavailable"]
"""How a run ended: by itself; killed long after its limit; killed, or for want of memory; with a schedule that the checker
refuses; with an error; or not begun, because the peer is not installed."""


@dataclass(frozen=True)
class Record:
    """One run. ``seconds`` are from the problem to the peer's return, without reading and checking; ``limit`` what it may take.

    ``tiers`` are the values that the checker finds, none where there is no schedule; ``bounds`` those that the peer
    claims. ``mebibytes`` is the most memory that its processes held. ``reason`` says what went wrong.
    """

    size: str
    instance: str
    conferences: int
    peer: str
    limit: float
    seconds: float
    ending: Ending = "came back"
    reason: str = ""
    tiers: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    tiers_proven: int = 0
    proven_seconds: float | None = None
    history: tuple[Found, ...] = ()
    mebibytes: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The peer, and its limit where that is its measure."""
        return self.peer if self.peer in PROVERS or self.peer == "greedy" else f"{self.peer} {self.limit:g} s"


@dataclass(frozen=True)
class Reached:
    """When a peer reached its goal; ``exact`` is False where it had not after so many seconds."""

    seconds: float
    exact: bool = True


RECORD = TypeAdapter(Record)


def best_of(records: Sequence[Record]) -> tuple[int, ...]:
    """The best tiers that anybody found, in the contract's order; none where nobody found a schedule."""
    return min((record.tiers for record in records if record.tiers), default=())


def gap(tiers: Sequence[int], best: Sequence[int]) -> float | None:
    """By what share the tiers are above the best, in the tier where that is most; None where not all are known."""
    if len(tiers) < len(TIERS) or len(best) < len(TIERS):
        return None
    return max((value - least) / max(1, abs(least)) for value, least in zip(tiers, best, strict=True))


def within_reach(record: Record, best: Sequence[int]) -> float | None:
    """When the run first had a schedule no tier of which is more than 1% above the best; None if never."""
    for found in record.history:
        above = gap(found.tiers, best)
        if above is not None and above <= WITHIN:
            return found.seconds
    return None


def reached(record: Record, best: Sequence[int]) -> Reached | None:
    """When a run reached its peer's goal. None where that is no question of time: not installed, wrong, or given up early."""
    if record.ending in ("unavailable", "crashed"):
        return None
    when = record.proven_seconds if record.peer in PROVERS else within_reach(record, best)
    if when is not None:
        return Reached(when)
    gave_up = record.ending == "came back" and record.seconds < 0.9 * record.limit
    return None if gave_up else Reached(min(record.seconds, record.limit), exact=False)


def contradictions(records: Sequence[Record]) -> list[str]:
    """Proofs that another's schedule refutes, in sentences; there should be none."""
    found: list[str] = []
    for record in records:
        same = [other for other in records if (other.size, other.instance) == (record.size, record.instance) and other.tiers]
        proven = record.tiers[: record.tiers_proven]
        for other in same:
            if other.tiers[: len(proven)] < proven:
                found.append(
                    f"{record.size}/{record.instance}: {record.label} calls {proven} proven; {other.label} has {other.tiers}."
                )
    return found
