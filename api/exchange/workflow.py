"""A problem into the diary: what it adds and changes, all or nothing. What it doesn't mention stays as it is.

Things are known by their ids, holds by their site and week, published bookings by their conferences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from api.database.json_values import written
from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.conferences.workflow import place
from api.diary.registers import queries as nouns
from api.diary.registers.queries import NamedHold, Register
from api.diary.service import queries as documents
from api.errors import ServiceError, conflict, error_items
from api.publishing.difference import changes_of
from api.publishing.workflow import FELT_BY_FAMILIES
from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault, InputError, Place
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking
from scheduler.domain.values import monday_of
from scheduler.files import Told

ACTOR = "import"
NEVER_KEPT = "\0"


class Changes(BaseModel):
    """What an import adds and changes of one noun, by id, and how much it leaves as it was."""

    added: list[str] = []
    changed: list[str] = []
    unchanged: int = 0


class Imported(BaseModel):
    """What an import adds and changes, noun by noun."""

    documents: Changes
    sites: Changes
    rooms: Changes
    chairs: Changes
    minute_takers: Changes
    holds: Changes
    conferences: Changes
    bookings: Changes


def bring_in(connection: Connection, problem: Problem, told: Told, now: dt.datetime) -> Imported:
    """Put a problem into the diary, within the caller's transaction.

    Raises:
        InputError: where something in it can't be kept, or doesn't fit to what there is.
        ApiError: 409 with every row that is at odds with the diary, or with another row.
    """
    if faults := list(_never_kept(problem)):
        raise InputError([told(fault) for fault in faults])
    people = (nouns.SITES, problem.sites), (nouns.ROOMS, problem.rooms), (nouns.CHAIRS, problem.chairs)
    documents_ = _documents(connection, problem, now)
    sites, rooms, chairs = (_nouns(connection, noun, values, now) for noun, values in people)
    takers = _nouns(connection, nouns.MINUTE_TAKERS, problem.minute_takers or (), now)
    holds = _holds(connection, problem, now)
    diary = _Diary(connection, problem, now)
    conferences_ = diary.bring_in_conferences()
    bookings_ = diary.bring_in_bookings()
    if diary.faults:
        wrong = error_items(told(fault) for fault in diary.faults)
        raise conflict("at-odds", "It is at odds with the diary, or with itself. Nothing is kept.", wrong)
    snapshot.frame_of(connection)
    return Imported(
        documents=documents_,
        sites=sites,
        rooms=rooms,
        chairs=chairs,
        minute_takers=takers,
        holds=holds,
        conferences=conferences_,
        bookings=bookings_,
    )


def _never_kept(problem: Problem) -> Iterator[Fault]:
    """Where a text holds NUL, which no PostgreSQL database keeps."""

    def look(found: Any, place: Place) -> Iterator[Fault]:
        if isinstance(found, str) and NEVER_KEPT in found:
            yield Fault(place, "there is a NUL character in it. Enter it again without.")
        elif isinstance(found, dict):
            for name, value in found.items():
                yield from look(value, (*place, name))
        elif isinstance(found, list):
            for n, value in enumerate(found):
                yield from look(value, (*place, n))

    yield from look(problem.model_dump(mode="json", by_alias=True), ())


def _documents(connection: Connection, problem: Problem, now: dt.datetime) -> Changes:
    """Settings that are given take the place of those there are; lists of days, journeys and pairs are added to."""
    changes = Changes()
    for name, merged in _merged(connection, problem).items():
        present, version = documents.get(connection, name)
        if merged == present:
            changes.unchanged += 1
            continue
        (changes.changed if version else changes.added).append(name)
        documents.put(connection, name, merged, now)
    if changes.added or changes.changed:
        conferences.reset_clocks(connection, now)
    return changes


def _merged(connection: Connection, problem: Problem) -> dict[str, Any]:
    present = {name: documents.get(connection, name)[0] for name in documents.BY_NAME}
    given = problem.calendar
    journeys = {(journey.from_, journey.to): journey for journey in (*present["travel"], *problem.travel)}
    starts = problem.virtual_starts
    return {
        "service": _over(present["service"], problem.service),
        "policy": _over(present["policy"], problem.policy),
        "bank_holidays": _joined(present["bank_holidays"], given.bank_holidays),
        "terms": _joined(present["terms"], given.terms),
        "closures": _joined(present["closures"], given.closures),
        "travel": tuple(journeys.values()),
        "virtual_starts": present["virtual_starts"] if starts is None else starts,
        "apart": _joined(present["apart"], problem.apart),
    }


def _over(present: BaseModel, given: BaseModel) -> BaseModel:
    """The value with all that was given, in its parts too."""

    def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
        parts = {name: over(below[name], value) if isinstance(value, dict) else value for name, value in above.items()}
        return below | parts

    return type(present).model_validate(over(present.model_dump(), given.model_dump(exclude_unset=True)))


def _joined(present: Sequence[Any] | None, given: Sequence[Any] | None) -> tuple[Any, ...] | None:
    """Both lists, each item once; None where neither is given."""
    return None if present is None and given is None else tuple(dict.fromkeys((*(present or ()), *(given or ()))))


def _nouns(connection: Connection, noun: Register[Any], values: Iterable[Any], now: dt.datetime) -> Changes:
    present = {value.id: value for value in nouns.values(connection, noun)}
    changes = Changes()
    for value in values:
        if value.id not in present:
            changes.added.append(value.id)
            nouns.add(connection, noun, value.id, value, now)
        elif value != present[value.id]:
            changes.changed.append(value.id)
            nouns.replace(connection, noun, value.id, value, now)
        else:
            changes.unchanged += 1
    return changes


def _holds(connection: Connection, problem: Problem, now: dt.datetime) -> Changes:
    """The holds of a site and week take the place, one after another, of those that the diary has for it."""
    present: dict[tuple[str, dt.date], list[NamedHold]] = {}
    for hold in nouns.values(connection, nouns.HOLDS):
        present.setdefault((hold.site, monday_of(hold.week)), []).append(hold)
    named: list[NamedHold] = []
    for given in problem.holds:
        earlier = present.get((given.site, monday_of(given.week)))
        identity = {"id": earlier.pop(0).id} if earlier else {}
        named.append(NamedHold.model_validate({**written(given), **identity}))
    return _nouns(connection, nouns.HOLDS, named, now)


@dataclass(frozen=True)
class _Wanted:
    """A booking that is to stand, where it comes from, and what stands for its conference now."""

    place: Place
    booking: Booking
    locks: tuple[str, ...]
    standing: StoredBooking | None

    def is_kept(self, state: ConferenceState) -> bool:
        """Whether just that stands already. What is over, or was booked by hand, is told with locks that it needn't have."""
        if self.standing is None or self.booking != self.standing.booking:
            return False
        return state not in OPEN or self.standing.by_hand or set(self.locks) == set(self.standing.locks)


