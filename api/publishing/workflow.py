"""Publication of a draft: in one transaction, with the current data, completely or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.bookings.placing import Recorded
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import ConferenceState
from api.diary.conferences.workflow import waive_notice
from api.errors import ErrorItem, InvalidError, conflict
from api.publishing import calls
from api.publishing import queries as publications
from api.publishing.difference import Differences, MovedBooking
from api.publishing.draft import Draft, DraftDifference
from scheduler.checker import check
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Booking, PlanException, Schedule
from scheduler.wording import count_of, short_date

FELT_BY_FAMILIES = ("date", "time", "minutes", "room", "chair")


def refuse(draft: Draft) -> None:
    """Raise ConflictError with all obstacles if the draft can't be published."""
    if draft.refusal is not None:
        raise conflict(draft.refusal.kind, draft.refusal.detail, draft.refusal.obstacles)


def publish(
    connection: Connection,
    draft: Draft,
    exceptions: Sequence[tuple[str, Recorded]],
    now: dt.datetime,
    actor: str,
    waivers: Sequence[tuple[str, Recorded]] = (),
) -> int:
    """Publish a draft and return the publication's number. Unchanged bookings keep their rows.

    ``exceptions`` and ``waivers`` are by conference. Raise ConflictError if there are obstacles, or InvalidError with each late
    booking that lacks its exception and each one at short notice that lacks its waiver.
    """
    refuse(draft)
    difference = draft.difference
    allowed, waived = _given(difference, exceptions, waivers)
    draft = _with_waivers(connection, draft, waived, now)
    planned = {name: _published(draft, one, allowed.get(name)) for name, one in draft.planned.items()}
    number = publications.next_number(connection)
    copies = sorted(planned.values(), key=lambda one: (one.booking.start, one.booking.conference))
    publications.add(connection, number, draft.problem.horizon, copies, now, actor, plan=draft.plan, restores=draft.restores)
    _end(connection, draft.booked, difference, now)
    policy = draft.problem.policy
    unchanged = [current for name, current in draft.booked.items() if name in planned.keys() - set(difference.changed)]
    bookings.pad(connection, unchanged, policy, now)
    added = {name: bookings.add(connection, planned[name], policy, now, publication=number) for name in difference.changed}
    _follow(connection, draft, difference.conferences, added, now, actor, number)
    calls.add(connection, number, _to_call(draft, difference.conferences, added))
    for name in sorted(allowed.keys() - added.keys()):
        bookings.allow(connection, draft.booked[name].number, allowed[name])
        conferences.change(connection, draft.conferences[name], now)
        conferences.record_event(
            connection, name, ConferenceEvent.CHANGED, now, actor, publication=number, exception=allowed[name]
        )
    return number


def broken_rules(
    problem: Problem, planned: Iterable[Booking], exceptions: tuple[PlanException, ...] = ()
) -> tuple[ErrorItem, ...]:
    """Return each hard rule that the bookings break. People are named by their references.

    Locks that a plan lists as dropped, in its ``exceptions``, are none (contract, section 8).
    """
    report = check(nameless(problem), Schedule(bookings=tuple(planned), exceptions=exceptions))
    return tuple(ErrorItem(where=broken.subject, message=broken.text) for broken in report.violations)


def _published(draft: Draft, one: DiaryBooking, exception: Recorded | None) -> DiaryBooking:
    """Return a planned booking as it is published: with its exception, and marked if it is cover."""
    conference = draft.conferences.get(one.booking.conference)
    own = None if conference is None else conference.chair
    booking = one.booking.model_copy(update={"cover": own is not None and own != one.booking.chair})
    return replace(one, booking=booking, exception=exception or one.exception)


def _with_waivers(connection: Connection, draft: Draft, waived: Mapping[str, Recorded], now: dt.datetime) -> Draft:
    """Record the waivers; return the draft with the changed conferences."""
    needed = {one.conference: one for one in draft.difference.waivers_needed}
    for name, waiver in waived.items():
        stored = conferences.find(connection, name)
        assert stored is not None  # a booking's conference can't be removed
        waive_notice(connection, stored, waiver, now, is_of_moves=needed[name].notice == "move")
    after = {stored.value.id: stored.value for stored in conferences.of(connection, waived)}
    return replace(draft, conferences={**draft.conferences, **after})


