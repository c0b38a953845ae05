from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from api.database.json_values import to_json
from api.database.session import Store
from api.diary.registers import queries as registers
from api.diary.registers.queries import NamedHold, Register, StoredItem
from scheduler.domain.places import Room, Site
from tests.api.support import builders
from tests.api.support.builders import NOW, book, fill

AYLESBURY, WYCOMBE, AMERSHAM = (Site(id=identifier, name=identifier.title()) for identifier in ("AYL", "WYC", "AMR"))


def put(store: Store, *sites: Site) -> list[int]:
    with store.writing() as connection:
        return [registers.add(connection, registers.SITES, site.id, site, NOW) for site in sites]


def listed(store: Store, after: int = 0, most: int | None = None) -> list[StoredItem[Site]]:
    with store.reading() as connection:
        return registers.list_items(connection, registers.SITES, after=after, most=most)


def test_items_are_read_unchanged_in_the_order_of_adding(store: Store) -> None:
    first, second, third = put(store, WYCOMBE, AYLESBURY, AMERSHAM)
    assert first < second < third
    assert listed(store) == [StoredItem(first, WYCOMBE, 1), StoredItem(second, AYLESBURY, 1), StoredItem(third, AMERSHAM, 1)]
    with store.reading() as connection:
        assert registers.find(connection, registers.SITES, "AYL") == StoredItem(second, AYLESBURY, 1)
        assert registers.find(connection, registers.SITES, "ayl") is None
        assert registers.values(connection, registers.SITES) == (WYCOMBE, AYLESBURY, AMERSHAM)
        assert registers.count(connection, registers.SITES) == 3


def test_a_page_begins_after_a_position(store: Store) -> None:
    positions = put(store, WYCOMBE, AYLESBURY, AMERSHAM)
    assert [stored.value for stored in listed(store, most=2)] == [WYCOMBE, AYLESBURY]
    assert [stored.value for stored in listed(store, after=positions[1], most=2)] == [AMERSHAM]
    assert listed(store, after=positions[2]) == []


def test_a_change_keeps_the_position_and_increments_the_version(store: Store) -> None:
    first, second = put(store, WYCOMBE, AYLESBURY)
    renamed = Site(id="WYC", name="High Wycombe")
    with store.writing() as connection:
        assert registers.replace(connection, registers.SITES, "WYC", renamed, NOW) == 2
    assert listed(store) == [StoredItem(first, renamed, 2), StoredItem(second, AYLESBURY, 1)]


def test_a_removed_item_is_not_found(store: Store) -> None:
    _, second = put(store, WYCOMBE, AYLESBURY)
    with store.writing() as connection:
        registers.remove(connection, registers.SITES, "WYC")
    assert listed(store) == [StoredItem(second, AYLESBURY, 1)]


def test_two_items_of_a_kind_cannot_have_the_same_id(store: Store) -> None:
    put(store, WYCOMBE)
    with pytest.raises(IntegrityError):
        put(store, Site(id="WYC", name="Another"))
    assert len(listed(store)) == 1


@pytest.mark.parametrize(
    ("noun", "identifier"), [(registers.ROOMS, "AYL-1"), (registers.CHAIRS, "C1"), (registers.MINUTE_TAKERS, "M1")], ids=str
)
def test_an_item_that_a_booking_needs_cannot_be_removed(store: Store, noun: Register[Any], identifier: str) -> None:
    fill(store)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    with pytest.raises(IntegrityError), store.writing() as connection:
        registers.remove(connection, noun, identifier)
    with store.reading() as connection:
        assert registers.find(connection, noun, identifier) is not None


def test_items_of_every_kind_are_stored_completely(store: Store) -> None:
    fill(store)
    stored = {registers.SITES: builders.SITES, registers.ROOMS: builders.ROOMS, registers.CHAIRS: builders.CHAIRS} | {
        registers.MINUTE_TAKERS: builders.MINUTE_TAKERS,
        registers.HOLDS: builders.HOLDS,
    }
    assert set(stored) == set(registers.ALL)
    with store.reading() as connection:
        for noun, given in stored.items():
            assert registers.values(connection, noun) == tuple(noun.model.model_validate(value) for value in given)


def test_a_hold_gets_its_own_id() -> None:
    first, second = (NamedHold.model_validate({"site": "AYL", "week": "2027-01-11", "count": 2}) for _ in range(2))
    assert first.id != second.id
    assert first.id.startswith("H-")


def test_a_value_is_stored_in_the_contracts_json() -> None:
    given = builders.ROOMS[0]
    empty = {"accessible": False, "closed": [], "first": None, "last": None, "name": ""}
    assert to_json(Room.model_validate(given)) == given | empty
