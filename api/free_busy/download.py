"""Fetching a published calendar, from a server that may mean harm: nothing inside is reached, and all ends in time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urljoin

from api.free_busy.errors import CalendarRefused
from api.free_busy.links import CHECK, HTTPS, CalendarAddress, is_public, place_of

SECONDS = 4.0
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
PAGES = ("text/html", "application/xhtml+xml")
HEADERS = {
    "Accept": "text/calendar, text/plain;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "Conference planner",
}


def addresses_of(host: str) -> list[str]:
    """The addresses of a host, as this machine finds them. OSError where there are none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Network:
    """What is outside, and what of it may be reached."""

    resolve: Callable[[str], Iterable[str]] = addresses_of
    permits: Callable[[str], bool] = is_public
    port: int = HTTPS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


INTERNET = Network()


def fetch(link: str, hosts: Collection[str], *, seconds: float = SECONDS, network: Network = INTERNET) -> bytes:
    """The body of what is published at a link, at most 2 MB, within so many seconds in all.

    ``hosts`` are those that are allowed (see ``place_of``). A host is looked up once, each of its addresses has to be public,
    and one of them is connected to; so for each redirect, at most 3. Raises CalendarRefused, which tells the hosts at most.
    """
    until = time.monotonic() + seconds
    place = place_of(link, hosts, network.port)
    first = place.host
    for _ in range(MOST_REDIRECTS + 1):
        answer = _asked(place, network, until)
        if isinstance(answer, bytes):
            return answer
        try:
            place = place_of(urljoin(f"https://{place.host}{place.target}", answer), hosts, network.port)
        except CalendarRefused as error:
            raise CalendarRefused(f"{place.host} sends on to another link. {error}") from None
    raise CalendarRefused(f"{first} sends on from link to link, more than {MOST_REDIRECTS} times. {CHECK}")


class _Timed(ssl.SSLSocket):
    """A connection that ends at an instant, however often it sends a little."""

    until: float

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """What has come, until then. TimeoutError afterwards."""
        self.settimeout(_left(self.until))
        return super().recv_into(buffer, nbytes, flags)


def _asked(place: CalendarAddress, network: Network, until: float) -> bytes | str:
    """What is there, or the link that it sends on to."""
    host = place.host
    try:
        context = network.trust()
        context.sslsocket_class = _Timed
        connection = HTTPSConnection(host, network.port, context=context)
        with closing(connection):
            connection.sock = _connected(host, network, context, until)
            connection.request("GET", place.target, headers=HEADERS)
            with connection.getresponse() as response:
                return _read(response, host)
    except TimeoutError as error:
        raise CalendarRefused(f"{host} takes too long to send the calendar. {CHECK}") from error
    except ssl.SSLCertVerificationError as error:
        raise CalendarRefused(f"{host} can't prove that it is {host}: {error.verify_message.rstrip('.')}. {CHECK}") from error
    except OSError as error:
        raise CalendarRefused(f"{host} can't be reached, or breaks off. {CHECK}") from error
    except HTTPException as error:
        raise CalendarRefused(f"{host} does not answer as a web server does, or breaks off. {CHECK}") from error


def _connected(host: str, network: Network, context: ssl.SSLContext, until: float) -> _Timed:
    """A connection to the first of the host's checked addresses that answers, if its certificate is the host's."""
    addresses = _addresses(host, network, until)
    failed = OSError()
    for position, address in enumerate(addresses):
        share = _left(until) / (len(addresses) - position)
        try:
            plain = socket.create_connection((address, network.port), share)
        except OSError as error:
            failed = error
        else:
            break
    else:
        raise failed
    with closing(plain):
        plain.settimeout(_left(until))
        secured = context.wrap_socket(plain, server_hostname=host)
    assert isinstance(secured, _Timed)
    secured.until = until
    return secured


def _addresses(host: str, network: Network, until: float) -> list[str]:
    """The host's addresses, looked up in a thread of its own, because nothing else can end a look-up."""
    answers: SimpleQueue[list[str]] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(list(network.resolve(host)))
        except OSError:
            answers.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        addresses = answers.get(timeout=_left(until))
    except Empty:
        raise TimeoutError from None
    if not addresses:
        raise CalendarRefused(f"There is no host {host}. {CHECK}")
    for address in addresses:
        if not network.permits(address):
            raise CalendarRefused(f"{host} is at {address}, which is not an address of the public internet. {CHECK}")
    return addresses


def _read(response: HTTPResponse, host: str) -> bytes | str:
    status, onward = response.status, response.getheader("location")
    if status in REDIRECTS and onward:
        return onward
    if status != 200:
        raise CalendarRefused(f"{host} {_of_status(status)}")
    if response.headers.get_content_type() in PAGES:
        raise CalendarRefused(
            f"{host} sends a web page and not a calendar. Enter the link that ends in .ics, or the one named iCal."
        )
    codings = (response.getheader("content-encoding", "identity"), response.getheader("transfer-encoding", "chunked"))
    if tuple(coding.strip().lower() for coding in codings) != ("identity", "chunked"):
        raise CalendarRefused(f"{host} sends the calendar compressed, though asked not to. {CHECK}")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise CalendarRefused(f"{host} sends more than {MOST_BYTES // 1_000_000} MB. Publish fewer months of the calendar.")
    if response.length:
        raise CalendarRefused(f"{host} breaks off before the end of the calendar. {CHECK}")
    if not body:
        raise CalendarRefused(f"{host} sends nothing. {CHECK}")
    return body


def _of_status(status: int) -> str:
    match status:
        case 401 | 403:
            return f"asks for a sign-in ({status}). Publish the calendar to anybody with the link, and enter that link."
        case 404 | 410:
            return f"has no calendar there ({status}). It may be published anew: copy its link again."
        case _ if status >= 500:
            return f"has a fault of its own ({status}). Try again later, or upload the calendar's file."
    return f"sends no calendar, but the status {status}. {CHECK}"


def _left(until: float) -> float:
    """The seconds until an instant. TimeoutError where there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
