"""What is meant where a question leaves it open, and what it may hold; light to load, since every command's help tells it."""

from __future__ import annotations

BASE = "base"
"""What the plan as it stands is called beside its scenarios."""
SEED = 1
WORK_LIMIT = 20.0
"""Work for each search of a tier, in the solver's own units: enough to prove most months to the last tier."""
MOST_GRIDS = 3
"""So many grids may be crossed in one question."""
MOST_SCENARIOS = 10_000
"""So many scenarios may be asked for at once."""
TOP = 5
"""So many of each kind are shown of what is worth most."""
