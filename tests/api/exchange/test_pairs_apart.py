"""Pairs kept apart in an import: a pair that the diary's families keep apart already is not added again."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.formats import Format, encode
from scheduler.domain.problem import Problem
from tests.api.exchange.importing import commit, export, put_document, send
from tests.builders import conference, tiny_problem

OF_FAMILIES = [["F-1", "F-2"]]


def families(*pairs: list[str], **of: str) -> Problem:
    """Return a problem of the conferences A, B and C, of the families F-1, F-2 and F-3 unless changed."""
    named = {"A": "F-1", "B": "F-2", "C": "F-3"} | of
    return tiny_problem(conferences=[conference(name, family=family) for name, family in named.items()], apart=list(pairs))


def pairs(client: TestClient) -> Any:
    return client.get("/api/v1/apart").json()


@pytest.mark.parametrize("format_", list(Format))
def test_an_export_that_is_imported_again_adds_no_pair(client: TestClient, format_: Format) -> None:
    commit(client, families(*OF_FAMILIES))
    answer = send(client, export(client, format_), format_).json()
    assert (answer["fields"], answer["documents"]["changed"]) == ([], [])
    assert send(client, export(client, format_), format_, mode="commit").status_code == 200
    assert pairs(client) == OF_FAMILIES


@pytest.mark.parametrize("pair", [["A", "B"], ["B", "A"], ["A", "F-2"], ["F-1", "B"], ["F-2", "F-1"]])
def test_a_pair_that_is_kept_apart_already_is_not_added(client: TestClient, pair: list[str]) -> None:
    commit(client, families(*OF_FAMILIES))
    commit(client, families(pair))
    assert pairs(client) == OF_FAMILIES


@pytest.mark.parametrize("pair", [["A", "C"], ["F-3", "B"]])
def test_a_pair_of_other_families_is_added(client: TestClient, pair: list[str]) -> None:
    commit(client, families(*OF_FAMILIES))
    commit(client, families(pair))
    assert pairs(client) == [*OF_FAMILIES, pair]


def test_a_pair_of_a_family_that_the_file_changes_is_added(client: TestClient) -> None:
    commit(client, families(*OF_FAMILIES))
    answer = send(client, encode(families(["A", "B"], A="F-9"), Format.JSON), mode="commit", overwrite="all")
    assert (answer.status_code, pairs(client)) == (200, [*OF_FAMILIES, ["A", "B"]])


def test_a_pair_of_new_conferences_of_the_families_is_not_added(client: TestClient) -> None:
    commit(client, families(*OF_FAMILIES))
    commit(client, families(["D", "B"], D="F-1"))
    assert pairs(client) == OF_FAMILIES


def test_stored_pairs_stay(client: TestClient) -> None:
    commit(client, families(*OF_FAMILIES))
    both = [*OF_FAMILIES, ["A", "B"]]
    put_document(client, "apart", both)
    commit(client, families(["B", "A"], ["F-1", "F-2"]))
    assert pairs(client) == both