def _given(
    difference: DraftDifference, exceptions: Sequence[tuple[str, Recorded]], waivers: Sequence[tuple[str, Recorded]]
) -> tuple[dict[str, Recorded], dict[str, Recorded]]:
    """Return the exceptions and waivers by conference.

    Raise InvalidError with each one that is missing, not needed, or given twice.
    """
    late = {
        one.conference: f"{one.conference} was due on {short_date(one.due)} and would be "
        f"{count_of(one.working_days, 'working day')} late."
        for one in difference.exceptions_needed
    }
    soon = {one.conference: one.text for one in difference.waivers_needed}
    without = [ErrorItem(where=name, message=text) for name, text in late.items() if name not in dict(exceptions)]
    unwaived = [ErrorItem(where=name, message=text) for name, text in soon.items() if name not in dict(waivers)]
    details = []
    if without:
        details.append(
            f"{count_of(len(without), 'late conference')} can't be published without an exception. Enter one for each: who "
            "allows it, why, and that the safety plan was reviewed."
        )
    if unwaived:
        details.append(
            f"{count_of(len(unwaived), 'conference')} can't be published at short notice without a waiver: who allows it, and "
            "why."
        )
    if details:
        kind = "exception-needed" if without else "waiver-needed"
        raise InvalidError(kind, " ".join(details), errors=[*without, *unwaived])
    errors = [*_not_needed("exception", exceptions, late), *_not_needed("waiver", waivers, soon)]
    if errors:
        refused = "exceptions" if _not_needed("exception", exceptions, late) else "waivers"
        raise InvalidError(f"{refused[:-1]}-not-needed", f"Some {refused} are not valid.", errors=errors)
    return dict(exceptions), dict(waivers)


def _not_needed(what: str, given: Sequence[tuple[str, Recorded]], needed: Mapping[str, str]) -> list[ErrorItem]:
    listed = [name for name, _ in given]
    return [
        ErrorItem(
            where=name, message=f"{name} needs no {what}. Leave it out." if name not in needed else f"{name} has two. Give one."
        )
        for name in sorted(set(listed))
        if name not in needed or listed.count(name) > 1
    ]


def _end(connection: Connection, booked: Mapping[str, StoredBooking], difference: DraftDifference, now: dt.datetime) -> None:
    """End the bookings that move or are withdrawn. Do this before adding any, because two conferences may swap places."""
    of_conferences, of_holds = difference.conferences, difference.held_slots
    moved = [moved.booking.conference for moved in (*of_conferences.moved, *of_holds.moved)]
    withdrawn = [one.booking.conference for one in of_conferences.withdrawn]
    released = [one.booking.conference for one in of_holds.withdrawn]
    for names, ending in ((moved, Ending.MOVED), (withdrawn, Ending.UNPLACED), (released, Ending.RELEASED)):
        bookings.end(connection, [booked[name].number for name in names], ending, now)


def _follow(
    connection: Connection,
    draft: Draft,
    difference: Differences,
    added: Mapping[str, StoredBooking],
    now: dt.datetime,
    actor: str,
    publication: int,
) -> None:
    """Update the states and histories of the conferences whose bookings have changed."""

    def follow(name: str, state: ConferenceState, event: ConferenceEvent) -> None:
        detail: dict[str, Any] = {}
        if name in added:
            detail = {"booking": added[name].history_entry, "exception": added[name].exception}
        if name in draft.booked:
            detail["before"] = draft.booked[name].history_entry
        conferences.change(connection, draft.conferences[name], now, state=state)
        conferences.record_event(connection, name, event, now, actor, publication=publication, **detail)

    for booking in difference.new:
        follow(booking.conference, ConferenceState.BOOKED, ConferenceEvent.BOOKED)
    for moved in difference.moved:
        event = ConferenceEvent.MOVED if is_felt(moved) else ConferenceEvent.CHANGED
        follow(moved.booking.conference, ConferenceState.BOOKED, event)
    for withdrawn in difference.withdrawn:
        follow(withdrawn.booking.conference, ConferenceState.REQUESTED, ConferenceEvent.UNBOOKED)


def _to_call(
    draft: Draft, difference: Differences, added: Mapping[str, StoredBooking]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Yield each conference whose family must hear of the change: its booking before, and after unless it is withdrawn."""
    for moved in difference.moved:
        name = moved.booking.conference
        if is_felt(moved):
            yield name, draft.booked[name].history_entry, added[name].history_entry
    for withdrawn in difference.withdrawn:
        yield withdrawn.booking.conference, draft.booked[withdrawn.booking.conference].history_entry, None


def is_felt(moved: MovedBooking) -> bool:
    """True if the family must hear of a move, which it need not if only the minute taker is another."""
    return any(change.what in FELT_BY_FAMILIES for change in moved.changes)
