"""Allowed and refused links."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.free_busy.errors import CalendarRefused
from api.free_busy.links import CalendarAddress, checked_address, is_public

HOSTS = ("Calendars.example.org", ".example.net")
SECRET = "S3cret"
NO_LINK = "This is not a link. Copy the calendar's link again, whole and without spaces."
NOT_HTTPS = "The link does not begin with https:// or webcal://. Enter one that does."
NO_NAME = "The link has no host name such as calendar.example.org. Enter one that has."
USER = "The link has a user name or password. Enter the link of a published calendar."


def not_allowed(host: str) -> str:
    return f"Calendars may not be fetched from {host}. Ask your service's support to allow it, or upload the calendar's file."


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("https://calendars.example.org/a/b.ics?key=1#part", CalendarAddress("calendars.example.org", "/a/b.ics?key=1")),
        ("webcal://Calendars.Example.ORG", CalendarAddress("calendars.example.org", "/")),
        ("HTTPS://calendars.example.org:443/", CalendarAddress("calendars.example.org", "/")),
        ("https://a.b.example.net//x", CalendarAddress("a.b.example.net", "//x")),
    ],
)
def test_a_link_to_an_allowed_host_is_accepted(link: str, place: CalendarAddress) -> None:
    assert checked_address(link, HOSTS) == place


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("", NO_LINK),
        ("https://calendars.example.org/a b", NO_LINK),
        ("https://calendars.example.org/a\r\nHost: inside", NO_LINK),
        ("https://calendars.example.org/\u0430", NO_LINK),
        ("https://[calendars.example.org/", NO_LINK),
        ("https://calendars.example.org:x/", NO_LINK),
        ("http://calendars.example.org/", NOT_HTTPS),
        ("file:///etc/passwd", NOT_HTTPS),
        ("calendars.example.org/a.ics", NOT_HTTPS),
        ("https://user:password@calendars.example.org/", USER),
        ("https://calendars.example.org@127.0.0.1/", USER),
        ("https://calendars.example.org\\@127.0.0.1/", USER),
        ("https:///a.ics", NO_NAME),
        ("https://localhost/", NO_NAME),
        ("https://127.0.0.1/", NO_NAME),
        ("https://127.1/", NO_NAME),
        ("https://2130706433/", NO_NAME),
        ("https://0x7f000001/", NO_NAME),
        ("https://0x7f.0.0.0x1/", NO_NAME),
        ("https://0177.0.0.01/", NO_NAME),
        ("https://[::1]/", NO_NAME),
        ("https://[::ffff:127.0.0.1]/", NO_NAME),
        ("https://[fe80::1%25eth0]/", NO_NAME),
        ("https://calendars.example.org./", NO_NAME),
        ("https://calendars.example.org\\.example.net/", NO_NAME),
        ("https://%63alendars.example.org/", NO_NAME),
        (f"https://{'a' * 64}.example.net/", NO_NAME),
        (f"https://{'a.' * 125}example.net/", NO_NAME),
        ("https://calendars.example.org:8443/", "The link names port 8443 of calendars.example.org. Enter one without a port."),
        ("https://inside.example.org/", not_allowed("inside.example.org")),
        ("https://example.net/", not_allowed("example.net")),
        ("https://badexample.net/", not_allowed("badexample.net")),
        ("https://calendars.example.org.evil.com/", not_allowed("calendars.example.org.evil.com")),
        ("https://metadata.google.internal/", not_allowed("metadata.google.internal")),
    ],
)
def test_any_other_link_is_refused(link: str, message: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        checked_address(link, HOSTS)
    assert str(refused.value) == message


@given(st.text(max_size=30), st.text(max_size=30))
@example("https://calendars.example.org/", "")
@example("https://user:", "@calendars.example.org")
@example("https://calendars.example.org:", "")
def test_no_link_is_quoted_in_its_error(before: str, after: str) -> None:
    try:
        place = checked_address(f"{before}/{SECRET}{after}", HOSTS)
    except CalendarRefused as refused:
        assert SECRET not in str(refused)
    else:
        assert place.host == "calendars.example.org" or place.host.endswith(".example.net")
        assert SECRET not in repr(place)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "100.63.255.255", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_internet_address_is_public(address: str) -> None:
    assert is_public(address)


NOT_PUBLIC = """
    0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1
    192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::
    3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_a_special_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_ipv6_is_not_public(address: ipaddress.IPv4Address) -> None:
    low = int(address)
    forms = (low, 0xFFFF << 32 | low, 0x64FF9B << 96 | low, 0x2002 << 112 | low << 80, 0x20010000 << 96 | low ^ 0xFFFFFFFF)
    assert not any(is_public(str(ipaddress.IPv6Address(form))) for form in forms)


@given(st.ip_addresses())
def test_an_address_that_python_calls_private_is_not_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    special = address.is_private or address.is_reserved or address.is_multicast or address.is_link_local or address.is_loopback
    assert not (special and is_public(str(address)))
