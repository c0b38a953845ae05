from __future__ import annotations

import pytest

from api.database.session import Store
from api.diary.service import queries as documents
from api.diary.service.queries import DOCUMENTS, Document
from scheduler.domain.places import Journey
from tests.api.support.builders import NOW

OTHERS = {"policy": {"caseload_cap": 80}, "after_conferences": {"rebook_days": 8, "birth_days": None}}
"""Values that differ from the defaults, for documents whose examples are the defaults."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_default_applies_until_a_value_is_stored(store: Store, document: Document) -> None:
    value = document.adapter.validate_python(OTHERS.get(document.name, document.example))
    assert value != document.default
    with store.writing() as connection:
        assert documents.get(connection, document.name) == (document.default, 0)
        assert documents.put(connection, document.name, value, NOW) == 1
    with store.writing() as connection:
        assert documents.get(connection, document.name) == (value, 1)
        assert documents.put(connection, document.name, document.default, NOW) == 2
    with store.reading() as connection:
        assert documents.get(connection, document.name) == (document.default, 2)
        others = [other for other in DOCUMENTS if other != document]
        assert [documents.get(connection, other.name) for other in others] == [(other.default, 0) for other in others]


def test_travel_is_stored_in_the_contracts_json(store: Store) -> None:
    with store.writing() as connection:
        documents.put(connection, "travel", (Journey.model_validate({"from": "AYL", "to": "WYC", "minutes": 40}),), NOW)
        written = connection.exec_driver_sql("SELECT value FROM documents WHERE name = 'travel'").scalar_one()
        assert '"from": "AYL"' in str(written).replace("'", '"')
