"""Paths of resources, and examples of requests for the OpenAPI document."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/"
"""The beginning of every path of the API. All others are pages, feeds and health checks."""

_prefix: ContextVar[str] = ContextVar("path_prefix", default="")


class PathPrefix:
    """Middleware for a service that a proxy has below a path: requests may have the prefix, and ``resource_path`` begins with it.

    A ``root_path`` from the server takes precedence over ``prefix``.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app, self.prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and not scope.get("root_path"):
            scope["root_path"] = self.prefix
        token = _prefix.set(scope.get("root_path", "").rstrip("/"))
        try:
            await self.app(scope, receive, send)
        finally:
            _prefix.reset(token)


def resource_path(collection: str, identifier: object) -> str:
    """Return the path of one resource: ``/api/v1/sites/AYL`` for ``sites`` and ``AYL``. Special characters are quoted.

    During a request to a service behind a path prefix, it begins with the prefix.
    """
    return f"{_prefix.get()}/api/v1/{collection}/{quote(str(identifier), safe='')}"


def page_path(path: str) -> str:
    """Return the address of a page, such as ``/today``. During a request to a service behind a path prefix it has the prefix."""
    return f"{_prefix.get()}{path}"


def is_api(scope: Scope, prefix: str = "") -> bool:
    """True if a request is one to the API, with or without the path prefix."""
    path: str = scope["path"]
    return any(path.removeprefix(root.rstrip("/")).startswith(API) for root in ("", prefix, scope.get("root_path", "")))


def request_example(example: Any) -> dict[str, Any]:
    """Return the ``openapi_extra`` of a route with an example of its request body."""
    return {"requestBody": {"content": {"application/json": {"example": example}}}}
