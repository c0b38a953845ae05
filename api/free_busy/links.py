"""Checks of links to calendars: https to an allowed host, at an address of the public internet."""

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
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")  # a last label that begins with a digit may be part of an IP address
_UNICAST = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


@dataclass(frozen=True)
class CalendarAddress:
    """The address in a link: the host's name in lower case, and the request target, which is as secret as the link."""

    host: str
    target: str = field(repr=False)


def checked_address(link: str, hosts: Collection[str], port: int = HTTPS) -> CalendarAddress:
    """Return the address in a link, or raise CalendarRefused if the link is not allowed.

    ``hosts`` are the allowed hosts: names, or ``.example.org`` for every subdomain. ``webcal://`` is read as ``https://``.
    The error's message names the host, but no more of the link.
    """
    try:
        if not _VISIBLE.fullmatch(link):
            raise ValueError
        parts = urlsplit(link)
        host, port_in_link = parts.hostname or "", parts.port
    except ValueError:
        raise CalendarRefused("This is not a link. Copy the calendar's link again, whole and without spaces.") from None
    if parts.scheme not in ("https", "webcal"):
        raise CalendarRefused("The link does not begin with https:// or webcal://. Enter one that does.")
    if "@" in parts.netloc:
        raise CalendarRefused("The link has a user name or password. Enter the link of a published calendar.")
    if not (len(host) <= 253 and _NAME.fullmatch(host)):
        raise CalendarRefused("The link has no host name such as calendar.example.org. Enter one that has.")
    if port_in_link not in (None, port):
        raise CalendarRefused(f"The link names port {port_in_link} of {host}. Enter one without a port.")
    if not any(host == allowed or (allowed.startswith(".") and host.endswith(allowed)) for allowed in map(str.lower, hosts)):
        raise CalendarRefused(
            f"Calendars may not be fetched from {host}. Ask your service's support to allow it, or upload the calendar's file."
        )
    return CalendarAddress(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(address: str) -> bool:
    """True if the address is of one host in the public internet, by IANA's registries of special-purpose addresses.

    IPv6 addresses that hold an IPv4 address (mapped, NAT64, 6to4, Teredo) are never public.
    """
    ip = ipaddress.ip_address(address)
    if ip.is_multicast or any(ip in network for network in _SPECIAL):
        return False
    return ip.is_global and (ip.version == 4 or ip in _UNICAST)
