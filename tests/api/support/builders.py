"""A small service for the API tests: three sites with a room each, three chairs, two minute takers, five conferences.

The clock is at 09:00 on Monday 4 January 2027. ``tests/builders.py`` has the default values.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from api.database.session import Store
from api.database.tables import metadata
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from scheduler.domain.conference import Conference
from scheduler.domain.policy import Policy
from tests import builders

NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Advance the clock, for example by ``days=1``."""
        self.now += dt.timedelta(**time)


SITES = ({"id": "AYL", "name": "Aylesbury"}, {"id": "AMR", "name": "Amersham"}, {"id": "WYC", "name": "Wycombe"})
ROOMS = tuple(builders.room(identifier) for identifier in ("AYL-1", "AMR-1", "WYC-1"))
CHAIRS = tuple(builders.chair(identifier) for identifier in ("C1", "C2", "C3"))
MINUTE_TAKERS = (builders.minute_taker("M1", sites=["AYL", "AMR", "WYC"]), builders.minute_taker("M2"))
HOLDS = ({"id": "H-1", "site": "AYL", "week": "2027-01-18", "count": 1},)
DOCUMENTS: dict[str, Any] = {
    "terms": [{"first": "2027-01-04", "last": "2027-02-12"}, {"first": "2027-02-22", "last": "2027-03-25"}],
    "travel": [
        {"from": "AYL", "to": "WYC", "minutes": 40},
        {"from": "AYL", "to": "AMR", "minutes": 30},
        {"from": "AMR", "to": "WYC", "minutes": 25},
    ],
}


def conference(identifier: str = "A", **changes: Any) -> dict[str, Any]:
    """Return an initial conference of January 2027, due by the 22nd."""
    return builders.conference(identifier, trigger="2027-01-01", requested="2027-01-04") | changes


CONFERENCES = (
    conference("CPC-1"),
    conference("CPC-2", site="WYC", children=1),
    conference("CPC-3", kind="first_review", chair="C1", trigger="2026-10-26", requested="2026-10-26"),
    conference("CPC-4", kind="review", site="AMR", chair="C2", trigger="2026-07-27", requested="2026-07-27"),
    conference("CPC-5", kind="review", chair="C3", trigger="2026-12-14", requested="2026-12-14"),
)
"""CPC-3 is due on 26 January, CPC-4 on 27 January, CPC-5 in June."""


def fill(store: Store, now: dt.datetime = NOW, *, give_documents: bool = True) -> None:
    """Store the small service in a migrated database."""
    with store.writing() as connection:
        for table, values in _rows(now, give_documents):
            connection.execute(table.insert(), values)


@cache
def _rows(now: dt.datetime, give_documents: bool) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Return the rows of the small service as the queries store them, without what each database counts itself."""
    store = Store("sqlite://")
    metadata.create_all(store.engine)
    with store.noting() as connection:
        _add_all(connection, now, give_documents)
        stored = [(table, connection.execute(table.select()).mappings().all()) for table in metadata.sorted_tables]
    store.close()
    return [
        (table, [{name: value for name, value in row.items() if name not in ("position", "number")} for row in rows])
        for table, rows in stored
        if rows
    ]


def _add_all(connection: Connection, now: dt.datetime, give_documents: bool) -> None:
    for name, value in DOCUMENTS.items() if give_documents else ():
        documents.put(connection, name, documents.BY_NAME[name].adapter.validate_python(value), now)
    kinds = (
        (registers.SITES, SITES),
        (registers.ROOMS, ROOMS),
        (registers.CHAIRS, CHAIRS),
        (registers.MINUTE_TAKERS, MINUTE_TAKERS),
        (registers.HOLDS, HOLDS),
    )
    for noun, values in kinds:
        for value in values:
            registers.add(connection, noun, value["id"], noun.model.model_validate(value), now)
    for value in CONFERENCES:
        conferences.add(connection, Conference.model_validate(value), now)


def book(
    store: Store,
    identifier: str,
    start: str,
    now: dt.datetime = NOW,
    *,
    by_hand: bool = True,
    locks: tuple[str, ...] = (),
    **changes: Any,
) -> int:
    """Book a stored conference at a start, by default in AYL-1 with C1, and return the booking's number."""
    with store.writing() as connection:
        stored = conferences.find(connection, identifier)
        assert stored is not None
        conferences.change(connection, stored.value, now, state=ConferenceState.BOOKED)
        made = builders.booking(identifier, start, **changes)
        return bookings.add(connection, DiaryBooking(made, locks, by_hand), Policy(), now).number
