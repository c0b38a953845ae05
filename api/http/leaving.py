"""Requests whose client may leave before the answer: their work ends then."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request

from api.http.problem_details import HttpError

Result = TypeVar("Result")


async def while_client_waits(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of work. If the client leaves first, cancel it and raise HttpError 408, which nobody reads."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait((working, leaving))
    raise HttpError(HTTPStatus.REQUEST_TIMEOUT, "client-left", "The client left before the answer. Send the request again.")


async def _left(request: Request) -> None:
    """Return once the client has left. The request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
