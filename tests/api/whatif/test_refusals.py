from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.settings import Settings
from api.whatif import requests as whatif_requests
from fixtures.tiny import RAW
from scheduler.files.file_safety import MOST_BYTES
from tests.api.support.builders import Clock, fill
from tests.api.whatif.test_routes import BOTH, JANUARY, LEAVES, WHATIF, problem, solves_queued

GRIDS = "Enter one such as chairs=5..8 or demand=-20..40:20."


def faults_problem(*wrong: tuple[str, str]) -> dict[str, Any]:
    errors = [{"where": where, "message": message} for where, message in wrong]
    return problem("invalid", "Unprocessable Entity", 422, f"The data has faults: {len(wrong)}.") | {"errors": errors}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (
            {"scenarios": [LEAVES, {"name": "Two", "changes": [{"change": "chair_leaves", "chair": "C7"}]}]},
            [("scenarios[Two].changes[0].chair", "there is no chair 'C7'. Enter an id that is listed under chairs.")],
        ),
        (
            {
                "scenarios": [
                    LEAVES
                    | {
                        "changes": [
                            LEAVES["changes"][0],
                            {"change": "chair_absent", "chair": "C3", "first": "2027-01-11", "last": "2027-01-15"},
                        ]
                    }
                ]
            },
            [
                (
                    "scenarios[C3 leaves].changes[1]",
                    "This contradicts or repeats another change: 'C3 leaves.' Keep only one of them.",
                )
            ],
        ),
        ({"scenarios": []}, [("scenarios", "there is no scenario. Enter at least one.")]),
        ({}, [("scenarios", "there is no scenario. Enter at least one.")]),
        (
            {"scenarios": [LEAVES, LEAVES]},
            [("scenarios[1].name", "'C3 leaves' is already the name of scenarios[0]. Enter a different name for each.")],
        ),
        (
            {"scenarios": [{"name": "Many", "changes": LEAVES["changes"] * 51}]},
            [("scenarios[0].changes", "51 changes are too many for one scenario. Enter 50 or fewer.")],
        ),
        (
            {"grid": ["chairs=5..3"]},
            [("grid", f"chairs=5..3: the range runs backwards: 5 is after 3. {GRIDS}")],
        ),
        ({"grid": ["chairs=90"]}, [("scenarios[90 chairs]", "87 changes are too many for one scenario. Enter 50 or fewer.")]),
    ],
)
def test_every_fault_of_a_comparison_is_listed_and_nothing_is_queued(
    seeded: TestClient, store: Store, body: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    response = seeded.post(WHATIF, json=JANUARY | body)
    assert (response.status_code, response.json()) == (422, faults_problem(*wrong))
    assert seeded.get(WHATIF).json() == {"items": [], "next": None}
    assert solves_queued(store) == 0


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (BOTH | {"scenarios": [{"name": f"S{n}", "changes": []} for n in range(10_000)]}, "10,000"),
        ({"grid": ["chairs=1..100", "rooms=1..100"]}, "10,000"),
        ({"grid": ["chairs=1..100"], "scenarios": [LEAVES]}, "101"),
    ],
)
def test_too_many_scenarios_are_refused_with_the_limit(
    seeded: TestClient, store: Store, body: dict[str, Any], count: str
) -> None:
    response = seeded.post(WHATIF, json=JANUARY | body)
    detail = f"{count} scenarios are too many at once. Ask for 100 or fewer."
    assert (response.status_code, response.json()) == (422, problem("invalid", "Unprocessable Entity", 422, detail))
    assert solves_queued(store) == 0


def test_the_limit_can_be_set(settings: Settings, store: Store) -> None:
    few = replace(settings, whatif_scenarios=1)
    fill(store)
    with TestClient(create_app(few, Clock())) as client:
        response = client.post(WHATIF, json=JANUARY | BOTH)
        assert response.json()["detail"] == "2 scenarios are too many at once. Ask for 1 or fewer."


def test_problems_that_are_too_large_together_are_refused(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif_requests, "MAX_BYTES", 1 << 10)
    response = seeded.post(WHATIF, json=JANUARY | BOTH)
    detail = "The problems of these scenarios have more than 0 MB together. Compare fewer at once."
    assert (response.status_code, response.json()["detail"]) == (422, detail)


def test_the_size_limit_counts_what_scenarios_add(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = JANUARY | {"grid": ["demand=1000"]}
    with monkeypatch.context() as patched:
        patched.setattr(whatif_requests, "MAX_BYTES", 3 * len(seeded.get("/api/v1/conferences").content))
        assert seeded.post(WHATIF, json=body).status_code == 422
    assert seeded.post(WHATIF, json=body).status_code == 202


UNCLEAR = ("", "it is not clear what to compare. Enter first and last, or the id of a plan, or a problem.")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (BOTH, UNCLEAR),
        (BOTH | {"first": "2027-01-04"}, UNCLEAR),
        (BOTH | JANUARY | {"plan": "P-1"}, UNCLEAR),
        (BOTH | {"plan": "P-1", "problem": {}}, UNCLEAR),
        (BOTH | JANUARY | {"work_limit": -1}, ("work_limit", "-1 is too small. Enter more than 0.")),
        (BOTH | JANUARY | {"work_limit": True}, ("work_limit", "true is not a number. Enter a number such as 0.6.")),
        (BOTH | JANUARY | {"work_limit": "5"}, ("work_limit", "'5' is not a number. Enter a number such as 0.6.")),
        (BOTH | JANUARY | {"work_limit": 201}, ("work_limit", "201 is too large. Enter 200 or less.")),
    ],
)
def test_an_invalid_request_is_refused_with_the_place_of_the_error(
    seeded: TestClient, body: dict[str, Any], wrong: tuple[str, str]
) -> None:
    response = seeded.post(WHATIF, json=body)
    refusal = problem("invalid", "Unprocessable Entity", 422, "The request has errors.")
    errors = [{"where": wrong[0], "message": wrong[1]}]
    assert (response.status_code, response.json()) == (422, refusal | {"errors": errors})


def test_faults_of_a_problem_in_the_request_are_listed(client: TestClient) -> None:
    raw = {name: value for name, value in RAW.items() if name != "horizon"}
    response = client.post(WHATIF, json={"problem": raw, **BOTH})
    assert (response.status_code, response.json()) == (422, faults_problem(("problem.horizon", "is missing. Enter it.")))


def test_values_that_json_does_not_allow_are_refused(seeded: TestClient) -> None:
    body = b'{"problem": {"version": NaN}, "scenarios": []}'
    response = seeded.post(WHATIF, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    body = b'{"first": "2027-01-04", "last": "2027-01-31", "work_limit": NaN, "scenarios": []}'
    response = seeded.post(WHATIF, content=body, headers={"Content-Type": "application/json"})
    assert response.json()["errors"] == [{"where": "work_limit", "message": "nan is not a number. Enter a number such as 0.6."}]


def test_a_body_that_is_too_large_is_refused(seeded: TestClient) -> None:
    body = b'{"problem": {"' + b"x" * MOST_BYTES + b'": 1}, "scenarios": []}'
    response = seeded.post(WHATIF, content=body, headers={"Content-Type": "application/json"})
    detail = f"It has {len(body)} bytes. Send {MOST_BYTES} or fewer."
    assert (response.status_code, response.json()["detail"]) == (413, detail)
