"""Tokens of forms: a signed double submit, so that only a page of the service can send its forms.

The cookie has a random text. Each form has the signature of that text, which nobody can make without the service's key.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "forms"
FIELD = "form_token"
MOST_OF_COOKIE = 100


def cookie_of(request: Request) -> str:
    """Return the random text of the browser's cookie, or a new one that ``send_cookie`` sends."""
    known = request.cookies.get(COOKIE, "")
    if not known or len(known) > MOST_OF_COOKIE:
        known = getattr(request.state, "new_cookie", "") or secrets.token_urlsafe(32)
        request.state.new_cookie = known
    return known


def token_of(request: Request) -> str:
    """Return the token that a form of this page has."""
    return _signature(request, cookie_of(request))


def is_valid(request: Request, token: str) -> bool:
    """True if a form's token is the signature of the browser's cookie."""
    known = request.cookies.get(COOKIE, "")
    return bool(known) and hmac.compare_digest(_signature(request, known).encode(), token.encode())


def send_cookie(request: Request, response: Response) -> None:
    """Set the cookie if the page has made a new one."""
    new = getattr(request.state, "new_cookie", "")
    if new:
        path = request.scope.get("root_path", "") or "/"
        is_https = request.url.scheme == "https" or request.app.state.settings.public_address.startswith("https://")
        response.set_cookie(COOKIE, new, path=path, secure=is_https, httponly=True, samesite="lax")


def _signature(request: Request, text: str) -> str:
    state: Any = request.app.state
    return hmac.new(state.form_key, text.encode(), "sha256").hexdigest()
