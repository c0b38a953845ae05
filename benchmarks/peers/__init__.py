"""The peers: other solvers of the same problems, each verified by the same checker."""

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
"""The module and function of each peer; a process imports only the one that it runs."""

PROVERS = ("ours", "lp_limit", "highs", "cp_sat_default")
"""Peers whose goal is a proof; the goal of the others is a schedule within 1% of the best."""

NEEDS_BEST_TIERS = ("lp_limit",)
"""Peers that get the tiers' best values together with the problem, as ``tiers``."""


def peer_named(name: str) -> Callable[..., Run]:
    """Return the peer's function. Raise UnavailableError if a module that it needs is not installed."""
    module, function = PEERS[name].split(":")
    try:
        peer: Callable[..., Run] = getattr(import_module(module), function)
    except ModuleNotFoundError as error:
        raise UnavailableError(f"{name} can't run: {error}.") from error
    return peer
