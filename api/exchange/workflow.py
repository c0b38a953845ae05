"""Importing a problem into the diary, field by field. What the problem does not give stays as it is.

Items are matched by id, holds by site and week, and published bookings by conference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.conferences import queries as conferences
from api.diary.conflicts import queries as conflicts
from api.diary.registers import queries as registers
from api.errors import ErrorItem, conflict, error_items, invalid
from api.exchange import queries
from api.exchange.answers import KINDS, Imported, UndecidedBooking
from api.exchange.booking_import import BookingPlan, planned_bookings, store_bookings
from api.exchange.conference_import import ImportedConference, merged_conferences, store_conferences
from api.exchange.document_import import bring_in_documents
from api.exchange.importing import Importing
from api.exchange.merging import Confirmed
from api.exchange.register_import import bring_in_holds, bring_in_register
from scheduler.domain.faults import Fault, InputError, Place
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period
from scheduler.files import FaultWording
from scheduler.remarks import implausible

NUL = "\0"


def import_problem(
    connection: Connection, problem: Problem, wording: FaultWording, now: dt.datetime, overwrite: Iterable[str] = ()
) -> Imported:
    """Import a problem into the diary, within the caller's transaction.

    ``overwrite`` names values that the file may overwrite although the diary's are or may be newer: ``all``, a kind, an item
    (``chairs/C1``) or a field (``chairs/C1/caseload``). Raise InputError if a text can't be stored or the data would be an
    invalid problem, or ConflictError with every row that contradicts the diary or another row.
    """
    if faults := list(_nul_characters(problem)):
        raise InputError([wording(fault) for fault in faults])
    importing = Importing(connection, problem, now, confirmed(overwrite))
    broken_before = conflicts.broken(connection, now)
    documents = bring_in_documents(importing)
    people = (registers.SITES, problem.sites), (registers.ROOMS, problem.rooms), (registers.CHAIRS, problem.chairs)
    sites, rooms, chairs = (bring_in_register(importing, register, values) for register, values in people)
    takers = bring_in_register(importing, registers.MINUTE_TAKERS, problem.minute_takers or ())
    holds = bring_in_holds(importing)
    imported = merged_conferences(importing)
    plan = planned_bookings(importing, imported)
    stored = store_conferences(importing, _with_stored_lengths(imported, plan))
    booked = store_bookings(importing, plan)
    if importing.faults:
        errors = error_items(wording(fault) for fault in importing.faults)
        raise conflict("at-odds", "The file contradicts the diary, or itself. Nothing is imported.", errors)
    snapshot.frame_of(connection)
    importing.store_agreed(conferences.settled(connection, importing.known_conferences()))
    return Imported(
        documents=documents,
        sites=sites,
        rooms=rooms,
        chairs=chairs,
        minute_takers=takers,
        holds=holds,
        conferences=stored,
        bookings=booked,
        fields=importing.fields,
        conflicts=importing.conflicts,
        undecided=list(_undecided(plan, wording)),
        broken_bookings=conflicts.newly_broken(broken_before, conflicts.broken(connection, now)),
        notes=[*importing.notes, *_remarks(problem, wording)],
    )


def confirmed(overwrite: Iterable[str]) -> Confirmed:
    """Return what the caller lets the file overwrite. Raise InvalidError if an entry names no kind of item."""
    entries = frozenset(overwrite)
    unknown = sorted(entry for entry in entries if entry != "all" and entry.partition("/")[0] not in KINDS)
    if unknown:
        message = f"is not an item or field. Enter all, or one such as chairs/C1/caseload; kinds are {', '.join(KINDS)}."
        raise invalid(
            "The request has errors.", [ErrorItem(where="overwrite", message=f"'{entry}' {message}") for entry in unknown]
        )
    return Confirmed(entries)


def refuse_conflicts(imported: Imported) -> None:
    """Raise ConflictError with each value of the diary that differs from the file's and that the import would not replace."""
    if imported.conflicts:
        errors = [
            ErrorItem(
                where=one.item if one.field is None else f"{one.item}/{one.field}",
                message=f"the diary has {one.before!r}, which is or may be newer than the file's {one.after!r}.",
            )
            for one in imported.conflicts
        ]
        message = (
            "The diary has values that are or may be newer than the file's. Nothing is imported. Preview the file, and commit it "
            "with the preview's ETag as If-Match to keep the diary's values, or with overwrite=… to replace those that you name."
        )
        raise conflict("diary-is-newer", message, errors)


def state_of_diary(connection: Connection) -> str:
    """Return a text that changes with every change of the diary: the ETag of a preview."""
    return queries.fingerprint(connection)


def export_mark(connection: Connection) -> str | None:
    """Return the mark of an export, which a later import reads: the instant of the diary's latest change, and its fingerprint."""
    latest = queries.latest_change(connection)
    if latest is None:
        return None
    return f"{latest.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}Z {queries.fingerprint(connection)}"


def exported(connection: Connection, days: Period) -> Problem:
    """Return the diary's data with the bookings and requests of a period, with the mark that a later import reads.

    Busy times from chairs' calendars are left out; those stored with the chairs are included. Caseloads are the stored ones.
    """
    problem = snapshot.problem_of(connection, days.first, days.last, busy={}, as_stored=True)
    return problem.model_copy(update={"exported": export_mark(connection)})


def _with_stored_lengths(imported: dict[str, ImportedConference], plan: BookingPlan) -> Iterator[ImportedConference]:
    """Yield the conferences; one whose booking isn't imported keeps the length of its current booking."""
    undecided = {one.conference for one in plan.bookings if one.conference in plan.undecided and one.current is not None}
    for identifier, one in imported.items():
        yield one.without("minutes") if identifier in undecided else one


def _undecided(plan: BookingPlan, wording: FaultWording) -> Iterator[UndecidedBooking]:
    for one in plan.bookings:
        if one.conference in plan.undecided:
            where = wording(Fault(one.place, "")).where
            yield UndecidedBooking(where=where, conference=one.conference, broken=plan.undecided[one.conference])


def _remarks(problem: Problem, wording: FaultWording) -> Iterator[str]:
    """Yield what looks wrong in the file, except the bank holidays that it leaves out: England's stay in the diary."""
    for fault in implausible(problem):
        if fault.place != ("calendar", "bank_holidays"):
            yield str(wording(fault))


def _nul_characters(problem: Problem) -> Iterator[Fault]:
    """Yield a fault for each text with a NUL character, which PostgreSQL can't store."""

    def look(part: Any, place: Place) -> Iterator[Fault]:
        if isinstance(part, str) and NUL in part:
            yield Fault(place, "it contains a NUL character. Enter it again without that character.")
        elif isinstance(part, dict):
            for name, value in part.items():
                yield from look(value, (*place, name))
        elif isinstance(part, list):
            for n, value in enumerate(part):
                yield from look(value, (*place, n))

    yield from look(problem.model_dump(mode="json", by_alias=True), ())
