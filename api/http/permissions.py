"""Permissions: every route declares the one that it requires. Until there is a sign-in, everybody has all of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import Depends


class Permission(StrEnum):
    """A permission that a route can require."""

    READ_DIARY = "read the diary"
    CHANGE_DIARY = "change bookings and conferences"
    CHANGE_SERVICE = "change sites, rooms, people and policy"
    PLAN = "make plans"
    PUBLISH = "publish plans"
    READ_REPORTS = "read reports"
    NOTHING = "nothing"


class Needs:
    """A dependency that declares which permission its route requires."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self) -> None:  # FastAPI would run a plain function in a thread, which costs more than some answers
        """Allow every request, until there is a sign-in."""


def needs(permission: Permission) -> Any:
    """Return the dependency that declares a route's permission."""
    return Depends(Needs(permission))
