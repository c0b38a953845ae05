"""Errors as RFC 9457 problem details. Only this package knows which error has which status."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any, cast

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.database.outages import Outage, OutageKind, outage
from api.errors import BusyError, ConflictError, ErrorItem, InvalidError, NotFoundError, ServiceError, error_items, invalid
from scheduler.domain.faults import InputError, faults_in

MEDIA_TYPE = "application/problem+json"
DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, psycopg.Error)
"""Errors of the database: those of its drivers are raised by queries for speed, which bypass SQLAlchemy."""
_log = logging.getLogger(__name__)


class ProblemDetails(BaseModel):
    """An error as RFC 9457 problem details. ``type`` names the kind of error; ``errors`` lists each thing that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorItem] = []


STATUSES: tuple[tuple[type[ServiceError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (InvalidError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""The status of each kind of error."""


class HttpError(ServiceError):
    """An error of HTTP itself, such as a missing header: it has its own status, and may add headers to the response."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        errors: Sequence[ErrorItem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(kind, detail, errors)
        self.status, self.headers = status, headers


def status_of(error: ServiceError) -> HTTPStatus:
    """Return the HTTP status of an error."""
    if isinstance(error, HttpError):
        return error.status
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def problem_response(error: ServiceError) -> JSONResponse:
    """Return the response that reports an error."""
    status = status_of(error)
    details = ProblemDetails(
        type=f"/problems/{error.kind}",
        title=status.phrase,
        status=status,
        detail=error.detail,
        errors=list(error.errors),
    )
    content = details.model_dump(exclude_defaults=True) | dict(error.extra)
    headers = error.headers if isinstance(error, HttpError) else None
    if isinstance(error, BusyError):
        headers = {"Retry-After": str(error.seconds)}
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def unavailable(kind: OutageKind) -> HttpError:
    """Return the error for a request that the database could not serve."""
    if kind is OutageKind.UNREACHABLE:  # a change may have been made, if the database stopped as it answered
        effect = "Check whether a change was made before you send it again, or send it with the same Idempotency-Key."
    else:
        effect = "Nothing was changed."
    detail = f"{kind.sentence}. {effect} Try again in {kind.seconds} seconds."
    return HttpError(HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", detail, headers={"Retry-After": str(kind.seconds)})


def outage_response(detected: Outage, scope: Scope) -> JSONResponse:
    """Return the response to a request that an outage of the database cut short, and log it on one line."""
    route = getattr(scope.get("route"), "path_format", "a feed")  # not the path of the request, which may be a secret link
    _log.warning("%s %s was answered with 503: %s", scope["method"], route, detected)
    return problem_response(unavailable(detected.kind))


class ServerErrors:
    """Middleware that answers with problem details if the service itself fails. The log has the error under the code in them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http" or has_begun:
                raise
            code = secrets.token_hex(4)
            route = getattr(scope.get("route"), "path_format", "an unknown path")  # the path itself may be a secret link
            _log.exception("%s %s failed. Code %s.", scope["method"], route, code)
            detail = f"The service failed. Check whether the change was made, and quote {code} to its administrator."
            await problem_response(HttpError(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", detail))(scope, receive, send)


ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request can't be carried out. The body says why.", "model": ProblemDetails},
    "503": {
        "description": "The database is locked, stopped, read-only or full at the moment.",
        "model": ProblemDetails,
        "headers": {
            "Retry-After": {"description": "Seconds after which to send the request again.", "schema": {"type": "integer"}}
        },
    },
}
"""The errors that every route declares."""


def request_errors(errors: Sequence[ErrorItem]) -> InvalidError:
    """Return the error for a request with these things wrong in its path, query or body."""
    return invalid("The request has errors.", errors)


def install(app: FastAPI) -> None:
    """Make the app return every error as problem details, and describe them in its OpenAPI document."""
    _describe_errors(app)

    @app.exception_handler(ServiceError)
    def _(_request: Request, error: ServiceError) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(InputError)
    def _(_request: Request, error: InputError) -> JSONResponse:
        return problem_response(invalid(f"The data has faults: {error.count:,}.", error_items(error.faults)))

    @app.exception_handler(RequestValidationError)
    def _(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(request_errors(_of_request(request, error)))

    @app.exception_handler(DataError)
    def _(_request: Request, _error: DataError) -> JSONResponse:
        return problem_response(invalid("The request has a value that the database can't store, such as a null character."))

    def answer_outage(request: Request, error: Exception) -> JSONResponse:
        detected = outage(error)
        if detected is None:
            raise error
        return outage_response(detected, request.scope)

    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, answer_outage)

    @app.exception_handler(HTTPException)
    def _(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        kind = status.phrase.lower().replace(" ", "-")
        headers = dict(error.headers) if error.headers else None
        return problem_response(HttpError(status, kind, _of_body(error.__cause__) or str(error.detail), headers=headers))


def _describe_errors(app: FastAPI) -> None:
    """Set the media type of errors in the OpenAPI document to that of problem details."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        described = describe()
        for operations in described["paths"].values():
            for operation in operations.values():
                for errors in (operation["responses"][status] for status in ERRORS):
                    errors["content"] = {MEDIA_TYPE: next(iter(errors["content"].values()))}
        return described

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change it


def _of_body(error: BaseException | None) -> str | None:
    """Return why Python can't read a body as JSON, or None."""
    match error:
        case UnicodeDecodeError():
            return "The body is not UTF-8. Send it as UTF-8."
        case RecursionError():
            return "The body nests lists or objects too deeply. Send it in the documented form."
        case ValueError():
            return "A number in the body has thousands of digits. Enter a smaller one."
        case _:
            return None


def _of_request(request: Request, error: RequestValidationError) -> list[ErrorItem]:
    """Return the faults in the scheduler's words. Those in the body are named by its fields, without the prefix ``body``."""
    if isinstance(error.__cause__, JSONDecodeError):
        at, message = f"line {error.__cause__.lineno}, column {error.__cause__.colno}", error.__cause__.msg
        return [ErrorItem(where="", message=f"{at}: this is not JSON: {message[0].lower()}{message[1:]}. Correct it.")]
    if isinstance(error.body, bytes):  # FastAPI parses the body only if its content type is JSON
        sent_as = request.headers.get("content-type")
        wrong = f"the content type is '{sent_as}'" if sent_as else "the content type is missing"
        return [ErrorItem(where="", message=f"{wrong}. Send JSON, with the header Content-Type: application/json.")]
    faults = faults_in(cast(Sequence[ErrorDetails], error.errors()), BaseModel)
    return error_items(replace(fault, place=fault.place[1:]) if fault.place[:1] == ("body",) else fault for fault in faults)
