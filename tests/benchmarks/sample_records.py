"""Builders of records of runs, so that a test shows only the details that matter to it."""

from __future__ import annotations

from typing import Any

from benchmarks.peers.protocol import Improvement
from benchmarks.records import Record

BEST = (0, 10, 0, 2, 5, 1000)


def record(peer: str = "ours", instance: str = "march", **changes: Any) -> Record:
    """Return a run on a month of 100 conferences that proved the optimum in 10 s, unless changed."""
    seconds = changes.pop("seconds", 10.0)
    defaults = {
        "size": "month",
        "conferences": 100,
        "limit": 60.0,
        "tiers": BEST,
        "bounds": BEST,
        "tiers_proven": 6,
        "proven_seconds": seconds,
        "history": (Improvement(seconds, BEST),),
        "mebibytes": 512,
    }
    return Record(peer=peer, instance=instance, seconds=seconds, **(defaults | changes))


def searched(peer: str, *steps: tuple[float, int], instance: str = "march", **changes: Any) -> Record:
    """Return a run without proofs; each step gives the seconds and the value of the last tier then."""
    history = tuple(Improvement(seconds, (*BEST[:-1], value)) for seconds, value in steps)
    tiers = history[-1].tiers if history else ()
    defaults = {"seconds": 60.0, "tiers": tiers, "bounds": (), "tiers_proven": 0, "proven_seconds": None, "history": history}
    return record(peer, instance, **(defaults | changes))


def cut_short(peer: str, instance: str = "march", **changes: Any) -> Record:
    """Return a run that ended at its limit with a schedule and the last tier unproven."""
    defaults = {"seconds": 60.0, "tiers_proven": 5, "proven_seconds": None, "bounds": (*BEST[:-1], 900)}
    return record(peer, instance, **(defaults | changes))
