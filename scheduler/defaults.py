"""The usual effort of a solve. The module is small because every command imports it for its help text."""

from __future__ import annotations

SEED = 1
"""Random seed of each search."""
WORKERS = 2
"""Cores that a plan uses."""
WORK_LIMIT = 20.0
"""Limit of each search of a tier in a sweep, in the solver's deterministic units: enough to prove all tiers of most months."""
