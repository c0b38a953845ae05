from __future__ import annotations

import pytest
from sqlalchemy import Connection

from api.database.session import Store, version_of
from api.diary.registers import queries as registers
from scheduler.domain.places import Site
from tests.api.support.builders import NOW


def add_site(connection: Connection, identifier: str) -> None:
    registers.add(connection, registers.SITES, identifier, Site(id=identifier, name=identifier), NOW)


def sites(store: Store) -> list[str]:
    with store.reading() as connection:
        return [site.id for site in registers.values(connection, registers.SITES)]


def version(store: Store) -> int:
    with store.reading() as connection:
        return version_of(connection)


def test_writing_commits_at_the_end_and_counts_a_version(store: Store) -> None:
    before = version(store)
    with store.writing() as connection:
        add_site(connection, "AYL")
        assert sites(store) == []  # another connection
        assert version(store) == before
    assert sites(store) == ["AYL"]
    assert version(store) == before + 1


def test_an_error_rolls_back_all_writes(store: Store) -> None:
    before = version(store)
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        add_site(connection, "AYL")
        raise ZeroDivisionError
    assert (sites(store), version(store)) == ([], before)


def test_noting_commits_without_a_new_version(store: Store) -> None:
    before = version(store)
    with store.noting() as connection:
        add_site(connection, "AYL")
    assert (sites(store), version(store)) == (["AYL"], before)
    with pytest.raises(ZeroDivisionError), store.noting() as connection:
        add_site(connection, "WYC")
        raise ZeroDivisionError
    assert sites(store) == ["AYL"]


def test_a_reader_sees_a_consistent_snapshot(store: Store) -> None:
    with store.reading() as connection:
        before = version_of(connection)
        with store.writing() as writer:
            add_site(writer, "AYL")
        assert registers.values(connection, registers.SITES) == ()
        assert version_of(connection) == before
    assert sites(store) == ["AYL"]


def test_the_version_includes_the_writes_of_other_stores(store: Store, database_url: str) -> None:
    other = Store(database_url)
    before = store.version()
    for lifted in (1, 2):
        with other.writing() as connection:
            add_site(connection, f"AYL-{lifted}")
            assert store.version() == before + lifted - 1
        assert store.version() == before + lifted
    other.close()
    store.close()
    assert store.version() == before + 2
