"""What a caller must be allowed to do: every route says one permission. All are open until there is a sign-in."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import Depends

NOBODY = "nobody signed in"
"""Who acts, as the history and the audit tell it."""


class Permission(StrEnum):
    """What the routes ask for."""

    READ_DIARY = "read the diary"
    CHANGE_DIARY = "change bookings and conferences"
    CHANGE_SERVICE = "change sites, rooms, people and policy"
    PLAN = "make plans"
    PUBLISH = "publish plans"
    READ_REPORTS = "read reports"
    NOTHING = "nothing"


class Needs:
    """A dependency that says which permission its route needs."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self) -> None:  # a plain function would be handed to a thread, and cost more than some answers
        """Let everybody in, until there is a sign-in."""


def needs(permission: Permission) -> Any:
    """For a route's ``dependencies``: which permission it needs."""
    return Depends(Needs(permission))
