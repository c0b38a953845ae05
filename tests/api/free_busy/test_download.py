"""Downloads from real local servers, most of them hostile: each ends in time with a clear error and reaches nothing inside."""

from __future__ import annotations

import re
import socket
import time
from itertools import chain, repeat
from pathlib import Path

import pytest

from api.free_busy.download import INTERNET, SECONDS, Network, addresses_of, fetch
from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import MAX_BYTES
from api.free_busy.links import is_public
from tests.api.free_busy import outside
from tests.api.free_busy.outside import (
    CALENDAR,
    HOST,
    INSIDE,
    OTHER,
    OUTSIDE,
    SILENT,
    UNCERTIFIED,
    Script,
    World,
    repeats,
    reply,
    resets,
    says_nothing,
    sends,
    sends_on,
)
from tests.hanging import LONG, within

SECRET = "S3cret"
LINK = f"https://{HOST}/{SECRET}.ics"
HOSTS = (HOST, OTHER, UNCERTIFIED)
FEW_SECONDS = 0.5
CHECK = "Check the link in a browser, or upload the calendar's file."
PUBLISH = "Publish the calendar to everybody, and enter its ICS link."
LATER = "The service tries again later; the busy times that it has read before stay."
SLOW = f"{HOST} takes too long to send the calendar. {CHECK}"
NOT_HTTP = f"{HOST} does not answer as a web server, or closes the connection. {CHECK}"
BREAKS_OFF = f"{HOST} can't be reached, or closes the connection. {CHECK}"
COMPRESSED = f"{HOST} sends the calendar in a compression that was not requested. {CHECK}"
TOO_MUCH = f"{HOST} sends more than 2 MB. Publish fewer months of the calendar."
NO_NAME = "The link has no host name such as calendar.example.org. Enter one that has."
ONWARD = f"{HOST} redirects to another link. "
NOT_SECURE = f"{HOST} makes no secure connection (TLS): {{}}. {CHECK}"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n"
OWA_ERROR = "Microsoft.Exchange.Clients.Owa2.Server.Core.OwaBasicUnsupportedException"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def refusal(network: Network, link: str = LINK, seconds: float = SECONDS) -> str:
    """Return the error for a refused link, which must come without the link's secret, and even if the server never ends."""

    def refused() -> str:
        with pytest.raises(CalendarRefused) as raised:
            fetch(link, HOSTS, seconds=seconds, network=network)
        return str(raised.value)

    error = within(LONG, refused)
    assert SECRET not in error
    return error


def test_the_inside_listener_notices_a_connection(certificate: Path) -> None:
    with outside.world(certificate) as opened:
        permissive = Network(lambda _host: (INSIDE,), lambda _address: True, opened.port)
        assert refusal(permissive, seconds=FEW_SECONDS) == SLOW
        assert opened.inside_was_reached()


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(content_length=""),
        CHUNKED + b"10\r\n" + CALENDAR[:16] + b"\r\n" + f"{len(CALENDAR) - 16:x}\r\n".encode() + CALENDAR[16:] + b"\r\n0\r\n\r\n",
        reply(content_encoding="identity", content_type="text/plain; charset=utf-8"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + reply(content_type=""),
    ],
    ids=["with its length", "until the end", "in chunks", "as text", "after a while"],
)
def test_a_calendar_is_fetched(world: World, answer: bytes) -> None:
    world.script = sends(answer)
    assert fetch(LINK, HOSTS, network=world.network()) == CALENDAR


def test_the_request_reveals_nothing_about_the_service(world: World) -> None:
    assert fetch(f"webcal://{HOST}/{SECRET}.ics?a=1#b", HOSTS, network=world.network()) == CALENDAR
    lines = world.requests[0].decode().split("\r\n")
    assert (world.names, lines[0], sorted(lines[1:-2])) == (
        [HOST],
        f"GET /{SECRET}.ics?a=1 HTTP/1.1",
        [
            "Accept-Encoding: identity",
            "Accept-Language: en-GB, en;q=0.9",
            "Accept: text/calendar, text/plain;q=0.5, */*;q=0.1",
            "Connection: close",
            f"Host: {HOST}:{world.port}",
            "User-Agent: Mozilla/5.0 (Linux) Chrome/139 (compatible; ConferencePlanner/0.1; calendar subscription)",
        ],
    )


def test_a_file_of_the_maximum_size_is_fetched(world: World) -> None:
    world.script = sends(reply(body=b"x" * MAX_BYTES))
    assert len(fetch(LINK, HOSTS, network=world.network())) == MAX_BYTES


