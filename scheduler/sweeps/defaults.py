"""The default effort of a solve. A light module, because the help text of every command shows these values."""

from __future__ import annotations

SEED = 1
"""Seed of each search."""
WORK_LIMIT = 20.0
"""Limit of each search of a tier, in the solver's deterministic units: enough to prove all tiers of most months."""
