"""Which links to calendars may be followed: https to a host that is allowed, and to the public internet only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from api.free_busy.errors import CalendarRefused

HTTPS = 443
CHECK = "Check the link in a browser, or upload the calendar's file."
_VISIBLE = re.compile(r"[!-~]+")
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")  # what begins with a digit may be a number, and so an address
_UNICAST = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


@dataclass(frozen=True)
class CalendarAddress:
    """Where a link leads: a host's name in lower case, and what is asked of it, which is as secret as the link."""

    host: str
    target: str = field(repr=False)


def place_of(link: str, hosts: Collection[str], port: int = HTTPS) -> CalendarAddress:
    """Where a link leads, if it may be followed.

    ``hosts`` are those that are allowed: names, or ``.example.org`` for every name that ends so. webcal:// stands for https://.
    Raises CalendarRefused, which tells the link's host at most.
    """
    try:
        if not _VISIBLE.fullmatch(link):
            raise ValueError
        parts = urlsplit(link)
        host, asked_port = parts.hostname or "", parts.port
    except ValueError:
        raise CalendarRefused("This is not a link. Copy the calendar's link again, whole and without spaces.") from None
    if parts.scheme not in ("https", "webcal"):
        raise CalendarRefused("The link does not begin with https:// or webcal://. Enter one that does.")
    if "@" in parts.netloc:
        raise CalendarRefused("There is a user name or password in the link. Enter the link of a calendar that is published.")
    if not (len(host) <= 253 and _NAME.fullmatch(host)):
        raise CalendarRefused("The link does not name its host, as calendar.example.org does. Enter one that names it.")
    if asked_port not in (None, port):
        raise CalendarRefused(f"The link asks {host} at port {asked_port}. Enter one without a port.")
    if not any(host == allowed or (allowed.startswith(".") and host.endswith(allowed)) for allowed in map(str.lower, hosts)):
        raise CalendarRefused(
            f"Calendars may not be fetched from {host}. Ask whoever runs the service to allow it, or upload the calendar's file."
        )
    return CalendarAddress(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(address: str) -> bool:
    """Whether it is the address of one host in the public internet, after IANA's registries of special addresses.

    IPv6 addresses that hold an IPv4 address (mapped, NAT64, 6to4, Teredo) never are, whichever they hold.
    """
    ip = ipaddress.ip_address(address)
    if ip.is_multicast or any(ip in network for network in _SPECIAL):
        return False
    return ip.is_global and (ip.version == 4 or ip in _UNICAST)
