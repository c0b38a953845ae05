"""The peers: other ways to a schedule of the same problem, each held against the same checker."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import MappingProxyType

from benchmarks.peers.protocol import Run, UnavailableError

PEERS = MappingProxyType(
    {
        "ours": "benchmarks.peers.ours:ours",
        "lp_limit": "benchmarks.peers.lp_limit:lp_limit",
        "greedy": "benchmarks.peers.greedy:greedy",
        "highs": "benchmarks.peers.highs:highs",
        "cp_sat_default": "benchmarks.peers.cp_sat_default:cp_sat_default",
        "timefold": "benchmarks.timefold.peer:timefold",
    }
)
"""Where each is; a process imports only the one that it runs."""

PROVERS = ("ours", "lp_limit", "highs", "cp_sat_default")
"""Those whose goal is a proof; the others' is a schedule within 1% of the best."""

TOLD_THE_TIERS = ("lp_limit",)
"""Those that are given the tiers' best values with the problem, as ``tiers``."""


def peer_named(name: str) -> Callable[..., Run]:
    """The peer's function. Raises UnavailableError where what it needs is not installed."""
    module, function = PEERS[name].split(":")
    try:
        found: Callable[..., Run] = getattr(import_module(module), function)
    except ModuleNotFoundError as error:
        raise UnavailableError(f"{name} can't run: {error}.") from error
    return found
