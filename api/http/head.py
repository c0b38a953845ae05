"""HEAD requests: every GET route answers them with the same headers and no body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Middleware that serves HEAD as GET, and leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as a GET if it is a HEAD."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A client that accepts a stream would wait for its end; without that header it gets a page.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept"]
        await self.app({**scope, "method": "GET", "headers": headers}, receive, send_without_body)
