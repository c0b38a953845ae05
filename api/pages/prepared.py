"""Routes of forms that take long to read: they do it one at a time, and never while the diary waits for them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.limits import limited
from api.http.permissions import require_of
from api.pages import csrf
from api.pages.forms import TypedForm, read_form
from api.pages.routing import STALE, FormRoute, PageRoute, error_page, with_error_pages

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CheckRoute(PageRoute):
    """A form that changes nothing, and so has no transaction. Its token is checked all the same."""

    def get_route_handler(self) -> Handler:
        """Return the handler, which runs for one form at a time."""
        handle = super().get_route_handler()

        async def answer(incoming: Request) -> Response:
            require_of(self, incoming)
            request = limited(incoming)
            typed = await read_form(request)
            if not csrf.is_valid(request, typed[csrf.FIELD]):
                return await run_in_threadpool(error_page, request, HTTPStatus.FORBIDDEN, STALE, typed)
            async with request.app.state.reading:
                return await handle(request)

        return with_error_pages(answer)


class PreparedRoute(FormRoute):
    """A form that is read before the transaction begins. The handler gets the result as ``request.state.read``."""

    @staticmethod
    def read(request: Request, typed: TypedForm) -> Any:
        """Return what the handler needs of the form. Runs in a thread."""
        raise NotImplementedError

    def get_route_handler(self) -> Handler:
        """Return the form's handler, preceded by reading the form."""
        save = super().get_route_handler()

        async def read_first(incoming: Request) -> Response:
            require_of(self, incoming)
            request = limited(incoming)
            typed = await read_form(request)
            if csrf.is_valid(request, typed[csrf.FIELD]):
                async with request.app.state.reading:
                    request.state.read = await run_in_threadpool(self.read, request, typed)
            return await save(request)

        return with_error_pages(read_first)
