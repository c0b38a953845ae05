"""Downloads of published calendars from untrusted servers: public addresses only, with limits on time and size."""

from __future__ import annotations

import codecs
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urljoin

from api.free_busy.download_faults import fault_of_page, fault_of_redirect, fault_of_status, fault_of_tls
from api.free_busy.errors import CalendarRefused, ProgramRefused
from api.free_busy.ics_lines import MAX_BYTES
from api.free_busy.links import CHECK, HTTPS, CalendarAddress, checked_address, is_public

SECONDS = 4.0
MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
PAGES = ("text/html", "application/xhtml+xml")
USER_AGENT = "Mozilla/5.0 (Linux) Chrome/139 (compatible; ConferencePlanner/0.1; calendar subscription)"
"""Many Microsoft 365 tenants answer 302 or 500 (``OwaBasicUnsupportedException``) to programs without the name of a current
browser (nextcloud/server#54799, derekantrican/GAS-ICS-Sync#494, KoljaWindeler/ics#72). The beginning is the shortest name that
was answered there; the rest identifies this service."""
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
"""The whole name of a browser, for servers that refuse ``USER_AGENT``: tenants differ (bitfireAT/icsx5#655), and this form was
answered where others were not (callumalpass/tasknotes#464, derekantrican/GAS-ICS-Sync#497)."""
HEADERS = {
    "Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Accept-Language": "en-GB, en;q=0.9",
    "Connection": "close",
}
REFUSING = (401, 403, 500)
"""Statuses with which a server may refuse a program by its name."""


def addresses_of(host: str) -> list[str]:
    """Return the IP addresses of a host. Raise OSError if it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Network:
    """The outside network, and the addresses that may be reached in it. Tests replace it."""

    resolve: Callable[[str], Iterable[str]] = addresses_of
    permits: Callable[[str], bool] = is_public
    port: int = HTTPS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


INTERNET = Network()


def fetch(link: str, hosts: Collection[str], *, seconds: float = SECONDS, network: Network = INTERNET) -> bytes:
    """Return the file at a link, of at most 2 MB, fetched within ``seconds`` in all.

    ``hosts`` are the allowed hosts (see ``checked_address``). Each host is resolved once, all its addresses must be public,
    and the connection is made to one of them. The same holds for each of at most 3 redirects. A server that asks for a sign-in or
    reports a fault is asked once more, by the name of a browser. Raise CalendarRefused if the file can't be fetched; its message
    names hosts, but no more of the link.
    """
    deadline = time.monotonic() + seconds
    try:
        return _fetched(link, hosts, network, deadline, USER_AGENT)
    except ProgramRefused as refused:
        with suppress(CalendarRefused):
            return _fetched(link, hosts, network, deadline, BROWSER)
        raise refused from None


def _fetched(link: str, hosts: Collection[str], network: Network, deadline: float, agent: str) -> bytes:
    address_ = checked_address(link, hosts, network.port)
    first = address_.host
    for _ in range(MAX_REDIRECTS + 1):
        answer = _response(address_, network, deadline, agent)
        if isinstance(answer, bytes):
            return answer
        link = f"https://{address_.host}{address_.target}"
        if fault := fault_of_redirect(address_.host, answer, link):
            raise ProgramRefused(fault)
        try:
            address_ = checked_address(urljoin(link, answer), hosts, network.port)
        except CalendarRefused as error:
            raise CalendarRefused(f"{address_.host} redirects to another link. {error}") from None
    raise CalendarRefused(f"{first} redirects more than {MAX_REDIRECTS} times. {CHECK}")


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS connection with one deadline for all reads, so that a server can't stay within a timeout by sending slowly."""

    deadline: float

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Read the data that have arrived. Raise TimeoutError after the deadline."""
        self.settimeout(_left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


def _response(address_: CalendarAddress, network: Network, deadline: float, agent: str) -> bytes | str:
    """Return the file at an address, or the link that it redirects to."""
    host = address_.host
    try:
        context = network.trust()
        context.sslsocket_class = _DeadlineSocket
        connection = HTTPSConnection(host, network.port, context=context)
        with closing(connection):
            connection.sock = _connect(host, network, context, deadline)
            connection.request("GET", address_.target, headers={**HEADERS, "User-Agent": agent})
            with connection.getresponse() as response:
                return _read(response, host)
    except TimeoutError as error:
        raise CalendarRefused(f"{host} takes too long to send the calendar. {CHECK}") from error
    except ssl.SSLError as error:
        if isinstance(error, ssl.SSLEOFError):
            raise CalendarRefused(f"{host} can't be reached, or closes the connection. {CHECK}") from error
        raise CalendarRefused(fault_of_tls(host, error)) from error
    except OSError as error:
        raise CalendarRefused(f"{host} can't be reached, or closes the connection. {CHECK}") from error
    except HTTPException as error:
        raise CalendarRefused(f"{host} does not answer as a web server, or closes the connection. {CHECK}") from error


def _connect(host: str, network: Network, context: ssl.SSLContext, deadline: float) -> _DeadlineSocket:
    """Connect to the first of the host's checked addresses that answers, and verify the host's certificate."""
    addresses = _addresses(host, network, deadline)
    failed = OSError()
    for position, address in enumerate(addresses):
        share = _left(deadline) / (len(addresses) - position)
        try:
            plain = socket.create_connection((address, network.port), share)
        except OSError as error:
            failed = error
        else:
            break
    else:
        raise failed
    with closing(plain):
        plain.settimeout(_left(deadline))
        secured = context.wrap_socket(plain, server_hostname=host)
    assert isinstance(secured, _DeadlineSocket)
    secured.deadline = deadline
    return secured


def _addresses(host: str, network: Network, deadline: float) -> list[str]:
    """Return the host's checked addresses. Resolve them in a thread, because ``getaddrinfo`` has no timeout."""
    results: SimpleQueue[list[str]] = SimpleQueue()

    def look_up() -> None:
        try:
            results.put(list(network.resolve(host)))
        except OSError:
            results.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        addresses = results.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None
    if not addresses:
        raise CalendarRefused(f"There is no host {host}. {CHECK}")
    for address in addresses:
        if not network.permits(address):
            raise CalendarRefused(f"{host} is at {address}, which is not an address of the public internet. {CHECK}")
    return addresses


def _read(response: HTTPResponse, host: str) -> bytes | str:
    status, target = response.status, response.getheader("location")
    if status in REDIRECTS and target:
        return target
    if status != 200:
        refused = ProgramRefused if status in REFUSING else CalendarRefused
        raise refused(fault_of_status(host, status, response.getheader("x-owa-error", "")))
    if response.headers.get_content_type() in PAGES:
        raise CalendarRefused(fault_of_page(host))
    codings = (response.getheader("content-encoding", "identity"), response.getheader("transfer-encoding", "chunked"))
    if tuple(coding.strip().lower() for coding in codings) != ("identity", "chunked"):
        raise CalendarRefused(f"{host} sends the calendar in a compression that was not requested. {CHECK}")
    body = response.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CalendarRefused(f"{host} sends more than {MAX_BYTES >> 20} MB. Publish fewer months of the calendar.")
    if response.length:
        raise CalendarRefused(f"{host} closes the connection before the end of the calendar. {CHECK}")
    if not body:
        raise CalendarRefused(f"{host} sends nothing. {CHECK}")
    if body.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise CalendarRefused(fault_of_page(host))
    return body


def _left(deadline: float) -> float:
    """Return the seconds until the deadline. Raise TimeoutError if it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