def test_the_next_address_is_tried_if_one_does_not_answer(world: World) -> None:
    assert fetch(LINK, HOSTS, network=world.network(SILENT, OUTSIDE)) == CALENDAR


def test_three_redirects_are_followed_without_cookies(world: World) -> None:
    onward = sends_on("/two.ics", f"webcal://{OTHER}/three.ics", "four.ics")
    scripts = iter([onward, onward, onward, sends(reply())])

    def script(connection: socket.socket) -> None:
        next(scripts)(connection)

    world.script = script
    assert fetch(LINK, HOSTS, network=world.network()) == CALENDAR
    lines = [request.split(b"\r\n")[0] for request in world.requests]
    assert lines == [f"GET /{name}.ics HTTP/1.1".encode() for name in (SECRET, "two", "three", "four")]
    assert world.names == [HOST, HOST, OTHER, OTHER]
    assert not any(b"cookie" in request.lower() or b"referer" in request.lower() for request in world.requests)


def test_proxies_in_the_environment_are_not_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{INSIDE}:{world.port}")
    assert fetch(LINK, HOSTS, network=world.network()) == CALENDAR


@pytest.mark.parametrize(
    "host", [INSIDE, "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_a_link_to_an_ip_address_is_refused(world: World, host: str) -> None:
    network = world.resolving(lambda host_: tuple(addresses_of(host_)))
    assert refusal(network, f"https://{host}/{SECRET}.ics") == NO_NAME
    world.script = sends_on(f"https://{host}/{SECRET}.ics")
    assert refusal(world.network()) == ONWARD + NO_NAME
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        *(INSIDE, "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
        *("::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "fe80::1%lo"),
    ],
)
def test_a_name_with_a_private_address_is_refused(world: World, address: str) -> None:
    message = f"{HOST} is at {address}, which is not an address of the public internet. {CHECK}"
    assert refusal(world.network(address)) == message
    assert refusal(world.network(OUTSIDE, address)) == message
    assert refusal(world.network(address, OUTSIDE)) == message
    assert world.requests == []


def test_a_host_is_resolved_only_once(world: World) -> None:
    answers = chain([(OUTSIDE,)], repeat((INSIDE,)))
    assert fetch(LINK, HOSTS, network=world.resolving(lambda _host: next(answers))) == CALENDAR


def test_a_private_address_after_a_redirect_is_refused(world: World) -> None:
    answers = chain([(OUTSIDE,)], repeat((INSIDE,)))
    world.script = sends_on(LINK)
    message = f"{HOST} is at {INSIDE}, which is not an address of the public internet. {CHECK}"
    assert refusal(world.resolving(lambda _host: next(answers))) == message
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ((f"http://{HOST}/{SECRET}",), f"{ONWARD}The link does not begin with https:// or webcal://. Enter one that does."),
        (("file:///etc/passwd",), f"{ONWARD}The link does not begin with https:// or webcal://. Enter one that does."),
        (
            (f"//a:b@{HOST}/",),
            f"{ONWARD}The link has a user name or password. Enter the link of a published calendar.",
        ),
        ((f"//{HOST}:8443/",), f"{ONWARD}The link names port 8443 of {HOST}. Enter one without a port."),
        (("/a b",), f"{ONWARD}This is not a link. Copy the calendar's link again, whole and without spaces."),
        ((LINK,), f"{HOST} redirects more than 3 times. {CHECK}"),
        (("/1", "/2", f"//{OTHER}/3", "/4"), f"{HOST} redirects more than 3 times. {CHECK}"),
        (
            ("https://inside.example.com/",),
            f"{ONWARD}Calendars may not be fetched from inside.example.com. Ask your service's support to allow it, "
            "or upload the calendar's file.",
        ),
    ],
)
def test_a_redirect_is_checked_like_a_link(world: World, links: tuple[str, ...], message: str) -> None:
    world.script = sends_on(*links)
    assert refusal(world.network()) == message


