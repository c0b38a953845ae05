from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.service import queries as documents
from api.diary.service.queries import DOCUMENTS, Document
from tests.api.diary.registers.test_routes import problem
from tests.api.support import builders

each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
EXAMPLES = {document.name: document.example for document in DOCUMENTS} | {"apart": [["CPC-1", "CPC-2"]]}


def path_of(document: Document) -> str:
    """Return a document's path, with the confirmation that the bank holidays are all."""
    return f"/api/v1/{document.name.replace('_', '-')}" + ("?replace=true" if document.name == "bank_holidays" else "")


def written(document: Document, value: Any) -> Any:
    """Return the value as the API shows it, with its defaults."""
    adapter = document.adapter
    return adapter.dump_python(adapter.validate_python(value), mode="json", by_alias=True)


@each
def test_a_document_has_its_default_until_it_is_changed(client: TestClient, document: Document) -> None:
    response = client.get(path_of(document))
    assert (response.status_code, response.headers["etag"]) == (200, '"0"')
    assert response.json() == document.adapter.dump_python(document.default, mode="json", by_alias=True)


@each
def test_a_document_is_replaced_as_a_whole(client: TestClient, store: Store, document: Document) -> None:
    builders.fill(store, give_documents=False)
    path, value = path_of(document), EXAMPLES[document.name]
    expected = written(document, value)
    changed = client.put(path, json=value, headers={"if-match": '"0"'})
    assert (changed.status_code, changed.json(), changed.headers["etag"]) == (200, expected, '"1"')
    read = client.get(path)
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, expected, '"1"')

    stale = client.put(path, json=value, headers={"if-match": '"0"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    assert client.put(path, json=value).status_code == 428
    assert client.put(path, json=value, headers={"if-match": '"1"'}).headers["etag"] == '"2"'


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.name != "apart"], ids=lambda document: document.name)
def test_a_document_can_be_stored_before_there_is_a_site(client: TestClient, document: Document) -> None:
    changed = client.put(path_of(document), json=document.example, headers={"if-match": '"0"'})
    assert (changed.status_code, changed.json()) == (200, written(document, document.example))


@pytest.mark.parametrize("name", ["bank_holidays", "terms", "virtual_starts"])
def test_null_and_an_empty_list_differ(client: TestClient, name: str) -> None:
    path = path_of(documents.BY_NAME[name])
    for version, (sent, value) in enumerate((("[]", []), ("null", None))):
        headers = {"if-match": f'"{version}"', "content-type": "application/json"}
        assert client.put(path, content=sent, headers=headers).status_code == 200
        assert client.get(path).json() == value


@pytest.mark.parametrize(
    ("path", "value", "where", "message"),
    [
        ("bank-holidays", ["2027-02-30"], "[0]", "'2027-02-30' is not a date. Enter a date such as 2026-12-01."),
        ("policy", {"caseload_capp": 85}, "caseload_capp", "is not a field here."),
        ("service", {"timezone": "UTC"}, "timezone", "'UTC' is not one of the choices. Enter one of: 'Europe/London'."),
        ("after-conferences", {"rebook_days": -1}, "rebook_days", "-1 is too small. Enter 0 or more."),
        (
            "terms",
            [{"first": "2027-02-02", "last": "2027-02-01"}],
            "[0]",
            "the range runs backwards: 2027-02-02 is after 2027-02-01. Enter a first day on or before the last.",
        ),
    ],
)
def test_an_invalid_document_is_refused_in_plain_words(
    client: TestClient, path: str, value: Any, where: str, message: str
) -> None:
    response = client.put(f"/api/v1/{path}", json=value, headers={"if-match": '"0"'})
    assert (response.status_code, response.json()) == (
        422,
        problem("invalid", "Unprocessable Entity", 422, "The request has errors.", (where, message)),
    )


def test_travel_to_an_unknown_site_is_refused(seeded: TestClient) -> None:
    before = seeded.get("/api/v1/travel").json()
    journey = [{"from": "AYL", "to": "WICK", "minutes": 40}]
    response = seeded.put("/api/v1/travel", json=journey, headers={"if-match": '"1"'})
    assert (response.status_code, response.json()) == (
        422,
        problem(
            "invalid",
            "Unprocessable Entity",
            422,
            "The data has faults: 1.",
            ("travel[0].to", "there is no site 'WICK'. Enter an id that is listed under sites."),
        ),
    )
    assert seeded.get("/api/v1/travel").json() == before


def test_a_bank_holiday_changes_due_dates(seeded: TestClient, store: Store) -> None:
    changed = seeded.put("/api/v1/bank-holidays", json=["2027-01-13"], headers={"if-match": '"0"'})
    assert changed.status_code == 200
    with store.reading() as connection:
        due = connection.exec_driver_sql("SELECT due FROM conferences WHERE id = 'CPC-1'").scalar_one()
    assert str(due) == "2027-01-25"


def test_englands_bank_holidays_stay_unless_they_are_replaced(seeded: TestClient) -> None:
    path = "/api/v1/bank-holidays"
    changed = seeded.put(path, json=["2027-01-13"], headers={"if-match": '"0"'})
    assert changed.json() == seeded.get(path).json() == sorted(changed.json())
    in_2027 = [day for day in changed.json() if day.startswith("2027")]
    assert in_2027 == [
        *("2027-01-01", "2027-01-13", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30"),
        *("2027-12-27", "2027-12-28"),
    ]

    replaced = seeded.put(f"{path}?replace=true", json=["2027-01-13"], headers={"if-match": '"1"'})
    assert replaced.json() == seeded.get(path).json() == ["2027-01-13"]
    again = seeded.put(path, json=["2027-01-14"], headers={"if-match": '"2"'})
    assert again.json() == ["2027-01-14"]  # England's were no longer known

    json = {"content-type": "application/json"}
    assert seeded.put(path, content="null", headers=json | {"if-match": '"3"'}).json() is None
    assert seeded.put(path, json=[], headers={"if-match": '"4"'}).json() == [day for day in changed.json() if day != "2027-01-13"]
