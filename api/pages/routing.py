"""Routes of pages: errors become pages in words, and a refused form is shown again with what was typed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.database.outages import outage
from api.diary.service import queries as documents
from api.errors import NotFoundError, ServiceError, error_items, invalid
from api.http.limits import limited
from api.http.permissions import NO_PERMISSION, require_of
from api.http.problem_details import DATABASE_ERRORS, HttpError, status_of, unavailable
from api.http.resources import is_api
from api.http.state import store_of
from api.http.transaction import Reading, WritingRoute
from api.pages import csrf
from api.pages.forms import FormRefusedError, TypedForm, problems_of, read_form
from api.pages.rendering import page
from scheduler.domain.faults import InputError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
FormHandler = Callable[[Request, TypedForm], Coroutine[Any, Any, Response]]
_log = logging.getLogger(__name__)
HEADINGS = {
    HTTPStatus.FORBIDDEN: "This page was open for too long",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "This has changed meanwhile",
    HTTPStatus.PRECONDITION_FAILED: "This has changed meanwhile",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too busy",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here",
}
STALE = "Check what you typed below, and send it again."


class PageRoute(APIRoute):
    """A page that is read."""

    def get_route_handler(self) -> Handler:
        """Return the handler, whose errors are pages."""
        return with_error_pages(super().get_route_handler())


class FormRoute(WritingRoute):
    """A form that is sent: its token is checked, and everything that it changes is committed together or not at all."""

    def get_route_handler(self) -> Handler:
        """Return the handler within a transaction."""
        write = super().get_route_handler()
        return with_token_checked(self, lambda request, _: write(request))


def _shown_again(request: Request, refused: FormRefusedError) -> Response:
    problems = problems_of(refused.error, status_of(refused.error))
    with store_of(request).reading() as connection:
        name_service(request, connection)
        return refused.show(connection, problems)


def name_service(request: Request, connection: Connection) -> None:
    """Read whose service it is, for the heading of the page."""
    request.state.service_name = documents.get(connection, "service")[0].name


def _for_page(request: Request, connection: Reading) -> Connection:
    name_service(request, connection)
    return connection


PageReading = Annotated[Connection, Depends(_for_page)]
"""A read-only connection for a page, which sees the data of one moment."""


def with_error_pages(handle: Handler) -> Handler:
    """Return a handler whose errors are pages. What was typed into a form is on them, to be sent again."""

    async def answer(incoming: Request) -> Response:
        request = limited(incoming)  # its body can be read again for the page of an error; another request's would never come
        try:
            try:
                return await handle(request)
            except FormRefusedError as refused:
                return await run_in_threadpool(_shown_again, request, refused)
        except Exception as error:
            status, detail = _described(request, error)
            is_refused = isinstance(error, HttpError) and error.kind == NO_PERMISSION
            typed = TypedForm() if is_refused else await _typed(request)
            return await run_in_threadpool(error_page, request, status, detail, typed)

    return answer


def with_token_checked(route: APIRoute, handle: FormHandler) -> Handler:
    """Return a handler of forms that the service's own pages send. It answers others, and errors, with a page."""

    async def answer(incoming: Request) -> Response:
        require_of(route, incoming)
        request = limited(incoming)
        typed = await read_form(request)
        if not csrf.is_valid(request, typed[csrf.FIELD]):
            return await run_in_threadpool(error_page, request, HTTPStatus.FORBIDDEN, STALE, typed)
        return await handle(request, typed)

    return with_error_pages(answer)


async def _typed(request: Request) -> TypedForm:
    try:
        return await read_form(request) if request.method == "POST" else TypedForm()
    except Exception:  # the body was the error, or can't be read again
        return TypedForm()


def _described(request: Request, error: Exception) -> tuple[HTTPStatus, str]:
    """Return the status of an error, and what to do about it in a sentence."""
    if isinstance(error, InputError):
        error = invalid(" ".join(fault.message for fault in error.faults), error_items(error.faults))
    if isinstance(error, DATABASE_ERRORS) and (detected := outage(error)) is not None:
        error = unavailable(detected.kind)
    match error:
        case NotFoundError():
            return HTTPStatus.NOT_FOUND, f"{error.detail} Check the reference."
        case ServiceError():
            more = [one.message for one in error.errors if one.message not in error.detail]
            return status_of(error), " ".join([error.detail, *more])
        case RequestValidationError() | HTTPException(status_code=404):
            return HTTPStatus.NOT_FOUND, "Check the address, or find a conference by its reference."
        case HTTPException():
            return HTTPStatus(error.status_code), str(error.detail)
        case _:
            code = secrets.token_hex(4)
            _log.exception("%s %s failed. Code %s.", request.method, request.url.path, code, exc_info=error)
            return HTTPStatus.INTERNAL_SERVER_ERROR, f"Nothing was saved. Quote {code} to those who look after the service."


def error_page(request: Request, status: HTTPStatus, detail: str, typed: TypedForm | None = None) -> Response:
    """Return the page of an error. If a form was sent, it has everything that was typed, and sends it again."""
    sent = [(name, text) for name, text in (typed.pairs if typed else ()) if name != csrf.FIELD]
    heading = HEADINGS.get(status, "This cannot be done")
    return page(request, "error.html", heading, status=status, detail=detail, sent=sent, again=str(request.url.path))


def install(app: FastAPI) -> None:
    """Answer an unknown address with a page, unless it is one of the API."""
    of_api = app.exception_handlers[HTTPException]

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if is_api(request.scope) or "text/html" not in request.headers.get("accept", ""):
            result: Response = await run_in_threadpool(of_api, request, error)  # type: ignore[arg-type]  # it is a plain function
            return result
        status, detail = _described(request, error)
        return await run_in_threadpool(error_page, request, status, detail)

    app.add_exception_handler(HTTPException, answer)
