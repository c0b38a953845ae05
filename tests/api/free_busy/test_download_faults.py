"""Refusals of real local servers are named by their cause: a sign-in, Outlook's own errors, a web page."""

from __future__ import annotations

import pytest

from tests.api.free_busy.outside import HOST, OTHER, World, reply, sends, sends_on
from tests.api.free_busy.test_download import LATER, OWA_ERROR, PUBLISH, SECRET, refusal


@pytest.mark.parametrize(
    "target",
    [
        f"https://login.microsoftonline.com/common/oauth2/authorize?client_id={SECRET}",
        "https://login.live.com/login.srf?wa=wsignin1.0",
        f"https://accounts.google.com/ServiceLogin?continue={SECRET}",
        "https://accounts.google.com/v3/signin/identifier",
        "https://idmsa.apple.com/",
        "https://example.okta.com/app/office365",
        "https://sts.example.org/adfs/ls/?wa=wsignin1.0",
        f"https://{OTHER}/users/sign_in",
        f"https://{OTHER}/login?next=/{SECRET}.ics",
        "/owa/auth/logon.aspx?replaceCurrent=1",
        "/saml2/start",
    ],
)
def test_a_redirect_to_a_sign_in_page_is_named_as_such(world: World, target: str) -> None:
    world.script = sends_on(target)
    assert refusal(world.network()) == f"{HOST} asks for a sign-in: the calendar is not published to everybody. {PUBLISH}"
    assert len(world.requests) == 2, "asked by each name, and the redirect is not followed"


UNKNOWN_PROGRAM = (
    f"{HOST} does not accept this service as a calendar program (500). "
    "Report this to your service's support, and upload the calendar's file until then."
)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"?httpCode=500&msg=1&owaError={OWA_ERROR}&owaVer=15", UNKNOWN_PROGRAM),
        ("?httpCode=500&et=OpenIdConnect", f"{HOST} reports a fault of its own (500). {LATER}"),
        (
            "?httpCode=404",
            f"{HOST} has no calendar at this link (404): the link is withdrawn, or the calendar is not published. {PUBLISH}",
        ),
        ("?httpCode=x", f"{HOST} reports a fault of its own (500). {LATER}"),
        ("", f"{HOST} reports a fault of its own (500). {LATER}"),
    ],
)
def test_outlooks_error_page_is_named_by_its_cause(world: World, query: str, message: str) -> None:
    world.script = sends_on(f"/owa/auth/errorFE.aspx{query}")
    assert refusal(world.network()) == message
    assert len(world.requests) == 2, "asked by each name, and the redirect is not followed"


def test_outlooks_refusal_of_programs_is_named(world: World) -> None:
    world.script = sends(reply("500 Internal Server Error", b"<html>", x_owa_error=OWA_ERROR))
    assert refusal(world.network()) == UNKNOWN_PROGRAM


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "text/calendar", "application/octet-stream", ""])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>Sign in</html>", b"\xef\xbb\xbf\r\n <html>"])
def test_a_web_page_is_named_whatever_its_type_says(world: World, content_type: str, body: bytes) -> None:
    world.script = sends(reply(body=body, content_type=content_type))
    assert refusal(world.network()) == f"{HOST} sends a web page, such as one to sign in, and no calendar. {PUBLISH}"
