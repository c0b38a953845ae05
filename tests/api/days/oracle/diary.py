"""The diary as a log of calls makes it: what is in it, and the few changes of which every event is made."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.api.days.oracle.defaults import DOCUMENTS, REGISTERS
from tests.api.days.oracle.working_days import ENGLAND, REVIEWS, WorkingDays, date

Fields = dict[str, Any]
OPEN = ("requested", "booked")
ALL_LOCKS = ("time", "chair", "room")
PLACE = ("start", "room", "chair", "minute_taker")
MOVES = ("date", "time", "room", "chair", "minute_taker", "mode")


@dataclass(frozen=True)
class Event:
    """An entry of a conference's history; the rest is what the report on reschedules needs.

    ``inquorate`` is the reason of an outcome that this entry made inquorate.
    """

    at: dt.datetime
    event: str
    reason: str | None = None
    by: str = "nobody signed in"
    publication: int | None = None
    before: Row | None = None
    after: Row | None = None
    mode: str = ""
    inquorate: str | None = None


@dataclass
class Case:
    """A conference: its value as the contract's JSON, its dates and state, its outcome, its history and its former chairs."""

    value: Fields
    due: dt.date
    earliest: dt.date | None
    state: str = "requested"
    follows: str | None = None
    outcome: Fields | None = None
    waiver: Fields | None = None
    history: list[Event] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The conference's reference."""
        return str(self.value["id"])

    @property
    def on_plan(self) -> dict[str, int]:
        """The children on a plan, by the chair in whose caseload they are."""
        value = self.value
        return {value["chair"]: value["children"]} if value["kind"] in REVIEWS and value["chair"] is not None else {}


@dataclass(frozen=True)
class Row:
    """A booking. ``number`` is None as long as no answer has named it; ``ended`` says how it ended."""

    conference: str
    start: dt.datetime
    end: dt.datetime
    room: str | None
    chair: str
    minute_taker: str | None
    arrival: dt.datetime
    cleared: dt.datetime
    locks: tuple[str, ...] = ()
    by_hand: bool = False
    publication: int | None = None
    exception: Fields | None = None
    held: bool = False
    number: int | None = None
    ended: str | None = None
    ended_at: dt.datetime | None = None

    @property
    def day(self) -> dt.date:
        """The day of the conference."""
        return self.start.date()


