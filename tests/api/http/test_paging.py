from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.paging import page_of


@pytest.mark.parametrize(
    ("rows", "page"),
    [
        ("", {"items": [], "next": None}),
        ("ab", {"items": ["A", "B"], "next": None}),
        ("abc", {"items": ["A", "B"], "next": ord("b")}),
    ],
)
def test_a_page_has_a_next_place_if_there_is_more(rows: str, page: dict[str, Any]) -> None:
    assert page_of(rows, 2, str.upper, ord) == page


def test_pages_are_stable_while_items_are_added_and_removed(seeded: TestClient) -> None:
    def page(**query: int) -> dict[str, Any]:
        result: dict[str, Any] = seeded.get("/api/v1/sites", params=query).json()
        return result

    def add(*identifiers: str) -> None:
        for identifier in identifiers:
            assert seeded.post("/api/v1/sites", json={"id": identifier}).status_code == 201

    add("S1", "S2", "S3")
    first = page(most=2)
    assert [site["id"] for site in first["items"]] == ["AYL", "AMR"]
    add("A0")
    second = page(most=2, after=first["next"])
    assert [site["id"] for site in second["items"]] == ["WYC", "S1"]
    assert seeded.delete("/api/v1/sites/S1", headers={"if-match": '"1"'}).status_code == 204
    third = page(most=2, after=second["next"])
    assert [site["id"] for site in third["items"]] == ["S2", "S3"]
    last = page(most=2, after=third["next"])
    assert ([site["id"] for site in last["items"]], last["next"]) == (["A0"], None)


@pytest.mark.parametrize("query", [{"most": 0}, {"most": 501}, {"most": "x"}, {"after": -1}, {"after": 2**31}])
def test_an_invalid_page_is_refused(client: TestClient, query: dict[str, Any]) -> None:
    response = client.get("/api/v1/sites", params=query)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid")
    assert [error["where"] for error in response.json()["errors"]] == [f"query.{next(iter(query))}"]
