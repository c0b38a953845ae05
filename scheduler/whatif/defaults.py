"""What is meant where a question leaves it open; light to load, since every command's help tells it."""

from __future__ import annotations

SEED = 1
WORK_LIMIT = 20.0
"""Work for each search of a tier, in the solver's own units: enough to prove most months to the last tier."""
TOP = 5
"""So many of each kind are shown of what is worth most."""
