"""The network in the tests: an outside TLS server at a public address, and an inside listener that must not be reached."""

from __future__ import annotations

import select
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from api.free_busy.download import Network
from api.free_busy.links import is_public

OUTSIDE, INSIDE, SILENT = "127.0.0.2", "127.0.0.1", "127.0.0.3"
HOST, OTHER, UNCERTIFIED = "calendars.example.org", "other.example.org", "uncertified.example.org"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
ATTEMPTS = 5

Script = Callable[[socket.socket], None]
"""The server's answer on a connection, after it has read the request."""


@dataclass
class World:
    """The server with its script, the requests and server names it has received, and the inside listener."""

    server: socket.socket
    inside: socket.socket
    certificate: Path
    script: Script = lambda connection: connection.sendall(reply())
    speaks_tls: bool = True
    requests: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self.server.getsockname()[1]
        return port

    def network(self, *addresses: str) -> Network:
        """Return a network in which every name has these addresses, and the server's address counts as public."""
        return self.resolving(lambda _host: addresses or (OUTSIDE,))

    def resolving(self, resolve: Callable[[str], tuple[str, ...]]) -> Network:
        def permits(address: str) -> bool:
            return address in (OUTSIDE, SILENT) or is_public(address)

        return Network(resolve, permits, self.port, lambda: ssl.create_default_context(cafile=self.certificate))

    def inside_was_reached(self) -> bool:
        return bool(select.select([self.inside], [], [], 0)[0])

    def _serve(self) -> None:
        with suppress(OSError):  # the server is closed at the end
            while True:
                threading.Thread(target=self._answer, args=(self.server.accept()[0],), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:  # the client may close the connection at any time
            if not self.speaks_tls:
                return self.script(plain)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            context.sni_callback = lambda _connection, name, _context: self.names.append(str(name))
            with context.wrap_socket(plain, server_side=True) as connection:
                self.requests.append(_head(connection))
                self.script(connection)
        return None


@contextmanager
def world(certificate: Path) -> Iterator[World]:
    for _ in range(ATTEMPTS):
        server = socket.create_server((OUTSIDE, 0))
        try:
            inside = socket.create_server((INSIDE, server.getsockname()[1]))
        except OSError:
            server.close()
        else:
            break
    with server, inside:
        opened = World(server, inside, certificate)
        threading.Thread(target=opened._serve, daemon=True).start()
        yield opened
        server.shutdown(socket.SHUT_RDWR)


def certificate_in(folder: Path) -> Path:
    """Write a self-signed certificate of two names with its key, and return its path."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    names = f"subjectAltName=DNS:{HOST},DNS:{OTHER}"
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    options = ("-subj", "/CN=Calendars", "-addext", names, "-keyout", str(key), "-out", str(certificate))
    subprocess.run([*command, *options], check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    return certificate


def reply(status: str = "200 OK", body: bytes = CALENDAR, **headers: str) -> bytes:
    """Return an HTTP response; ``content_length=""`` omits that header."""
    fields = {"content_type": "text/calendar", "content_length": str(len(body))} | headers
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def sends(*parts: bytes) -> Script:
    """Return a script that sends these bytes and closes the connection."""
    return lambda connection: connection.sendall(b"".join(parts))


def sends_on(*links: str) -> Script:
    """Return a script that redirects to these links in turn, and then always to the last."""
    left = list(links)

    def script(connection: socket.socket) -> None:
        connection.sendall(reply("302 Found", b"", location=left.pop(0) if len(left) > 1 else left[0]))

    return script


def repeats(start: bytes, again: bytes, every: float = 0.0) -> Script:
    """Return a script that sends ``start`` and then ``again`` at an interval in seconds, until the client closes."""

    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(again)
            time.sleep(every)

    return script


def resets(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


def says_nothing(connection: socket.socket) -> None:
    """Read until the client closes the connection."""
    while connection.recv(1024):
        pass


def _head(connection: ssl.SSLSocket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
        head += more
    return head
