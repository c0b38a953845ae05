from __future__ import annotations

from dataclasses import replace

from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.pages.sending import read, texts

CONTACT = "conferences@example.gov.uk"


def test_statements_name_the_contact(settings: Settings) -> None:
    with TestClient(create_app(replace(settings, contact=CONTACT))) as client:
        for path in ("/accessibility", "/privacy"):
            assert f"contact {CONTACT}." in read(client, path)


def test_without_a_contact_the_statements_say_whom_to_ask(client: TestClient) -> None:
    assert "have not entered a contact yet" in read(client, "/accessibility")
    assert "data protection officer" in read(client, "/privacy")


def test_the_accessibility_statement_has_the_parts_that_the_law_asks_for(client: TestClient) -> None:
    assert texts(read(client, "/accessibility"), "h2") == [
        "What is known not to work", "Feedback and contact", "Enforcement", "Compliance", "How they were tested",
    ]  # fmt: skip


def test_the_cookie_that_is_listed_is_the_only_one(client: TestClient) -> None:
    assert texts(read(client, "/cookies"), "th")[-1] == "forms"
    assert list(client.cookies) == ["forms"]
