"""One transaction for each request: its changes and its answer are committed together, or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import Connection, insert
from starlette.concurrency import run_in_threadpool

from api.database.outages import OutageKind
from api.database.tables import audit
from api.http.idempotency import digest_of, store_answer, stored_answer
from api.http.limits import limited
from api.http.permissions import caller_of, require_of
from api.http.problem_details import unavailable
from api.http.state import now_of, store_of

SAFE = ("GET", "HEAD", "OPTIONS")


def _reading(request: Request) -> Iterator[Connection]:
    with store_of(request).reading() as connection:
        yield connection


def _writing(request: Request) -> Connection:
    connection: Connection = request.state.connection
    return connection


Reading = Annotated[Connection, Depends(_reading, scope="function")]
"""A read-only connection that sees the data of one moment."""
Writing = Annotated[Connection, Depends(_writing)]
"""The request's transaction; only routes of a router with ``route_class=WritingRoute`` have one."""
Now = Annotated[dt.datetime, Depends(now_of)]


class WritingRoute(APIRoute):
    """A route whose requests write: a transaction, an audit entry, and idempotency keys."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler within a transaction."""
        handle = super().get_route_handler()
        if (self.methods or set()) <= set(SAFE):
            return handle

        async def write(incoming: Request) -> Response:
            require_of(self, incoming)
            request = limited(incoming)
            digest = await digest_of(request)
            store = store_of(request)
            async with _turn(request.app.state.lock, store.seconds_to_wait):
                transaction = store.writing()
                connection = request.state.connection = await run_in_threadpool(transaction.__enter__)
                try:
                    response = await run_in_threadpool(stored_answer, connection, request, digest)
                    if response is None:
                        response = await handle(request)
                        await run_in_threadpool(_record, connection, request, digest, response)
                except BaseException as error:
                    transaction.__exit__(type(error), error, error.__traceback__)
                    raise
                await run_in_threadpool(transaction.__exit__, None, None, None)
            request.app.state.wake()
            return response

        return write


@asynccontextmanager
async def _turn(lock: asyncio.Lock, seconds: float) -> AsyncIterator[None]:
    """Hold the lock: one writer at a time, so that waiting requests occupy no thread. Raise HttpError 503 after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await lock.acquire()
    except TimeoutError:
        raise unavailable(OutageKind.BUSY) from None
    try:
        yield
    finally:
        lock.release()


def _record(connection: Connection, request: Request, digest: str, response: Response) -> None:
    """Add the request to the audit, and store its answer."""
    path = request.url.path[:2000]
    actor = caller_of(request).name
    entry = {"at": now_of(request), "actor": actor, "method": request.method, "path": path, "status": response.status_code}
    connection.execute(insert(audit).values(entry))
    store_answer(connection, request, digest, response)
