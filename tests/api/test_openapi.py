"""Schemathesis tests of the whole OpenAPI document: no request fails, and every answer is declared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, HookContext
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.whatif.worker import work_on
from tests.api.support.builders import Clock, book, fill
from tests.api.support.drafts import ALL, CPC_1, CPC_2, draft, publish
from tests.api.support.services import IN_PROCESS
from tests.api.support.sweeps import claimed

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES, MANY_EXAMPLES = 10, 150
PHASES = [Phase.generate]
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]

EMPTY = replace(IN_PROCESS, database_url="sqlite://", data=Path(gettempdir()))
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(EMPTY))
OPERATIONS = {operation.label: operation for operation in (result.ok() for result in SCHEMA.get_all_operations())}
each = pytest.mark.parametrize("label", OPERATIONS)
KNOWN: dict[str, Any] = {
    "sites": "AYL", "rooms": "AYL-1", "chairs": "C1", "minute-takers": "M1", "holds": "H-1",
    "conferences": "CPC-2", "bookings": 1, "publications": 1, "busy-calendars": "C1",
}  # fmt: skip
"""Existing ids for each collection; the fixture adds a plan, and a what-if whose base is solved."""
REFERENCES = {
    "site": "AYL", "from": "AYL", "to": "WYC", "base": "AYL", "room": "WYC-1", "chair": "C2", "minute_taker": "M2",
    "conference": "CPC-3", "start": "2027-01-13T10:00", "if-match": "*", "first": "2027-01-04", "last": "2027-01-31",
}  # fmt: skip
"""Existing values for a field of that name."""


@SCHEMA.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Use an existing id, half of the time."""
    noun = context.operation.path.removeprefix("/api/v1/").split("/")[0]
    use_known = path_parameters and noun in KNOWN and is_even(path_parameters)
    return dict.fromkeys(path_parameters, KNOWN[noun]) if use_known and path_parameters else path_parameters


def with_references(context: HookContext, sent: Any) -> Any:
    """Refer to existing objects, half of the time."""
    if isinstance(sent, list):
        return [with_references(context, item) for item in sent]
    if not isinstance(sent, dict):
        return sent
    chosen = REFERENCES if is_even(sent) else {}
    return {name: chosen.get(str(name).lower(), with_references(context, value)) for name, value in sent.items()}


def is_even(sent: Any) -> bool:
    return len(str(sent)) % 2 == 0


for part in ("headers", "query", "body"):
    SCHEMA.hook(f"map_{part}")(with_references)


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """Build the small service of ``builders.py`` with a booking, a publication, and a plan to publish."""
    file = tmp_path_factory.mktemp("diary") / "diary.db"
    shutil.copyfile(migrated_file, file)
    store = Store(f"sqlite:///{file}")
    fill(store)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    with TestClient(create_app(replace(IN_PROCESS, database_url=store.url), Clock())) as client:
        assert publish(client, draft(store, CPC_1, CPC_2)).status_code == 201
        scenarios = [{"name": "C3 leaves", "changes": [{"change": "chair_leaves", "chair": "C3"}]}]
        whatif = client.post("/api/v1/whatif", json={"first": "2027-01-04", "last": "2027-01-31", "scenarios": scenarios})
        KNOWN["whatif"] = whatif.json()["id"]
    work_on(store.url, claimed(store), "local")
    KNOWN["plans"] = draft(store, *ALL)
    store.close()
    return file


@pytest.fixture
def served(diary: Path, tmp_path: Path) -> Iterator[ASGIClient]:
    """Return a client of a service with a copy of that diary."""
    shutil.copyfile(diary, tmp_path / "diary.db")
    with get_client(create_app(replace(IN_PROCESS, data=tmp_path), Clock())) as client:
        yield client


def send(served: ASGIClient, label: str, examples: int) -> None:
    """Send valid and invalid requests for an operation."""
    operation = OPERATIONS[label]

    @given(st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    @settings(max_examples=examples, deadline=None, suppress_health_check=SUPPRESSED, phases=PHASES, database=None)
    def is_answered_as_declared(case: Case) -> None:
        case.call_and_validate(checks=CHECKS, session=served, app=served.app)

    is_answered_as_declared()


@each
def test_every_request_is_answered_as_declared(served: ASGIClient, label: str) -> None:
    send(served, label, EXAMPLES)


def examples() -> Iterator[tuple[str, str, Any]]:
    for label, operation in OPERATIONS.items():
        content = operation.definition.raw.get("requestBody", {}).get("content", {})
        for media_type, media in content.items():
            result = [media["example"]] if "example" in media else media.get("examples", {}).values()
            yield from ((label, media_type, example) for example in result)


@pytest.mark.parametrize(("label", "media_type", "example"), list(examples()))
def test_every_example_is_accepted(served: ASGIClient, label: str, media_type: str, example: Any) -> None:
    """An example may contradict the diary, but not its schema."""
    method, path = label.split(" ", 1)
    noun = path.removeprefix("/api/v1/").split("/")[0]
    sent = {"data": example.encode()} if media_type.startswith("text/") else {"json": example}
    headers = {"if-match": "*", "content-type": media_type}
    response = served.request(method, path.format(id=KNOWN.get(noun), number=1), **sent, headers=headers)
    assert not any(refused in response.text for refused in ("The request has errors.", "calendar-refused"))


def test_every_body_has_an_example() -> None:
    with_body = {label for label, operation in OPERATIONS.items() if "requestBody" in operation.definition.raw}
    assert with_body - {label for label, *_ in examples()} == set()


@pytest.mark.slow
@each
def test_many_requests_are_answered_as_declared(served: ASGIClient, label: str) -> None:
    send(served, label, MANY_EXAMPLES)
