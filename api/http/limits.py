"""Limits on what a request may send."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.http.permissions import require_of
from api.http.problem_details import HttpError
from scheduler.files.file_safety import MOST_BYTES


class LimitedRequest(Request):
    """A request whose body is read up to ``MOST_BYTES`` only."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body in pieces. Raise HttpError 413 as soon as it is too large."""
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > MOST_BYTES:
            raise _too_large(announced)
        size = 0
        async for piece in super().stream():
            size += len(piece)
            if size > MOST_BYTES:
                raise _too_large(f"more than {MOST_BYTES}")
            yield piece


def limited(request: Request) -> LimitedRequest:
    """Return the request with its body limited."""
    return request if isinstance(request, LimitedRequest) else LimitedRequest(request.scope, request.receive)


class LimitedRoute(APIRoute):
    """A route whose requests have a body and write nothing, such as a question about the diary."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler for a limited request."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            require_of(self, request)
            return await handle(limited(request))

        return answer


def _too_large(size: str) -> HttpError:
    detail = f"It has {size} bytes. Send {MOST_BYTES} or fewer."
    return HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", detail)
