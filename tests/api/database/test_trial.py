from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from api.database.session import Store
from api.database.tables import bookings, conferences, documents, metadata, sites
from api.database.trial import trial
from api.diary.registers import queries as registers
from scheduler.domain.places import Site
from tests.api.support.builders import NOW, book, fill


def everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: [tuple(row) for row in connection.execute(select(table))] for name, table in metadata.tables.items()}


def add_a_site(connection: Connection) -> None:
    registers.add(connection, registers.SITES, "NEW", Site(id="NEW"), NOW)


def test_a_trial_sees_the_diary_and_leaves_it_unchanged(store: Store) -> None:
    fill(store)
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    with store.reading() as connection:
        before = everything(connection)
    with trial(store) as connection:
        assert everything(connection) == before
        add_a_site(connection)
        connection.execute(bookings.delete())
        connection.execute(conferences.update().values(state="cancelled"))
        connection.execute(documents.delete())
        assert connection.execute(select(sites.c.id).order_by(sites.c.position.desc())).scalars().first() == "NEW"
    with store.reading() as connection:
        assert everything(connection) == before


def test_writers_and_a_trial_do_not_wait_for_each_other(store: Store) -> None:
    fill(store)
    impatient = Store(store.url, seconds_to_wait=0.2)
    with trial(store) as connection:
        add_a_site(connection)
        with impatient.writing() as other:
            add_a_site(other)
    with impatient.writing() as other, trial(store) as connection:
        registers.replace(other, registers.SITES, "AYL", Site(id="AYL", name="Elsewhere"), NOW)
        registers.replace(connection, registers.SITES, "AYL", Site(id="AYL", name="Nowhere"), NOW)
    with store.reading() as connection:
        assert next(site.name for site in registers.values(connection, registers.SITES)) == "Elsewhere"
    impatient.close()


def test_a_trial_that_fails_leaves_nothing_behind(store: Store) -> None:
    fill(store)
    for _ in range(2):
        with pytest.raises(RuntimeError), trial(store) as connection:
            add_a_site(connection)
            raise RuntimeError
    with trial(store) as connection:
        add_a_site(connection)
