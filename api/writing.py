"""One request, one transaction: what a request writes is committed together with its answer, or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import Connection, insert, select
from starlette.concurrency import run_in_threadpool

from api.errors import ApiError, invalid
from api.permissions import NOBODY
from api.store.session import Store
from api.store.tables import answers, audit

SAFE = ("GET", "HEAD", "OPTIONS")
MOST_BYTES = 20 << 20
NULL_IN_JSON = rb"\u0000"
KEY = "idempotency-key"
KEPT_HEADERS = ("location", "etag", "content-type")


def store_of(request: Request) -> Store:
    """The app's database."""
    store: Store = request.app.state.store
    return store


def address(path: str, identifier: object) -> str:
    """Where a thing is found, whatever characters its id has: ``sites`` and ``AYL`` make ``/api/v1/sites/AYL``."""
    return f"/api/v1/{path}/{quote(str(identifier), safe='')}"


def sending(example: Any) -> dict[str, Any]:
    """For a route's ``openapi_extra``: an example of what is sent to it."""
    return {"requestBody": {"content": {"application/json": {"example": example}}}}


def now_of(request: Request) -> dt.datetime:
    """The present instant, by the app's clock."""
    now: dt.datetime = request.app.state.clock()
    return now


def _reading(request: Request) -> Iterator[Connection]:
    with store_of(request).reading() as connection:
        yield connection


def _writing(request: Request) -> Connection:
    connection: Connection = request.state.connection
    return connection


Reading = Annotated[Connection, Depends(_reading, scope="function")]
"""A connection that sees the data of one moment."""
Writing = Annotated[Connection, Depends(_writing)]
"""The request's transaction; only routes of a router with ``route_class=WritingRoute`` have one."""
Now = Annotated[dt.datetime, Depends(now_of)]


def keep_instead(request: Request, answer: BaseModel) -> None:
    """For an answer with a secret, which is kept nowhere: what is answered to the same request when it comes again."""
    request.state.kept = answer.model_dump_json()


class WritingRoute(APIRoute):
    """A route whose requests write: a transaction, an entry in the audit, and the same answer to a request that comes again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler within a transaction."""
        handle = super().get_route_handler()
        if (self.methods or set()) <= set(SAFE):
            return handle

        async def write(asking: Request) -> Response:
            request = _limited(asking)
            asked = await _digest(request)
            lock: asyncio.Lock = request.app.state.lock  # one at a time, so that waiting ones hold no thread
            async with lock:
                transaction = store_of(request).writing()
                connection = request.state.connection = await run_in_threadpool(transaction.__enter__)
                try:
                    response = await run_in_threadpool(_answered_before, connection, request, asked)
                    if response is None:
                        response = await handle(request)
                        await run_in_threadpool(_keep, connection, request, asked, response)
                except BaseException as error:
                    transaction.__exit__(type(error), error, error.__traceback__)
                    raise
                await run_in_threadpool(transaction.__exit__, None, None, None)
            request.app.state.wake()
            return response

        return write


class FileRoute(WritingRoute):
    """Reads the file that is sent before the transaction begins, one at a time, so that nobody who writes waits for it."""

    @staticmethod
    def read(request: Request, content: bytes) -> Any:
        """What is in the file, which the handler finds as ``request.state.read``. It is called in a thread."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """A writing route's handler, which finds the file read."""
        write = super().get_route_handler()

        async def read_first(asking: Request) -> Response:
            request = _limited(asking)
            asked = await _digest(request)
            replayed = await run_in_threadpool(_replayed, request, asked)
            if replayed is not None:  # what it says may be no longer so, and then could not be read again
                return replayed
            async with request.app.state.reading:
                request.state.read = await run_in_threadpool(self.read, request, await request.body())
            return await write(request)

        return read_first


class LimitedRequest(Request):
    """A request of which no more is read than may be sent."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Its body in pieces. Raises ApiError as soon as it is too large."""
        told = self.headers.get("content-length", "")
        if told.isdigit() and int(told) > MOST_BYTES:
            raise _too_large(told)
        size = 0
        async for piece in super().stream():
            size += len(piece)
            if size > MOST_BYTES:
                raise _too_large(f"more than {MOST_BYTES}")
            yield piece


def _limited(request: Request) -> LimitedRequest:
    return request if isinstance(request, LimitedRequest) else LimitedRequest(request.scope, request.receive)


def _too_large(size: str) -> ApiError:
    detail = f"It has {size} bytes. Send {MOST_BYTES} or fewer."
    return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", detail)


async def _digest(request: LimitedRequest) -> str:
    body = await request.body()
    if NULL_IN_JSON in body:  # PostgreSQL would keep it, and then fail on every query that looks into the value
        raise invalid("There is a null character in it, which the diary can't hold. Take it out.")
    return hashlib.sha256(str(request.url.query).encode() + b"\n" + body).hexdigest()


def _replayed(request: Request, asked: str) -> Response | None:
    with store_of(request).reading() as connection:
        return _answered_before(connection, request, asked)


def _answered_before(connection: Connection, request: Request, asked: str) -> Response | None:
    key = request.headers.get(KEY)
    if key is None or request.method != "POST":
        return None
    of_key = (answers.c.key == key[:200]) & (answers.c.route == request.url.path[:400])
    known = connection.execute(select(answers).where(of_key)).one_or_none()
    if known is None:
        return None
    if known.asked != asked:
        raise ApiError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "key-used",
            "This Idempotency-Key was sent before with another request. Send a new one for each request.",
        )
    return Response(known.body, known.status, {**known.headers, "Idempotency-Replayed": "true"})


def _keep(connection: Connection, request: Request, asked: str, response: Response) -> None:
    at, path, key = now_of(request), request.url.path, request.headers.get(KEY)
    entry = {"at": at, "actor": NOBODY, "method": request.method, "path": path[:2000], "status": response.status_code}
    connection.execute(insert(audit).values(entry))
    if key is not None and request.method == "POST":
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        body = getattr(request.state, "kept", None) or bytes(response.body).decode()
        answer = {"status": response.status_code, "headers": headers, "body": body}
        connection.execute(insert(answers).values(key=key[:200], route=path[:400], asked=asked, at=at, **answer))
