"""Names, defaults and limits of what-if questions. A light module, because help texts and request schemas show these values."""

from __future__ import annotations

BASE = "base"
"""Name of the unchanged problem beside its scenarios."""
MOST_GRIDS = 3
"""Most settings that one question may cross. The number of scenarios multiplies with each."""
MOST_SCENARIOS = 10_000
"""Most scenarios in one question."""
TOP = 5
"""Resources shown of each kind, the most valuable first."""