@pytest.mark.parametrize(
    ("script", "message"),
    [
        pytest.param(repeats(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.02), SLOW, id="drips in headers"),
        pytest.param(repeats(OK + b"Content-Length: 9999\r\n\r\n", b"y", 0.02), SLOW, id="drips in body"),
        pytest.param(repeats(CHUNKED, b"1\r\ny\r\n", 0.02), SLOW, id="drips in chunks"),
        pytest.param(repeats(CHUNKED + b"0\r\n", b"X: y\r\n", 0.02), SLOW, id="drips after the chunks"),
        pytest.param(repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), SLOW, id="goes on for ever before it begins"),
        pytest.param(repeats(CHUNKED, b"1\r\ny\r\n" * 10_000), SLOW, id="tiny chunks"),
        pytest.param(says_nothing, SLOW, id="says nothing"),
        pytest.param(repeats(OK + b"\r\n", b"y" * 65536), TOO_MUCH, id="endless body"),
        pytest.param(repeats(OK + b"Content-Length: 99999999999\r\n\r\n", b"y" * 65536), TOO_MUCH, id="enormous body"),
        pytest.param(repeats(CHUNKED, b"10000\r\n" + b"y" * 65536 + b"\r\n"), TOO_MUCH, id="endless chunks"),
        pytest.param(repeats(OK, b"X: y\r\n"), NOT_HTTP, id="endless headers"),
        pytest.param(repeats(OK + b"X: ", b"y" * 65536), NOT_HTTP, id="endless header"),
        pytest.param(sends(b"SSH-2.0-OpenSSH_9.2\r\n"), NOT_HTTP, id="not HTTP"),
        pytest.param(sends(b""), BREAKS_OFF, id="closes at once"),
        pytest.param(sends(CHUNKED, b"zz\r\nno\r\n"), NOT_HTTP, id="broken chunks"),
        pytest.param(sends(CHUNKED, b"ff\r\nno"), NOT_HTTP, id="chunk that is cut off"),
        pytest.param(resets, BREAKS_OFF, id="resets"),
        pytest.param(sends(reply(content_encoding="gzip", body=b"\x1f\x8b")), COMPRESSED, id="gzip"),
        pytest.param(sends(reply(content_encoding="identity, br")), COMPRESSED, id="several encodings"),
        pytest.param(sends(reply(transfer_encoding="gzip, chunked", content_length="")), COMPRESSED, id="compressed chunks"),
        pytest.param(
            sends(reply(content_length="9999")),
            f"{HOST} closes the connection before the end of the calendar. {CHECK}",
            id="lying length",
        ),
        pytest.param(sends(reply(body=b"")), f"{HOST} sends nothing. {CHECK}", id="empty"),
        pytest.param(
            sends(reply(content_type="Text/HTML; charset=utf-8", body=b"<html>")),
            f"{HOST} sends a web page, such as one to sign in, and no calendar. {PUBLISH}",
            id="HTML",
        ),
    ],
)
def test_a_hostile_server_is_refused(world: World, script: Script, message: str) -> None:
    world.script = script
    assert refusal(world.network(), seconds=FEW_SECONDS if message == SLOW else SECONDS) == message


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, f"asks for a sign-in (401): the calendar is not published to everybody. {PUBLISH}"),
        (403, f"asks for a sign-in (403): the calendar is not published to everybody. {PUBLISH}"),
        (
            404,
            f"has no calendar at this link (404): the link is withdrawn, or the calendar is not published. {PUBLISH}",
        ),
        (
            410,
            f"has no calendar at this link (410): the link is withdrawn, or the calendar is not published. {PUBLISH}",
        ),
        (408, f"receives too many requests, or is too slow (408). {LATER}"),
        (429, f"receives too many requests, or is too slow (429). {LATER}"),
        (500, f"reports a fault of its own (500). {LATER}"),
        (503, f"reports a fault of its own (503). {LATER}"),
        (204, f"answers with status 204 and no calendar. {CHECK}"),
        (302, f"answers with status 302 and no calendar. {CHECK}"),
        (304, f"answers with status 304 and no calendar. {CHECK}"),
    ],
)
def test_any_other_status_than_200_is_refused(world: World, status: int, message: str) -> None:
    world.script = sends(reply(f"{status} {SECRET}"))
    assert refusal(world.network()) == f"{HOST} {message}"


def test_a_certificate_for_another_name_is_refused(world: World) -> None:
    message = refusal(world.network(), f"https://{UNCERTIFIED}/{SECRET}.ics")
    why = f"Hostname mismatch, certificate is not valid for '{UNCERTIFIED}'"
    assert message == f"{UNCERTIFIED} can't prove that it is {UNCERTIFIED}: {why}. {CHECK}"
    assert world.requests == []


