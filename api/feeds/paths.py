"""The paths under which calendar programs fetch feeds."""

from __future__ import annotations

PREFIX, SUFFIX = "/calendars", ".ics"


def path_of(secret: str) -> str:
    """Return the path of the feed with a secret."""
    return f"{PREFIX}/{secret}{SUFFIX}"
