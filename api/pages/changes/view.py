"""What publishing a draft would change, and for whom, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.pages.changes.entry import field_of
from api.pages.names import PlaceNames
from api.pages.words import day_short, moment_short
from api.publishing.difference import MovedBooking, Party
from api.publishing.review import Draft, DraftDifference
from api.publishing.workflow import is_felt
from scheduler.domain.schedule import Booking
from scheduler.wording import agree, capitalised, count_of, in_a_row

WHAT = {
    "date": "date",
    "time": "time",
    "minutes": "length",
    "room": "room",
    "minute_taker": "minute taker",
    "mode": "how it is held",
}


@dataclass(frozen=True)
class ChangedRow:
    """A booking that would move or be withdrawn: where it was before, where it would be after, and what changes or why."""

    reference: str
    before: str
    after: str
    what: str


@dataclass(frozen=True)
class NewRow:
    """A booking that would be new."""

    reference: str
    when: str
    place: str
    chair: str


@dataclass(frozen=True)
class LateToAllow:
    """A late conference to allow, with the names of its fields."""

    reference: str
    due: str
    booked: str
    late: str
    reason: str
    safety: str


@dataclass(frozen=True)
class ChangesView:
    """What publishing would change: its number of changes, the version that is seen, and everybody whom it affects."""

    summary: str
    number: int
    seen: str
    refusal: str
    obstacles: Sequence[str]
    moved: Sequence[ChangedRow]
    withdrawn: Sequence[ChangedRow]
    new: Sequence[NewRow]
    slots: str
    affected: Sequence[tuple[str, str]]
    late: Sequence[LateToAllow]
    waivers: Sequence[str]


def changes_view(draft: Draft, names: PlaceNames, today: dt.date) -> ChangesView:
    """Return the page of what publishing a draft would change."""
    difference = draft.difference
    some, slots = difference.conferences, difference.held_slots
    booked = {name: one.booking for name, one in draft.booked.items()}
    planned = {name: one.booking for name, one in draft.planned.items()}
    return ChangesView(
        summary=_summary(difference),
        number=sum(len(one.new) + len(one.moved) + len(one.withdrawn) for one in (some, slots)),
        seen=difference.digest,
        refusal="" if draft.refusal is None else draft.refusal.detail,
        obstacles=() if draft.refusal is None else [one.message for one in draft.refusal.obstacles],
        moved=[_moved(one, booked[one.booking.conference], names, today) for one in some.moved],
        withdrawn=[
            ChangedRow(one.booking.conference, _slot(one.booking, names, today), "Waits for a date again", one.reason or "")
            for one in some.withdrawn
        ],
        new=[
            NewRow(one.conference, moment_short(one.start, today), names.room(one.room), names.chair(one.chair))
            for one in some.new
        ],
        slots=_slots(len(slots.new), len(slots.moved), len(slots.withdrawn)),
        affected=list(_affected(difference, names)),
        late=[
            LateToAllow(
                one.conference,
                day_short(one.due, today),
                moment_short(planned[one.conference].start, today),
                f"Late by {count_of(one.working_days, 'working day')}",
                field_of("reason", one.conference),
                field_of("safety", one.conference),
            )
            for one in difference.exceptions_needed
        ],
        waivers=[one.text for one in difference.waivers_needed],
    )


def _summary(difference: DraftDifference) -> str:
    some = difference.conferences
    families = len(some.moved) + len(some.withdrawn)
    parts = (
        f"{len(some.new)} new, {len(some.moved)} moved, {len(some.withdrawn)} withdrawn, "
        f"{some.unchanged} as {agree(some.unchanged, 'it was', 'they were')}."
    )
    return f"{parts} {_ring(difference)}" if families else f"{parts} Nobody has to be rung about a date that moves."


def _ring(difference: DraftDifference) -> str:
    some = difference.conferences
    families = sum(map(is_felt, some.moved)) + len(some.withdrawn)
    return f"{capitalised(count_of(families, 'family', 'families'))} to ring."


def _moved(one: MovedBooking, booked: Booking, names: PlaceNames, today: dt.date) -> ChangedRow:
    what = [names.chair_title if change.what == "chair" else WHAT[change.what] for change in one.changes]
    before, after = (_slot(booking, names, today) for booking in (booked, one.booking))
    if [change.what for change in one.changes] == ["minute_taker"]:
        before, after = (names.minute_taker(booking.minute_taker) or "nobody" for booking in (booked, one.booking))
    return ChangedRow(one.booking.conference, before, after, capitalised(in_a_row(what)))


def _slot(one: Booking, names: PlaceNames, today: dt.date) -> str:
    return names.slot(one.start, one.room, one.chair, today)


def _slots(new: int, moved: int, withdrawn: int) -> str:
    if not (new or moved or withdrawn):
        return ""
    return f"Slots kept free: {new} new, {moved} moved, {withdrawn} given up."


def _affected(difference: DraftDifference, names: PlaceNames) -> Iterable[tuple[str, str]]:
    people = difference.affected
    yield "Families", _listed(people.families, str)
    yield "Social workers", _listed(people.social_workers, str)
    yield f"{names.chair_title}s", _listed(people.chairs, names.chair)
    yield "Minute takers", _listed(people.minute_takers, names.minute_taker)


def _listed(parties: Sequence[Party], name: object) -> str:
    assert callable(name)
    if not parties:
        return "None"
    return f"{len(parties)}: " + ", ".join(f"{name(one.id)} ({count_of(one.changes, 'change')})" for one in parties)
