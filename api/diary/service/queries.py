"""Documents: single values such as the service, its policy, calendar, travel, virtual starts and feed settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select, update

from api.actor import NOBODY
from api.database.tables import document_changes, documents
from api.diary.service.clock_settings import ClockSettings
from api.diary.service.feed_settings import FeedSettings
from api.diary.service.reference_settings import ReferenceSettings
from scheduler.domain.places import Journey
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Service
from scheduler.domain.values import Date, Pair, Period, TimeOfDay


@dataclass(frozen=True)
class Document:
    """A kind of document: its name, what it ``says``, its type, its default and an example.

    ``has_own_put`` is true if another capability has the route that changes it.
    """

    name: str
    says: str
    type: Any
    default: Any
    example: Any
    has_own_put: bool = False

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """Return the adapter that validates and serialises its value."""
        return TypeAdapter(self.type)


DOCUMENTS = (
    Document("service", "whose diary it is", Service, Service(), {"name": "Buckinghamshire"}),
    Document(
        "policy", "every number that is a setting of a plan", Policy, Policy(), {"caseload_cap": 85, "weights": {"friday": 40}}
    ),
    Document(
        "after_conferences",
        "the clocks after a birth and after an inquorate conference",
        ClockSettings,
        ClockSettings(),
        {"rebook_days": 10, "birth_days": 20},
    ),
    Document(
        "bank_holidays",
        "the bank holidays; null means those of England",
        tuple[Date, ...] | None,
        None,
        ["2026-12-25"],
        has_own_put=True,
    ),
    Document(
        "terms",
        "the school terms; null means that every day is term time",
        tuple[Period, ...] | None,
        None,
        [{"first": "2026-11-02", "last": "2026-12-18"}],
    ),
    Document("closures", "the working days on which nothing can be held", tuple[Date, ...], (), ["2026-12-24"]),
    Document("travel", "the minutes between sites", tuple[Journey, ...], (), [{"from": "AYL", "to": "WYC", "minutes": 40}]),
    Document(
        "virtual_starts",
        "when virtual conferences may begin; null means at every start of a room",
        tuple[TimeOfDay, ...] | None,
        None,
        ["10:00", "14:00"],
    ),
    Document(
        "apart",
        "the pairs of families, each by its reference or a conference, that are never at one site on one day",
        tuple[Pair, ...],
        (),
        [["CPC-0101", "CPC-0107"]],
    ),
    Document(
        "references",
        "the characters that a new reference may have besides letters and digits",
        ReferenceSettings,
        ReferenceSettings(),
        {"characters": "-/_"},
    ),
    Document(
        "feed_settings",
        "the details that calendar feeds may show",
        FeedSettings,
        FeedSettings(),
        {"show_kind": False, "joining_note": "The link is in your invitation."},
    ),
)
BY_NAME = {document.name: document for document in DOCUMENTS}


def get(connection: Connection, name: str) -> tuple[Any, int]:
    """Return a document's value and version; the default and version 0 if it is not stored."""
    document = BY_NAME[name]
    row = connection.execute(select(documents).where(documents.c.name == name)).one_or_none()
    return (document.default, 0) if row is None else (document.adapter.validate_python(row.value), row.version)


@dataclass(frozen=True)
class DocumentChange:
    """A change of a document: its number, when, by whom, and the value before and after, as JSON."""

    number: int
    name: str
    at: dt.datetime
    actor: str
    before: Any
    after: Any


def put(connection: Connection, name: str, value: Any, now: dt.datetime, actor: str = NOBODY) -> int:
    """Store a document, and record the change if it is one; return its version."""
    present, version = get(connection, name)
    adapter = BY_NAME[name].adapter
    before, after = (adapter.dump_python(one, mode="json", by_alias=True) for one in (present, value))
    row = {"value": after, "version": version + 1, "changed_at": now}
    query = update(documents).where(documents.c.name == name) if version else insert(documents)
    connection.execute(query.values(name=name, **row))
    if before != after:
        change = {"name": name, "at": now, "actor": actor, "before": before, "after": after}
        connection.execute(insert(document_changes).values(change))
    return version + 1


def changes(connection: Connection, *, before: int | None = None, most: int) -> list[DocumentChange]:
    """Return at most ``most`` changes of documents, latest first, before a number."""
    query = select(document_changes).order_by(document_changes.c.number.desc()).limit(most)
    if before is not None:
        query = query.where(document_changes.c.number < before)
    return [DocumentChange(*row) for row in connection.execute(query)]


def changes_of(connection: Connection, name: str, *, most: int) -> list[DocumentChange]:
    """Return at most ``most`` changes of one document, latest first."""
    table = document_changes.c
    query = select(document_changes).where(table.name == name).order_by(table.number.desc()).limit(most)
    return [DocumentChange(*row) for row in connection.execute(query)]
