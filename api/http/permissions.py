"""Permissions: every route declares the one that it requires. Until there is a sign-in, everybody has all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from api.actor import NOBODY
from api.http.problem_details import HttpError


class Permission(StrEnum):
    """A permission that a route can require."""

    READ_DIARY = "read the diary"
    CHANGE_DIARY = "change bookings and conferences"
    CHANGE_SERVICE = "change sites, rooms, people and policy"
    PLAN = "make plans"
    PUBLISH = "publish plans"
    READ_REPORTS = "read reports"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Caller:
    """Who sends a request: the name in the audit, which owns idempotency keys, and the permissions."""

    name: str
    permissions: frozenset[Permission]


NO_PERMISSION = "no-permission"
"""The kind of the error of a caller who lacks a permission."""
EVERYBODY = Caller(NOBODY, frozenset(Permission))
"""The caller of every request until there is a sign-in."""


def caller_of(request: Request) -> Caller:
    """Return who sends a request, by the app's ``caller_of``."""
    caller: Caller = request.app.state.caller_of(request)
    return caller


def require(request: Request, permission: Permission) -> None:
    """Raise HttpError 403 if the caller lacks a permission."""
    if permission not in caller_of(request).permissions:
        detail = f"You may not do this: it needs the permission to {permission}. Ask your administrator for it."
        raise HttpError(HTTPStatus.FORBIDDEN, NO_PERMISSION, detail)


def require_of(route: APIRoute, request: Request) -> None:
    """Raise HttpError 403 if the caller lacks a route's permission. Call it before a body is read or a transaction begun."""
    for one in route.dependencies:
        if isinstance(one.dependency, Needs):
            require(request, one.dependency.permission)


class Needs:
    """A dependency that declares which permission its route requires."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> None:  # not a plain function: that would run in a thread
        """Raise HttpError 403 if the caller lacks the permission."""
        require(request, self.permission)


def needs(permission: Permission) -> Any:
    """Return the dependency that declares a route's permission."""
    return Depends(Needs(permission))
