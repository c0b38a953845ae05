"""Made-up records of runs, so that a test shows only what it is about."""

from __future__ import annotations

from typing import Any

from benchmarks.peers.protocol import Found
from benchmarks.records import Record

BEST = (0, 10, 0, 2, 5, 1000)


def record(peer: str = "ours", instance: str = "march", **changes: Any) -> Record:
    """A run of 10 s, proven best then, of a month of 100 conferences; unless changed."""
    seconds = changes.pop("seconds", 10.0)
    usual = {
        "size": "month",
        "conferences": 100,
        "limit": 60.0,
        "tiers": BEST,
        "bounds": BEST,
        "tiers_proven": 6,
        "proven_seconds": seconds,
        "history": (Found(seconds, BEST),),
        "mebibytes": 512,
    }
    return Record(peer=peer, instance=instance, seconds=seconds, **(usual | changes))


def searched(peer: str, *steps: tuple[float, int], instance: str = "march", **changes: Any) -> Record:
    """A run without proofs, whose last tier had these values after these seconds."""
    history = tuple(Found(seconds, (*BEST[:-1], value)) for seconds, value in steps)
    tiers = history[-1].tiers if history else ()
    usual = {"seconds": 60.0, "tiers": tiers, "bounds": (), "tiers_proven": 0, "proven_seconds": None, "history": history}
    return record(peer, instance, **(usual | changes))


def cut_short(peer: str, instance: str = "march", **changes: Any) -> Record:
    """A run that ended at its limit with a schedule, its last tier unproven."""
    usual = {"seconds": 60.0, "tiers_proven": 5, "proven_seconds": None, "bounds": (*BEST[:-1], 900)}
    return record(peer, instance, **(usual | changes))
