"""Routes of forms with a file: they read it one at a time, and never while the diary waits for them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http import formats
from api.http.limits import limited
from api.pages import csrf
from api.pages.forms import TypedForm, read_form
from api.pages.routing import STALE, FormRoute, PageRoute, error_page, with_error_pages
from api.pages.sent_files import uploaded_file

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CheckRoute(PageRoute):
    """A form with a file that changes nothing, and so has no transaction. Its token is checked all the same."""

    def get_route_handler(self) -> Handler:
        """Return the handler, which runs for one file at a time."""
        handle = super().get_route_handler()

        async def answer(incoming: Request) -> Response:
            request = limited(incoming)
            typed = await read_form(request)
            if not csrf.is_valid(request, typed[csrf.FIELD]):
                return await run_in_threadpool(error_page, request, HTTPStatus.FORBIDDEN, STALE, typed)
            async with request.app.state.reading:
                return await handle(request)

        return with_error_pages(answer)


class SaveRoute(FormRoute):
    """A form whose file is read before the transaction begins. The handler gets what is in it as ``request.state.read``."""

    def get_route_handler(self) -> Handler:
        """Return the form's handler, preceded by reading the file."""
        save = super().get_route_handler()

        async def read_first(incoming: Request) -> Response:
            request = limited(incoming)
            typed = await read_form(request)
            if csrf.is_valid(request, typed[csrf.FIELD]):
                async with request.app.state.reading:
                    request.state.read = await run_in_threadpool(_read, typed)
            return await save(request)

        return with_error_pages(read_first)


def _read(typed: TypedForm) -> Any:
    file = uploaded_file(typed)
    return formats.decode(file.content, file.format)
