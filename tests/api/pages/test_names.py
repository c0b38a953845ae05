"""People have their names on pages, wherever a sentence of the API has their references."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.exchange.importing import change
from tests.api.support.builders import book

AWAY = {"first": "2027-01-11", "last": "2027-01-15"}
BY_API = "CPC-1: {} does not work on Tuesday 12 January 2027."
ON_PAGE = "{} does not work on Tuesday 12 January 2027."


@pytest.mark.parametrize(
    ("register", "reference", "name", "shown"),
    [
        ("chairs", "C1", "Ada Chair", "Ada Chair"),
        ("chairs", "C1", "", "C1"),
        ("minute-takers", "M1", "Mo Minutes", "Mo Minutes"),
    ],
)
@pytest.mark.parametrize("page", ["/", "/repairs/new"])
def test_a_broken_rule_names_the_person(
    seeded: TestClient, store: Store, page: str, register: str, reference: str, name: str, shown: str
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    change(seeded, f"{register}/{reference}", name=name, absences=[AWAY])
    found = seeded.get("/api/v1/conflicts").json()["items"]
    assert [one["text"] for one in found] == [BY_API.format(reference)]
    shown_page = seeded.get(page)
    assert (shown_page.status_code, ON_PAGE.format(shown) in shown_page.text) == (200, True)
    assert shown == reference or ON_PAGE.format(reference) not in shown_page.text
