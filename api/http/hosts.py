"""The hosts and origins that requests may name. Others come from web pages that try to use the service through a browser.

A page can reach a service on loopback in two ways: it sends requests across sites, or its own name is made to resolve to
127.0.0.1 (DNS rebinding). The first are known by their Origin, the second by their Host.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problem_details import HttpError, problem_response
from api.http.resources import is_api
from api.http.transaction import SAFE
from api.settings import Settings, is_address, network_of

AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:/@\s]+)(?::(?P<port>[0-9]{1,5}))?")
DEFAULT_PORTS = {"http": 80, "https": 443}
FORMS_OF_PAGES = ("application/x-www-form-urlencoded", "multipart/form-data")
FORMS = ("text/plain", *FORMS_OF_PAGES)
"""The content types that a page may send to another site without asking it first (https://fetch.spec.whatwg.org)."""
MAX_SHOWN = 100


@dataclass(frozen=True)
class Authority:
    """A host, in lower case and without brackets, and a port if one is given."""

    host: str
    port: int | None

    @property
    def is_loopback(self) -> bool:
        """True if the host is this machine by definition, regardless of any name server."""
        return self.host == "localhost" or (is_address(self.host) and ipaddress.ip_address(self.host).is_loopback)


def authority(text: str) -> Authority | None:
    """Return the host and port of a Host header, or None if it has no valid ones."""
    match = AUTHORITY.fullmatch(text)
    if match is None:
        return None
    host = match["host"].strip("[]").lower().removesuffix(".")
    return Authority(host, None if match["port"] is None else int(match["port"]))


def origin_authority(text: str) -> Authority | None:
    """Return the host and port of an Origin header, or None for ``null`` and other origins without them."""
    scheme, separator, rest = text.partition("://")
    match = authority(rest) if separator and scheme in DEFAULT_PORTS else None
    return match and Authority(match.host, match.port or DEFAULT_PORTS[scheme])


class KnownHosts:
    """The hosts of a service: loopback and its own address with the listening port, its public address, and further ones."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.host.lower()
        public = urlsplit(settings.public_address)
        self._public = origin_authority(f"{public.scheme}://{public.netloc}")
        self._names = frozenset(name for name in settings.allowed_hosts if not name.startswith("."))
        self._suffixes = tuple(name for name in settings.allowed_hosts if name.startswith("."))
        self._networks = tuple(network for name in settings.allowed_hosts if (network := network_of(name)) is not None)

    def has_host(self, host: Authority, listening: int | None) -> bool:
        """True if a Host header names the service. ``listening`` is the port of the connection, None without one."""
        return (
            self._is_local(host, DEFAULT_PORTS["http"], listening)
            or self._is_named(host)
            or (self._public is not None and host.host == self._public.host)
            or (is_address(host.host) and any(ipaddress.ip_address(host.host) in network for network in self._networks))
        )

    def has_origin(self, origin: Authority, host: Authority | None, listening: int | None) -> bool:
        """True if a page of that origin belongs to the service, as ``host`` names it."""
        return (
            (host is not None and _is_same(origin, host))
            or origin == self._public
            or self._is_local(origin, None, listening)
            or self._is_named(origin)
        )

    def _is_local(self, host: Authority, default: int | None, listening: int | None) -> bool:
        is_own = host.is_loopback or host.host == self._own
        return is_own and (listening is None or (host.port or default) == listening)

    def _is_named(self, host: Authority) -> bool:
        return host.host in self._names or host.host.endswith(self._suffixes)


def _is_same(origin: Authority, host: Authority) -> bool:
    ports = DEFAULT_PORTS.values() if host.port is None else (host.port,)
    return origin.host == host.host and origin.port in ports


class HostCheck:
    """Middleware that refuses requests which name another host or origin, before anything is read or done.

    It refuses forms to the API too: only pages take them, and check their tokens.
    """

    def __init__(self, app: ASGIApp, hosts: KnownHosts, prefix: str = "") -> None:
        self.app, self.hosts, self.prefix = app, hosts, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or send its refusal."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (self.app if refusal is None else problem_response(refusal))(scope, receive, send)

    def _refusal(self, scope: Scope) -> HttpError | None:
        host: Authority | None = None  # HTTP/1.0 has no Host, and browsers don't send it: some health checks do
        listening = scope["server"][1] if scope.get("server") else None
        origins, sent_as = [], ""
        hosts = []
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"origin":
                origins.append(value.decode("latin-1"))
            elif name == b"content-type":
                sent_as = value.decode("latin-1")
        for text in hosts:
            host = authority(text)
            if host is None or not self.hosts.has_host(host, listening):
                return _foreign_host(text)
        for text in origins:
            origin = origin_authority(text)
            if origin is None or not self.hosts.has_origin(origin, host, listening):
                return _foreign_origin(text)
        is_form = scope["method"] not in SAFE and sent_as.partition(";")[0].strip().lower() in FORMS
        return _form(sent_as) if is_form and (is_api(scope, self.prefix) or not _is_of_pages(sent_as)) else None


def _is_of_pages(sent_as: str) -> bool:
    """True if a content type is one in which the forms of pages are sent, which have tokens."""
    return sent_as.partition(";")[0].strip().lower() in FORMS_OF_PAGES


def _foreign_host(text: str) -> HttpError:
    detail = (
        f"The Host header is '{text[:MAX_SHOWN]}', which is not a name of this service. Use the address that the service shows "
        "at its start, or its public address. To add a name, set CONFERENCES_ALLOWED_HOSTS."
    )
    return HttpError(HTTPStatus.MISDIRECTED_REQUEST, "foreign-host", detail)


def _foreign_origin(text: str) -> HttpError:
    detail = (
        f"The request comes from a page of '{text[:MAX_SHOWN]}', which is not this service. Send it from a page of the service, "
        "or from a program. To add the page's host, set CONFERENCES_ALLOWED_HOSTS."
    )
    return HttpError(HTTPStatus.FORBIDDEN, "foreign-origin", detail)


def _form(text: str) -> HttpError:
    detail = (
        f"The content type is '{text[:MAX_SHOWN]}'. Send JSON, with the header Content-Type: application/json, "
        "or a file with its own content type."
    )
    return HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
