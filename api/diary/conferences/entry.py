"""Checks of a conference that somebody enters or changes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from api.diary import references, snapshot
from api.errors import ErrorItem, error_items, invalid
from scheduler.domain.conference import Conference
from scheduler.domain.faults import InputError


def refuse_faults(connection: Connection, value: Conference, before: Conference | None) -> None:
    """Raise InvalidError with every fault of a new conference, or of a change of the one ``before``."""
    errors: list[ErrorItem] = []
    try:
        snapshot.hold_to_references(connection, value)
    except InputError as error:
        errors = error_items(error.faults)
    errors += [*_of_references(connection, value, before), *_of_notice(value, before)]
    if errors:
        raise invalid("The conference has faults.", errors)


def _of_references(connection: Connection, value: Conference, before: Conference | None) -> Iterator[ErrorItem]:
    if before is None:
        yield from references.faults_of_new(connection, value)
    elif value.family is not None and value.family != before.family:
        yield from references.faults_of_family(connection, value.family, value.id)


def _of_notice(value: Conference, before: Conference | None) -> Iterator[ErrorItem]:
    """Yield a fault if a notice would be waived without a record of who did so, and why."""
    if value.notice_waived and not (before is not None and before.notice_waived):
        message = f"is set without a record. Leave it out, and send who waives it and why to {value.id}/waive-notice."
        yield ErrorItem(where="notice_waived", message=message)