@dataclass
class Diary:
    """Everything that the log says. ``now`` is the instant of the latest call, ``changed`` the latest change of each item."""

    now: dt.datetime = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    registers: dict[str, dict[str, Fields]] = field(default_factory=lambda: {name: {} for name in REGISTERS})
    documents: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DOCUMENTS))
    cases: dict[str, Case] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    feeds: list[Fields] = field(default_factory=list)
    calendars: dict[str, list[tuple[dt.datetime, dt.datetime]]] = field(default_factory=dict)
    plans: dict[str, Fields] = field(default_factory=dict)
    publications: dict[int, Fields] = field(default_factory=dict)
    proposals: dict[str, Fields] = field(default_factory=dict)
    keys: set[tuple[str, str]] = field(default_factory=set)
    call: int = 0
    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    agreed: dict[tuple[str, str], Fields] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    journal: list[tuple[Case, Event]] = field(default_factory=list)

    # what the diary says

    @property
    def today(self) -> dt.date:
        """The day of the latest call. The days of these tests are in winter, when London's time is UTC."""
        return self.now.date()

    @property
    def policy(self) -> Fields:
        """The policy's settings."""
        found: Fields = self.documents["policy"]
        return found

    @property
    def calendar(self) -> WorkingDays:
        """The working days."""
        listed = self.documents["bank_holidays"]
        closures = frozenset(map(date, self.documents["closures"]))
        return WorkingDays(ENGLAND if listed is None else frozenset(map(date, listed)), closures)

    def active(self, first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> list[Row]:
        """Return the active bookings of some days, by start."""
        found = (row for row in self.rows if row.ended is None and first <= row.day <= last)
        return sorted(found, key=lambda row: (row.start, row.number or 0))

    def row_of(self, conference: str) -> Row | None:
        """Return the active booking of a conference."""
        return next((row for row in self.rows if row.conference == conference and row.ended is None), None)

    def numbered(self, number: int) -> Row | None:
        """Return the booking with a number."""
        return next((row for row in self.rows if row.number == number), None)

    def site(self, room: str | None) -> str | None:
        """Return a room's site; None for a virtual conference."""
        return None if room is None else str(self.registers["rooms"][room]["site"])

    def late_by(self, row: Row) -> int:
        """Return how many working days a booking is after its conference's due date."""
        return 0 if row.held else self.calendar.between(self.cases[row.conference].due, row.day)

    def following(self, conference: str) -> Case | None:
        """Return the conference that follows another in its family's chain."""
        return next((case for case in self.cases.values() if case.follows == conference), None)

    def chain(self, conference: str) -> list[Case]:
        """Return the conferences of a family's plan, from the first to the latest."""
        found = [self.cases[conference]]
        while found[0].follows is not None:
            found.insert(0, self.cases[found[0].follows])
        while (after := self.following(found[-1].id)) is not None:
            found.append(after)
        return found

    # the changes of which every event is made

    def touch(self, kind: str, identifier: str) -> None:
        """Remember that this call has changed an item."""
        self.changed[kind, identifier] = self.call

    def add_case(self, value: Fields, follows: str | None = None, by: str = "nobody signed in") -> Case:
        """Enter a conference."""
        value = dict(value)
        due, earliest = self.calendar.due(value, self.policy), self.calendar.earliest(value, self.policy)
        case = self.cases[value["id"]] = Case(value, due, earliest, follows=follows)
        self.note(case, "requested", by=by)
        return case

    def set_case(self, case: Case, state: str | None = None, **fields: Any) -> None:
        """Change a conference; its dates follow."""
        own = case.value["chair"]
        if own is not None and fields.get("chair", own) != own:
            case.former.append(own)
        case.value = case.value | fields
        case.state = state or case.state
        case.due, case.earliest = (
            self.calendar.due(case.value, self.policy),
            self.calendar.earliest(case.value, self.policy),
        )
        self.touch("conferences", case.id)

    def note(self, case: Case, event: str, reason: str | None = None, **more: Any) -> None:
        """Add an entry to a conference's history."""
        entry = Event(self.now, event, reason, mode=case.value["mode"], **more)
        case.history.append(entry)
        self.journal.append((case, entry))
        self.touch("conferences", case.id)

    def book(self, row: Row) -> Row:
        """Add a booking."""
        self.rows.append(row)
        self.touch("bookings", row.conference)
        return row

    def end(self, row: Row, how: str) -> Row:
        """End a booking; return it as it was."""
        self.rows[self.rows.index(row)] = replace(row, ended=how, ended_at=self.now)
        self.touch("bookings", row.conference)
        return row

    def carry(self, before: dict[str, int], after: dict[str, int]) -> None:
        """Move children from the caseloads that they were in to those that they are in now."""
        for chair in {**before, **after}:
            more = after.get(chair, 0) - before.get(chair, 0)
            if more:
                present = self.registers["chairs"][chair]
                present["caseload"] = max(0, present["caseload"] + more)
                self.touch("chairs", chair)

    def reset_clocks(self) -> None:
        """Compute the dates of every open conference again, since the calendar or the policy has changed."""
        for case in self.cases.values():
            dates = self.calendar.due(case.value, self.policy), self.calendar.earliest(case.value, self.policy)
            if case.state in OPEN and dates != (case.due, case.earliest):
                self.set_case(case)

    def learn(self, numbers: Iterable[tuple[str, int]]) -> None:
        """Take the numbers that an answer gave for bookings whose number was unknown."""
        known = {row.number for row in self.rows}
        for conference, number in numbers:
            row = self.row_of(conference)
            if row is not None and row.number is None and number not in known:
                self.rows[self.rows.index(row)] = replace(row, number=number)

    def new_row(self, conference: str, chosen: Fields, minutes: int, **more: Any) -> Row:
        """Return a booking at a chosen start and place: people arrive for the pre-meet, and rooms need a reset."""
        start = dt.datetime.fromisoformat(str(chosen["start"]))
        end = start + dt.timedelta(minutes=minutes)
        return Row(
            conference,
            start,
            end,
            chosen["room"],
            chosen["chair"],
            chosen["minute_taker"],
            arrival=start - dt.timedelta(minutes=self.policy["pre_meet"]),
            cleared=end + dt.timedelta(minutes=self.policy["reset"]),
            **more,
        )

    def shifted(self, row: Row, day: dt.date) -> Row:
        """Return a booking at the same time and place on another day, without its number."""
        by = day - row.day
        times = {name: getattr(row, name) + by for name in ("start", "end", "arrival", "cleared")}
        return replace(row, **times, number=None)


def place(row: Row) -> Fields:
    """Return where and when a booking is, in the contract's JSON."""
    return {"start": moment(row.start), "room": row.room, "chair": row.chair, "minute_taker": row.minute_taker}


def moment(at: dt.datetime) -> str:
    """Return a local time as the contract's JSON has it."""
    return f"{at:%Y-%m-%dT%H:%M}"


def changes(before: Row, after: Row, mode: str) -> Iterator[Fields]:
    """Yield what changed from one booking to another. Without a room a conference is held virtually."""

    def aspects(row: Row) -> Fields:
        return {
            "date": f"{row.day}",
            "time": f"{row.start:%H:%M}",
            "room": row.room,
            "chair": row.chair,
            "minute_taker": row.minute_taker,
            "mode": "virtual" if row.room is None else mode,
        }

    old, new = aspects(before), aspects(after)
    yield from ({"what": name, "from": old[name], "to": new[name]} for name in MOVES if old[name] != new[name])
