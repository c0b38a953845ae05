"""Idempotency keys: a POST that is repeated with the same key gets the stored answer of the first request."""

from __future__ import annotations

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, insert, select

from api.actor import NOBODY
from api.database.tables import answers
from api.errors import InvalidError, invalid
from api.http.limits import LimitedRequest
from api.http.permissions import caller_of
from api.http.state import now_of

KEY_HEADER = "idempotency-key"
STORED_HEADERS = ("location", "etag", "content-type")
"""The headers of an answer that are stored with it."""
MOST_CHARACTERS = 200
"""The longest key. A longer one is refused: cut, two keys could be one."""
MOST_OF_PATH = 400
NULL_IN_JSON = rb"\u0000"


async def digest_of(request: LimitedRequest) -> str:
    """Return the sha256 of the query and the body. Raise InvalidError if the body has a null character."""
    body = await request.body()
    if NULL_IN_JSON in body:  # PostgreSQL would store it, and then fail on every query that looks into the value
        raise invalid("The request has a null character, which the database can't store. Remove it.")
    return hashlib.sha256(str(request.url.query).encode() + b"\n" + body).hexdigest()


def stored_answer(connection: Connection, request: Request, digest: str) -> Response | None:
    """Return the answer stored under the request's key, or None.

    Raise InvalidError if the key was sent before with a request of another digest.
    """
    key = _key_of(request)
    if key is None:
        return None
    of_key = (answers.c.key == key) & (answers.c.route == _route_of(request))
    known = connection.execute(select(answers).where(of_key)).one_or_none()
    if known is None:
        return None
    if known.asked != digest:
        raise InvalidError(
            "key-used", "This Idempotency-Key was sent before with another request. Send a new one for each request."
        )
    return Response(known.body, known.status, {**known.headers, "Idempotency-Replayed": "true"})


def store_answer(connection: Connection, request: Request, digest: str, response: Response) -> None:
    """Store the answer under the request's key, if it has one."""
    key = _key_of(request)
    if key is not None:
        headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
        body = getattr(request.state, "stored_body", None) or bytes(response.body).decode()
        answer = {"status": response.status_code, "headers": headers, "body": body}
        row = {"key": key, "route": _route_of(request), "asked": digest, "at": now_of(request), **answer}
        connection.execute(insert(answers).values(row))


def _key_of(request: Request) -> str | None:
    """Return the key under which a POST's answer is stored, or None. It belongs to the caller: others' keys are distinct.

    Raise InvalidError if the request's key is empty or too long.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None or request.method != "POST":
        return None
    if not 0 < len(key) <= MOST_CHARACTERS:
        raise invalid(f"The Idempotency-Key has {len(key)} characters. Send one of 1 to {MOST_CHARACTERS}.")
    caller = caller_of(request).name
    return key if caller == NOBODY else _digest(f"{caller}\n{key}")  # as before there were callers


def _route_of(request: Request) -> str:
    path = request.url.path
    return path if len(path) <= MOST_OF_PATH else _digest(path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def store_instead(request: Request, answer: BaseModel) -> None:
    """Store another answer than the one that is sent: for answers with a secret, which must not be stored."""
    request.state.stored_body = answer.model_dump_json()