def test_an_untrusted_certificate_is_refused(world: World) -> None:
    network = world.network()
    message = refusal(Network(network.resolve, network.permits, network.port))
    assert message == f"{HOST} can't prove that it is {HOST}: self-signed certificate. {CHECK}"
    assert world.requests == []


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (says_nothing, SLOW),
        (repeats(b"\x16\x03\x03\x40\x00", b"\0", 0.02), SLOW),
        (sends(reply()), f"{HOST} makes no secure connection (TLS): wrong version number. {CHECK}"),
        (
            sends(b"\x15\x03\x03\x00\x02\x02\x46"),
            f"{HOST} makes no secure connection (TLS): tlsv1 alert protocol version. {CHECK}",
        ),
        (resets, BREAKS_OFF),
    ],
    ids=["says nothing", "drips in the handshake", "speaks plainly", "speaks another version", "resets"],
)
def test_a_server_without_tls_is_refused(world: World, script: Script, message: str) -> None:
    world.speaks_tls, world.script = False, script
    assert refusal(world.network(), seconds=FEW_SECONDS if message == SLOW else SECONDS) == message


def test_an_unknown_host_is_refused(world: World) -> None:
    def nowhere(_host: str) -> tuple[str, ...]:
        raise OSError

    assert refusal(world.resolving(nowhere)) == f"There is no host {HOST}. {CHECK}"
    assert refusal(world.resolving(lambda _host: ())) == f"There is no host {HOST}. {CHECK}"
    assert refusal(world.network(SILENT)) == BREAKS_OFF


def test_a_slow_look_up_is_abandoned(world: World) -> None:
    def slow(_host: str) -> tuple[str, ...]:
        time.sleep(2 * FEW_SECONDS)
        return (OUTSIDE,)

    assert refusal(world.resolving(slow), seconds=FEW_SECONDS) == SLOW
    assert world.requests == []


def test_the_default_network_is_the_public_internet() -> None:
    assert (INTERNET.resolve, INTERNET.permits, INTERNET.port) == (addresses_of, is_public, 443)
    assert "127.0.0.1" in addresses_of("localhost")
    context = INTERNET.trust()
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")


PATTERNS = {
    "the shortest name": r"Mozilla/5\.0 \([^)]+\) Chrome/1[0-9]{2}\b",
    "a whole name": r".* AppleWebKit/\S+ \(.*\) Chrome/.* Safari/",
}
REFUSALS = {
    "a sign-in page": reply("302 Found", b"", location="https://login.microsoftonline.com/common/oauth2/authorize"),
    "an error page": reply("302 Found", b"", location=f"/owa/auth/errorFE.aspx?httpCode=500&owaError={OWA_ERROR}"),
    "another error page": reply("302 Found", b"", location="/owa/auth/errorfe.aspx?httpCode=500&et=OpenIdConnect"),
    "a named fault": reply("500 Internal Server Error", b"<html>", x_owa_error=OWA_ERROR),
    "a fault": reply("500 Internal Server Error", b"<html>"),
    "a ban": reply("403 Forbidden", b""),
}


def serves(world: World, accepted: str, refusal: bytes) -> None:
    """Let the server answer with a calendar only to programs whose name matches the pattern ``accepted``."""

    def script(connection: socket.socket) -> None:
        agent = next(line[12:] for line in world.requests[-1].decode().split("\r\n") if line.startswith("User-Agent: "))
        connection.sendall(reply() if re.match(accepted, agent) else refusal)

    world.script = script


@pytest.mark.parametrize("refusal_", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize(("accepted", "requests"), [("the shortest name", 1), ("a whole name", 2)])
def test_a_server_that_answers_browsers_alone_is_answered(world: World, refusal_: bytes, accepted: str, requests: int) -> None:
    serves(world, PATTERNS[accepted], refusal_)
    assert fetch(LINK, HOSTS, network=world.network()) == CALENDAR
    assert len(world.requests) == requests


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("a sign-in page", f"{HOST} asks for a sign-in: the calendar is not published to everybody. {PUBLISH}"),
        ("another error page", f"{HOST} reports a fault of its own (500). {LATER}"),
        ("a ban", f"{HOST} asks for a sign-in (403): the calendar is not published to everybody. {PUBLISH}"),
    ],
)
def test_a_server_that_refuses_browsers_too_is_asked_twice(world: World, kind: str, message: str) -> None:
    world.script = sends(REFUSALS[kind])
    assert refusal(world.network()) == message
    assert len(world.requests) == 2


def test_a_server_that_has_no_calendar_is_asked_once(world: World) -> None:
    world.script = sends(reply("404 Not Found", b""))
    refusal(world.network())
    assert len(world.requests) == 1
