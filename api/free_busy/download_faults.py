"""The true causes of answers that are no calendar, in words for the person who entered the link."""

from __future__ import annotations

import re
import ssl
from urllib.parse import parse_qs, urljoin, urlsplit

from api.free_busy.links import CHECK

PUBLISH = "Publish the calendar to everybody, and enter its ICS link."
LATER = "The service tries again later; the busy times that it has read before stay."
_SIGN_IN_HOST = re.compile(
    r"(?:accounts?|adfs|appleid|auth|id|idmsa|idp|login|logon|secure-?login|sign-?in|sso|sts)[0-9]*\."
    r"|.*\.(?:okta|onelogin|auth0|pingone)\.com$"
)
_SIGN_IN_PATH = re.compile(
    r"/(?:adfs/ls|auth/logon|log[-_]?in|logon|oauth2?|openid|saml2?|servicelogin|sign[-_]?in|sso)(?:[/.]|$)", re.IGNORECASE
)
_ERROR_PAGE = "/errorfe.aspx"
_UNKNOWN_PROGRAM = "owabasicunsupported"
"""Outlook's error for programs that are not on its list."""


def fault_of_redirect(host: str, target: str, link: str) -> str | None:
    """Return why the target of a redirect can't be a calendar, or None if it may be one.

    Outlook redirects to an error page, and servers of unpublished calendars to a sign-in page.
    """
    try:
        parts = urlsplit(urljoin(link, target))
    except ValueError:
        return None
    if parts.path.lower().endswith(_ERROR_PAGE):
        query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
        status = query.get("httpcode", "")
        return fault_of_status(host, int(status) if re.fullmatch("[0-9]{3}", status) else 500, query.get("owaerror", ""))
    if _SIGN_IN_HOST.match(parts.hostname or "") or _SIGN_IN_PATH.search(parts.path):
        return f"{host} asks for a sign-in: the calendar is not published to everybody. {PUBLISH}"
    return None


def fault_of_status(host: str, status: int, outlooks_error: str = "") -> str:
    """Return the cause of a status other than 200. ``outlooks_error`` is the name that Outlook gives to it, if it does."""
    if _UNKNOWN_PROGRAM in outlooks_error.lower():
        return (
            f"{host} does not accept this service as a calendar program ({status}). "
            "Report this to your service's support, and upload the calendar's file until then."
        )
    match status:
        case 401 | 403 | 407:
            return f"{host} asks for a sign-in ({status}): the calendar is not published to everybody. {PUBLISH}"
        case 404 | 410:
            cause = "the link is withdrawn, or the calendar is not published"
            return f"{host} has no calendar at this link ({status}): {cause}. {PUBLISH}"
        case 408 | 425 | 429:
            return f"{host} receives too many requests, or is too slow ({status}). {LATER}"
        case _ if status >= 500:
            return f"{host} reports a fault of its own ({status}). {LATER}"
    return f"{host} answers with status {status} and no calendar. {CHECK}"


def fault_of_page(host: str) -> str:
    """Return the cause of a web page in place of a calendar."""
    return f"{host} sends a web page, such as one to sign in, and no calendar. {PUBLISH}"


def fault_of_tls(host: str, error: ssl.SSLError) -> str:
    """Return the cause of a failed TLS handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{host} can't prove that it is {host}: {error.verify_message.rstrip('.')}. {CHECK}"
    reason = (error.reason or "unknown cause").replace("_", " ").lower()
    return f"{host} makes no secure connection (TLS): {reason}. {CHECK}"
