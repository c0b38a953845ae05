"""Import of a problem into the diary, completely or not at all. Items not in the problem stay as they are.

Items are matched by id, holds by site and week, and published bookings by conference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from api.database.json_values import to_json
from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as nouns
from api.diary.registers.queries import NamedHold, Register
from api.diary.service import queries as documents
from api.errors import ServiceError, conflict, error_items
from api.publishing.difference import changes_of
from api.publishing.workflow import FELT_BY_FAMILIES
from scheduler.domain.faults import Fault, InputError, Place
from scheduler.domain.problem import Problem
from scheduler.domain.values import monday_of
from scheduler.files import FaultWording

ACTOR = "import"
NUL = "\0"


class Changes(BaseModel):
    """The items of one kind that an import adds and changes, by id, and the number of unchanged ones."""

    added: list[str] = []
    changed: list[str] = []
    unchanged: int = 0


class Imported(BaseModel):
    """The items that an import adds and changes, by kind."""

    documents: Changes
    sites: Changes
    rooms: Changes
    chairs: Changes
    minute_takers: Changes
    holds: Changes
    conferences: Changes
    bookings: Changes


def import_problem(connection: Connection, problem: Problem, wording: FaultWording, now: dt.datetime) -> Imported:
    """Import a problem into the diary, within the caller's transaction.

    Raise InputError if a text can't be stored or the resulting data are invalid, or ConflictError with every row that
    contradicts the diary or another row.
    """
    if faults := list(_nul_characters(problem)):
        raise InputError([wording(fault) for fault in faults])
    people = (nouns.SITES, problem.sites), (nouns.ROOMS, problem.rooms), (nouns.CHAIRS, problem.chairs)
    documents_ = _documents(connection, problem, now)
    sites, rooms, chairs = (_nouns(connection, noun, values, now) for noun, values in people)
    takers = _nouns(connection, nouns.MINUTE_TAKERS, problem.minute_takers or (), now)
    holds = _holds(connection, problem, now)
    diary = _Diary(connection, problem, now)
    conferences_ = diary.bring_in_conferences()
    bookings_ = diary.bring_in_bookings()
    if diary.faults:
        errors = error_items(wording(fault) for fault in diary.faults)
        raise conflict("at-odds", "The file contradicts the diary, or itself. Nothing is imported.", errors)
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


def _documents(connection: Connection, problem: Problem, now: dt.datetime) -> Changes:
    """Replace stored settings by imported ones, and add imported days, journeys and pairs to the stored lists."""
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
    """Return the present value with every given field replaced, also within its parts."""

    def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
        parts = {name: over(below[name], value) if isinstance(value, dict) else value for name, value in above.items()}
        return below | parts

    return type(present).model_validate(over(present.model_dump(), given.model_dump(exclude_unset=True)))


def _joined(present: Sequence[Any] | None, given: Sequence[Any] | None) -> tuple[Any, ...] | None:
    """Return both lists as one without duplicates, or None if neither is given."""
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
    """Import holds. The holds of a site and week replace the diary's holds there, one by one."""
    present: dict[tuple[str, dt.date], list[NamedHold]] = {}
    for hold in nouns.values(connection, nouns.HOLDS):
        present.setdefault((hold.site, monday_of(hold.week)), []).append(hold)
    named: list[NamedHold] = []
    for given in problem.holds:
        earlier = present.get((given.site, monday_of(given.week)))
        identity = {"id": earlier.pop(0).id} if earlier else {}
        named.append(NamedHold.model_validate({**to_json(given), **identity}))
    return _nouns(connection, nouns.HOLDS, named, now)


@dataclass(frozen=True)
class _Import:
    """A booking to import: its place in the file, and its conference's current booking."""

    place: Place
    new: DiaryBooking
    current: StoredBooking | None

    @property
    def conference(self) -> str:
        """Return the id of its conference."""
        return self.new.booking.conference

    def is_unchanged(self, state: ConferenceState) -> bool:
        """True if it is the current booking. An export locks bookings by hand and held ones, so those locks don't count."""
        if self.current is None or self.new.booking != self.current.booking:
            return False
        return state not in OPEN or self.current.by_hand or set(self.new.locks) == set(self.current.locks)


