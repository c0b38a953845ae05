"""Routes of forms that take long to read: they do it one at a time, and never while the diary waits for them."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages.forms import TypedForm
from api.pages.routing import FormRoute, Handler, PageRoute, with_token_checked


class CheckRoute(PageRoute):
    """A form that changes nothing, and so has no transaction. Its token is checked all the same."""

    def get_route_handler(self) -> Handler:
        """Return the handler, which runs for one form at a time."""
        handle = super().get_route_handler()

        async def answer(request: Request, _: TypedForm) -> Response:
            async with request.app.state.reading:
                return await handle(request)

        return with_token_checked(self, answer)


class PreparedRoute(FormRoute):
    """A form that is read before the transaction begins. The handler gets the result as ``request.state.read``."""

    @staticmethod
    def read(request: Request, typed: TypedForm) -> Any:
        """Return what the handler needs of the form. Runs in a thread."""
        raise NotImplementedError

    def get_route_handler(self) -> Handler:
        """Return the form's handler, preceded by reading the form."""
        save = super().get_route_handler()

        async def read_first(request: Request, typed: TypedForm) -> Response:
            async with request.app.state.reading:
                request.state.read = await run_in_threadpool(self.read, request, typed)
            return await save(request)

        return with_token_checked(self, read_first)
