"""What the page of a conference shows, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.diary.bookings.freed import FreedMatch
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.pages.conference.clock_view import ClockMark, clock_marks
from api.pages.diary.view import anchor_of
from api.pages.names import PlaceNames
from api.pages.words import KINDS, MODES, OUTCOMES, REASONS, day_short, times
from scheduler.domain.conference import Mode
from scheduler.wording import capitalised, children_of, count_of

LOCKS = {"time": "Time locked", "chair": "Chair locked", "room": "Room locked"}


@dataclass(frozen=True)
class ShownConference:
    """A conference: its heading, its state and place in sentences, its clock, its details, and what can be done."""

    reference: str
    title: str
    state: str
    place: str
    late: str
    tags: Sequence[str]
    marks: Sequence[ClockMark]
    details: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    outcome: str
    next: tuple[str, str] | None
    can_move: bool
    can_find: bool
    can_cancel: bool
    can_have_outcome: bool
    can_correct: bool
    in_diary: str


def conference_view(
    stored: StoredConference, shown: Mapping[str, Any], following: StoredConference | None, names: PlaceNames, today: dt.date
) -> ShownConference:
    """Return the page of a conference; ``shown`` is the conference as the API shows it, ``following`` the family's next one."""
    item, value = shown["booking"], stored.value
    start = None if item is None else dt.datetime.fromisoformat(item["start"])
    is_booked = stored.state is ConferenceState.BOOKED and start is not None
    return ShownConference(
        reference=value.id,
        title=f"{value.id}: {KINDS[value.kind].lower()} conference",
        state=capitalised("waiting for a date" if stored.state is ConferenceState.REQUESTED else stored.state),
        place="" if item is None else _place(item, names, today),
        late=_lateness(item),
        tags=() if item is None else [LOCKS[lock] for lock in item["locks"]],
        marks=clock_marks(stored, None if start is None else start.date(), today),
        details=_details(stored, names, today),
        remarks=[*shown["remarks"], *_mode_remark(item)],
        outcome=_outcome(stored, today),
        next=None if following is None else (following.value.id, day_short(following.due, today)),
        can_move=is_booked and stored.outcome is None,
        can_find=stored.state is ConferenceState.REQUESTED,
        can_cancel=stored.state in OPEN,
        can_have_outcome=is_booked and start is not None and start.date() <= today,
        can_correct=stored.outcome is not None,
        in_diary="" if start is None else f"/diary/{start.date()}#{anchor_of(start)}",
    )


def freed_rows(matches: Sequence[FreedMatch], names: PlaceNames) -> list[tuple[str, str]]:
    """Return who could take a slot that is free now: the reference, and what it would gain."""
    rows = []
    for match in matches:
        booking = match.offer.booking
        gain = "It waits for a date." if match.booking is None else (
            f"It is booked late, and would be {count_of(match.working_days_gained or 0, 'working day')} earlier."
        )  # fmt: skip
        rows.append((match.conference, f"{gain} {names.chair(booking.chair)}, {times(booking.start, booking.end)}."))
    return rows


def _place(item: Mapping[str, Any], names: PlaceNames, today: dt.date) -> str:
    start, end = (dt.datetime.fromisoformat(item[name]) for name in ("start", "end"))
    people = [names.room(item["room"]), names.chair(item["chair"]), names.minute_taker(item["minute_taker"])]
    return ", ".join([day_short(start.date(), today), times(start, end), *filter(None, people)])


def _lateness(item: Mapping[str, Any] | None) -> str:
    if item is None or not item["late"]:
        return ""
    exception = item["exception"]
    allowed = "" if exception is None else f". {REASONS[exception['reason']]}, allowed by {exception['by']}"
    return f"Late by {count_of(item['late'], 'working day')}{allowed}"


def _mode_remark(item: Mapping[str, Any] | None) -> Sequence[str]:
    if item is None or item["held_as"] == item["mode"] or item["mode"] is None:
        return ()
    return (f"It is held virtually for want of a room. It was meant to be {MODES[Mode(item['mode'])].lower()}.",)


def _details(stored: StoredConference, names: PlaceNames, today: dt.date) -> list[tuple[str, str]]:
    value = stored.value
    rows = [
        ("Kind", KINDS[value.kind]),
        ("Children", children_of(value.children) + (f", {value.school_age} of school age" if value.school_age else "")),
        ("Office nearest the family", names.site(value.site)),
        ("How it is held", MODES[value.mode]),
        ("Length", f"{value.minutes} minutes"),
        ("Social worker", value.social_worker or "Not known"),
        (f"The family's {names.chair_title}", names.chair(value.chair) or "None yet"),
    ]
    if value.not_chairs:
        rows.append(("Not chaired by", ", ".join(names.chair(one) for one in value.not_chairs)))
    if value.unavailable:
        rows.append(("The family cannot come", ", ".join(day_short(one.start.date(), today) for one in value.unavailable)))
    if value.accessible:
        rows.append(("Room", "Step-free"))
    if stored.follows:
        rows.append(("Follows", stored.follows))
    return rows


def _outcome(stored: StoredConference, today: dt.date) -> str:
    if stored.outcome is None:
        return ""
    held_on = day_short(dt.date.fromisoformat(stored.outcome["held_on"]), today)
    children = stored.outcome["children"]
    on_plan = f", {children_of(children)} on a plan" if children else ""
    return f"{OUTCOMES[stored.outcome['outcome']]}, {held_on}{on_plan}"
