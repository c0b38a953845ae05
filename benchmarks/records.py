"""Records of runs: one peer, on one instance, with one time limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from benchmarks.peers import PROVERS
from benchmarks.peers.protocol import Improvement
from scheduler.domain.schedule import TIERS

WITHIN = 0.01

Ending = Literal["came back", "overran", "out of memory", "refused", "crashed", "unavailable"]
"""How a run ended: the peer returned; it was killed long after its limit; it ran out of memory; the checker refused its
schedule; it raised an error; or it did not start, because it is not installed."""


@dataclass(frozen=True)
class Record:
    """One run of a peer on an instance. ``seconds`` and ``limit`` exclude reading the problem and checking the schedule.

    ``tiers`` are the checker's values, empty without a schedule; ``bounds`` are the peer's claims. ``mebibytes`` is the
    peak memory of its processes. ``reason`` says what went wrong.
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
    history: tuple[Improvement, ...] = ()
    mebibytes: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return the peer's name, with its limit if the peer never stops by itself."""
        return self.peer if self.peer in PROVERS or self.peer == "greedy" else f"{self.peer} {self.limit:g} s"


@dataclass(frozen=True)
class TimeToGoal:
    """The seconds after which a peer reached its goal; a lower limit if ``exact`` is False, because it was cut short."""

    seconds: float
    exact: bool = True


RECORD = TypeAdapter(Record)


def best_of(records: Sequence[Record]) -> tuple[int, ...]:
    """Return the lexicographically best tiers of all records, empty if none has a schedule."""
    return min((record.tiers for record in records if record.tiers), default=())


def gap(tiers: Sequence[int], best: Sequence[int]) -> float | None:
    """Return the largest relative excess of any tier over the best, or None if not all tiers are known."""
    if len(tiers) < len(TIERS) or len(best) < len(TIERS):
        return None
    return max((value - optimum) / max(1, abs(optimum)) for value, optimum in zip(tiers, best, strict=True))


def time_within(record: Record, best: Sequence[int]) -> float | None:
    """Return the seconds to the first schedule with every tier at most 1% above the best, or None if there was none."""
    for improvement in record.history:
        above = gap(improvement.tiers, best)
        if above is not None and above <= WITHIN:
            return improvement.seconds
    return None


def time_to_goal(record: Record, best: Sequence[int]) -> TimeToGoal | None:
    """Return the time of a run to its peer's goal, or None if more time would not help: not installed, crashed, or gave up."""
    if record.ending in ("unavailable", "crashed"):
        return None
    when = record.proven_seconds if record.peer in PROVERS else time_within(record, best)
    if when is not None:
        return TimeToGoal(when)
    gave_up = record.ending == "came back" and record.seconds < 0.9 * record.limit
    return None if gave_up else TimeToGoal(min(record.seconds, record.limit), exact=False)


def contradictions(records: Sequence[Record]) -> list[str]:
    """Return a sentence for each proof that another peer's schedule refutes; correct peers give none."""
    contradicted: list[str] = []
    for record in records:
        same = [other for other in records if (other.size, other.instance) == (record.size, record.instance) and other.tiers]
        proven = record.tiers[: record.tiers_proven]
        for other in same:
            if other.tiers[: len(proven)] < proven:
                contradicted.append(
                    f"{record.size}/{record.instance}: {record.label} claims proof of {proven}; {other.label} has {other.tiers}."
                )
    return contradicted