class _Diary:
    """An import of conferences and their bookings. ``faults`` collects the contradictions."""

    def __init__(self, connection: Connection, problem: Problem, now: dt.datetime) -> None:
        self.connection, self.problem, self.now = connection, problem, now
        self.policy = documents.get(connection, "policy")[0]
        self.faults: list[Fault] = []

    def bring_in_conferences(self) -> Changes:
        """Add and change conferences. A conference that has been held or cancelled can't be changed."""
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
                was, now = to_json(before.value), to_json(value)
                conferences.change(self.connection, value, self.now)
                changed = {name: was[name] for name in was if was[name] != now[name]}
                self._note(value.id, ConferenceEvent.CHANGED, before=changed, due_before=before.due.isoformat())
            else:
                self._fault(("conferences", n), f"'{value.id}' is {before.state}, and can't be changed. Remove it from the file.")
        return changes

    def bring_in_bookings(self) -> Changes:
        """Add the published bookings, in place of these conferences' current ones."""
        changes = Changes()
        present = self._present()
        moved: list[_Import] = []
        for one in self._imports():
            state = present[one.conference].state
            if one.is_unchanged(state):
                changes.unchanged += 1
            elif state not in OPEN:
                self._fault(one.place, f"'{one.conference}' is {state}, and can't be booked. Remove it from the file.")
            else:
                moved.append(one)
                (changes.changed if one.current else changes.added).append(one.conference)
        bookings.end(self.connection, [one.current.number for one in moved if one.current], Ending.MOVED, self.now)
        for one in moved:
            self._book(one, present[one.conference])
        return changes

    def _book(self, one: _Import, conference: StoredConference) -> None:
        before = one.current
        if before is not None and before.booking.day == one.new.booking.day:
            one = replace(one, new=replace(one.new, exception=before.exception))
        try:
            added = bookings.add(self.connection, one.new, self.policy, self.now)
        except ServiceError as error:
            self._fault(one.place, error.detail)
            return
        conferences.change(self.connection, conference.value, self.now, state=ConferenceState.BOOKED)
        detail = {"booking": added.history_entry, "exception": added.exception}
        if before is None:
            self._note(one.conference, ConferenceEvent.BOOKED, **detail)
        elif changes := changes_of(before.booking, added.booking):
            felt = any(change.what in FELT_BY_FAMILIES for change in changes)
            event = ConferenceEvent.MOVED if felt else ConferenceEvent.CHANGED
            self._note(one.conference, event, **detail, before=before.history_entry)

    def _imports(self) -> Iterator[_Import]:
        """Yield the published bookings, and other conferences' current bookings whose length has changed."""
        takers = {taker.id for taker in nouns.values(self.connection, nouns.MINUTE_TAKERS)}
        for n, published in enumerate(self.problem.published):
            taker = published.minute_taker
            if taker is not None and taker not in takers:
                self._fault(
                    ("published", n, "minute_taker"),
                    f"there is no minute taker '{taker}'. Add the minute taker, or leave this empty.",
                )
                continue
            new = DiaryBooking(self.problem.booking_of(published), published.locks)
            yield _Import(("published", n, "start"), new, self._current(published.conference))
        for n, conference in enumerate(self.problem.conferences):
            current = self._current(conference.id) if conference.id not in self.problem.published_by_id else None
            if current is not None and (booking := self.problem.with_length(current.booking)) != current.booking:
                yield _Import(("conferences", n, "minutes"), DiaryBooking(booking, current.locks), current)

    def _present(self) -> dict[str, StoredConference]:
        names = self.problem.conference_by_id
        return {stored.value.id: stored for stored in conferences.of(self.connection, names)}

    def _current(self, conference: str) -> StoredBooking | None:
        return bookings.active_of(self.connection, conference)

    def _note(self, conference: str, event: ConferenceEvent, **detail: Any) -> None:
        conferences.record_event(self.connection, conference, event, self.now, ACTOR, **detail)

    def _fault(self, place: Place, message: str) -> None:
        self.faults.append(Fault(place, message))
