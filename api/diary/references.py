"""References as people enter them: hints for unknown ones, and faults of new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from api.database.tables import conferences
from api.diary.addresses import fault_of_address
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register
from api.diary.service import queries as documents
from api.errors import ErrorItem, NotFoundError, invalid
from scheduler.domain.conference import Conference
from scheduler.domain.identifiers import NO_NAMES, alike, shown
from scheduler.domain.suggestions import closest_id, did_you_mean, too_similar

CLOSE = 0.75
"""How alike a known reference must be to be suggested, from 0 to 1, by the ratio of ``difflib``."""


def clear_hint(identifier: str, known: Iterable[str], names: Mapping[str, str] = NO_NAMES) -> str:
    """Return a question that suggests the known reference that is alike or closest; empty if there are none or several.

    A diary has many references in sequence, and most are equally close to an unknown one. ``names`` are those of the known
    ones, which people enter instead of references.
    """
    return did_you_mean(closest_id(identifier, known, names, cutoff=CLOSE, only_clear=True), identifier)


def hint_of(connection: Connection, register: Register[Any], identifier: str) -> str:
    """Return the question whether the item of a register with a reference, or a name, like this one was meant."""
    items = registers.values(connection, register)
    names = {item.id: item.name for item in items if getattr(item, "name", "")}
    return clear_hint(identifier, (item.id for item in items), names)


def unknown_item(connection: Connection, register: Register[Any], identifier: str) -> NotFoundError:
    """Return the error for an item that does not exist, with the one that may have been meant."""
    hint = hint_of(connection, register, identifier)
    return NotFoundError("not-found", f"There is no {register.name} '{identifier}'.{hint}")


def refuse_unknown(connection: Connection, wanted: Mapping[str, tuple[Register[Any], str | None]]) -> None:
    """Raise InvalidError if a query asks for items that do not exist; ``wanted`` are its fields."""
    errors = [
        ErrorItem(
            where=f"query.{field}",
            message=f"there is no {register.name} '{identifier}'.{hint_of(connection, register, identifier)}",
        )
        for field, (register, identifier) in wanted.items()
        if identifier is not None and registers.find(connection, register, identifier) is None
    ]
    if errors:
        raise invalid("The request has errors.", errors)


def unknown_conference(connection: Connection, identifier: str) -> NotFoundError:
    """Return the error for a conference that does not exist, with the closest known one."""
    hint = clear_hint(identifier, conferences_of(connection))
    return NotFoundError("not-found", f"There is no conference '{identifier}'.{hint}")


def conferences_of(connection: Connection) -> set[str]:
    """Return the references of all conferences."""
    return set(connection.scalars(select(conferences.c.id)))


def families_of(connection: Connection) -> set[str]:
    """Return all families in the diary."""
    family = conferences.c.value["family"].as_string()
    return set(connection.scalars(select(family).where(family.is_not(None)).distinct()))


def alike_conferences(connection: Connection, reference: str) -> list[str]:
    """Return the conferences whose reference is alike to one, as their ids in order."""
    query = select(conferences.c.id).where(conferences.c.id_form == alike(reference))
    return list(connection.scalars(query.order_by(conferences.c.id)))


def alike_families(connection: Connection, reference: str) -> set[str]:
    """Return the families in the diary that are alike to a reference, in each of their spellings."""
    family = conferences.c.value["family"].as_string()
    return set(connection.scalars(select(family).where(conferences.c.family_form == alike(reference)).distinct()))


def faults_of_new(connection: Connection, conference: Conference) -> Iterator[ErrorItem]:
    """Yield the faults of a new conference's references: its own and its family's."""
    known = alike_conferences(connection, conference.id)
    yield from _odd_characters(connection, "id", conference.id)
    if fault := fault_of_address(conference.id):
        yield ErrorItem(where="id", message=fault)
    if known and conference.id not in known:
        yield ErrorItem(where="id", message=f"{too_similar(conference.id, known[0])} Otherwise enter another.")
    if alike_families(connection, conference.id):
        yield ErrorItem(where="id", message=f"{shown(conference.id)} is the reference of a family. Enter another.")
    if conference.family is not None:
        yield from faults_of_family(connection, conference.family, conference.id)


def faults_of_family(connection: Connection, family: str, conference: str) -> Iterator[ErrorItem]:
    """Yield the faults of a new reference of a conference's family."""
    if family not in alike_families(connection, family):
        yield from _odd_characters(connection, "family", family)
    if alike(family) == alike(conference) or alike_conferences(connection, family):
        message = f"{shown(family)} is the reference of a conference. Give the family another reference."
        yield ErrorItem(where="family", message=message)


def _odd_characters(connection: Connection, where: str, reference: str) -> Iterator[ErrorItem]:
    allowed = documents.get(connection, "references")[0].characters
    odd = list(dict.fromkeys(each for each in reference if not each.isalnum() and each not in allowed))
    if odd:
        listed = ", ".join(shown(each) for each in odd)
        message = (
            f"{shown(reference)} has {listed}. Enter a reference of letters, digits and {' '.join(allowed)} only, and no name."
        )
        yield ErrorItem(where=where, message=message)
