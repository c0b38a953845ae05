"""Uploaded files: read before the transaction begins, so that other writers don't wait for the reading."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.idempotency import digest_of, stored_answer
from api.http.limits import limited
from api.http.permissions import require_of
from api.http.problem_details import HttpError
from api.http.state import store_of
from api.http.transaction import WritingRoute


class UploadRoute(WritingRoute):
    """A writing route that reads its file before the transaction begins, one file at a time."""

    @staticmethod
    def read(request: Request, content: bytes) -> Any:
        """Return the content of the file, which the handler gets as ``request.state.read``. Runs in a thread."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the writing route's handler, preceded by reading the file."""
        write = super().get_route_handler()

        async def read_first(incoming: Request) -> Response:
            require_of(self, incoming)
            request = limited(incoming)
            digest = await digest_of(request)
            answer = await run_in_threadpool(_stored_answer, request, digest)
            if answer is not None:  # the data may have changed since, so that the same file would now be refused
                return answer
            async with request.app.state.reading:
                await check_presence(request)
                request.state.read = await run_in_threadpool(self.read, request, await request.body())
            return await write(request)

        return read_first


async def check_presence(request: Request) -> None:
    """Raise HttpError 408 if the client has left while its request waited, so that nothing is done for it."""
    if await request.is_disconnected():
        raise HttpError(HTTPStatus.REQUEST_TIMEOUT, "client-left", "The client has left.")


def _stored_answer(request: Request, digest: str) -> Response | None:
    with store_of(request).reading() as connection:
        return stored_answer(connection, request, digest)