class _Diary:
    """Conferences and their bookings on their way in; ``faults`` are what is at odds."""

    def __init__(self, connection: Connection, problem: Problem, now: dt.datetime) -> None:
        self.connection, self.problem, self.now = connection, problem, now
        self.policy = documents.get(connection, "policy")[0]
        self.faults: list[Fault] = []

    def bring_in_conferences(self) -> Changes:
        """Add and change conferences; one that is over can't be changed."""
        changes = Changes()
        present = self._present()
        for n, value in enumerate(self.problem.conferences):
            before = present.get(value.id)
            if before is None:
                changes.added.append(value.id)
                conferences.add(self.connection, value, self.now)
                self._note(value.id, ConferenceEvent.REQUESTED)
            elif before.value == value:
                changes.unchanged += 1
            elif before.state in OPEN:
                changes.changed.append(value.id)
                was, now = written(before.value), written(value)
                conferences.change(self.connection, value, self.now)
                changed = {name: was[name] for name in was if was[name] != now[name]}
                self._note(value.id, ConferenceEvent.CHANGED, before=changed, due_before=before.due.isoformat())
            else:
                self._fault(("conferences", n), f"'{value.id}' is {before.state}, and can't be changed. Take it out of the file.")
        return changes

    def bring_in_bookings(self) -> Changes:
        """Let what is published stand, in place of what stands for these conferences now."""
        changes = Changes()
        present = self._present()
        moved: list[_Wanted] = []
        for wanted in self._wanted():
            name = wanted.booking.conference
            state = present[name].state
            if wanted.is_kept(state):
                changes.unchanged += 1
            elif state not in OPEN:
                self._fault(wanted.place, f"'{name}' is {state}, and can't be booked. Take it out of the file.")
            else:
                moved.append(wanted)
                (changes.changed if wanted.standing else changes.added).append(name)
        numbers = [wanted.standing.number for wanted in moved if wanted.standing]
        bookings.end(self.connection, numbers, Ending.MOVED, self.now)
        for wanted in moved:
            self._book(wanted, present[wanted.booking.conference])
        return changes

    def _book(self, wanted: _Wanted, conference: StoredConference) -> None:
        booking, before = wanted.booking, wanted.standing
        exception = before.exception if before and before.booking.day == booking.day else None
        try:
            number = bookings.add(self.connection, booking, self.policy, self.now, locks=wanted.locks, exception=exception)
        except ServiceError as error:
            self._fault(wanted.place, error.detail)
            return
        conferences.change(self.connection, conference.value, self.now, state=ConferenceState.BOOKED)
        made = place(StoredBooking(number, booking, wanted.locks, False, None, exception, True))
        if before is None:
            self._note(booking.conference, ConferenceEvent.BOOKED, booking=made, exception=None)
        elif changes := changes_of(before.booking, booking):
            event = (
                ConferenceEvent.MOVED if any(change.what in FELT_BY_FAMILIES for change in changes) else ConferenceEvent.CHANGED
            )
            self._note(booking.conference, event, booking=made, exception=exception, before=place(before))

    def _wanted(self) -> Iterator[_Wanted]:
        """What is published, and what stands for other conferences, as long as these last now."""
        takers = {taker.id for taker in nouns.values(self.connection, nouns.MINUTE_TAKERS)}
        for n, published in enumerate(self.problem.published):
            taker = published.minute_taker
            if taker is not None and taker not in takers:
                self._fault(
                    ("published", n, "minute_taker"), f"there is no minute taker '{taker}'. List them, or leave this out."
                )
                continue
            name = published.conference
            booking = _booking(published, self.problem.conference_by_id[name])
            yield _Wanted(("published", n, "start"), booking, published.locks, self._standing(name))
        for n, conference in enumerate(self.problem.conferences):
            standing = self._standing(conference.id) if conference.id not in self.problem.published_by_id else None
            if standing is not None and (booking := _as_long_as_it_lasts(standing.booking, conference)) != standing.booking:
                yield _Wanted(("conferences", n, "minutes"), booking, standing.locks, standing)

    def _present(self) -> dict[str, StoredConference]:
        names = self.problem.conference_by_id
        return {kept.value.id: kept for kept in conferences.of(self.connection, names)}

    def _standing(self, conference: str) -> StoredBooking | None:
        return bookings.active_of(self.connection, conference)

    def _note(self, conference: str, event: ConferenceEvent, **detail: Any) -> None:
        conferences.note(self.connection, conference, event, self.now, ACTOR, **detail)

    def _fault(self, place: Place, message: str) -> None:
        self.faults.append(Fault(place, message))


def _as_long_as_it_lasts(booking: Booking, conference: Conference) -> Booking:
    return booking.model_copy(update={"end": booking.start + dt.timedelta(minutes=conference.minutes)})


def _booking(published: PublishedBooking, conference: Conference) -> Booking:
    return Booking(
        conference=published.conference,
        start=published.start,
        end=published.start + dt.timedelta(minutes=conference.minutes),
        room=published.room,
        chair=published.chair,
        minute_taker=published.minute_taker,
    )
