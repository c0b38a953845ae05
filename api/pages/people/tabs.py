"""The lists of people and rooms, which have one place in the menu."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages.people.kinds import KINDS

ACTIVE = "/people"
"""The address of their place in the menu."""


def tabs(chair_title: str) -> Sequence[tuple[str, str]]:
    """Return the lists of people and rooms, each with its address."""
    return [
        *((kind.plural(chair_title), kind.path) for kind in KINDS),
        ("Away and closed", "/absences"),
        ("Calendar links", "/calendar-links"),
    ]
