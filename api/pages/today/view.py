"""What the page Today shows, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.decisions.to_do import ToDo
from api.decisions.waiting import Waiting
from api.diary.conflicts.queries import BrokenBooking
from api.pages.names import PlaceNames
from api.pages.plans.days import name_of
from api.pages.plans.list_view import PlanRow, calls_in_words, plan_row
from api.pages.words import KINDS, REASONS, day_short, moment_short
from scheduler.domain.conference import ConferenceKind
from scheduler.wording import count_of

FEW_SLOTS = 2
"""A request with no more slots than this is at risk."""


@dataclass(frozen=True)
class WaitingRow:
    """A request that waits for a date."""

    reference: str
    kind: str
    site: str
    due: str
    days_left: str
    slots: str
    state: str


@dataclass(frozen=True)
class BookedRow:
    """A booking that needs something: ``what`` says it."""

    reference: str
    kind: str
    booked: str
    place: str
    chair: str
    what: str


@dataclass(frozen=True)
class TodayView:
    """Each section of the page, with the number of all its entries."""

    waiting: Sequence[WaitingRow]
    number_waiting: int
    late: Sequence[BookedRow]
    number_late: int
    broken: Sequence[BookedRow]
    without_outcome: Sequence[BookedRow]
    number_without_outcome: int
    stale: Sequence[tuple[str, str]]
    weeks: Sequence[str]
    kept_free: Sequence[tuple[str, Sequence[str]]]
    drafts: Sequence[PlanRow]
    calls: Sequence[tuple[int, str, str]]
    rung: tuple[int, int]
    chair_title: str


def today_view(to_do: ToDo, names: PlaceNames, today: dt.date) -> TodayView:
    """Return the page of what needs doing."""
    return TodayView(
        waiting=[waiting_row(one, names, today) for one in to_do.waiting],
        number_waiting=to_do.number_waiting,
        late=[_booked(one, names, today, _lateness(one)) for one in to_do.late],
        number_late=to_do.number_late,
        broken=broken_rows(to_do.broken, names, today),
        without_outcome=[_booked(one, names, today, "") for one in to_do.without_outcome],
        number_without_outcome=to_do.number_without_outcome,
        stale=[(names.chair(one.chair), _last_read(one.good_at, today)) for one in to_do.stale_calendars],
        weeks=[f"From {day_short(week, today)}" for week in to_do.weeks],
        kept_free=[
            (names.site(one.site.id), [f"{left} of {meant} left" if meant else "None kept" for left, meant in one.weeks])
            for one in to_do.kept_free
        ],
        drafts=[plan_row(one, today) for one in to_do.drafts],
        calls=[(one.publication, name_of(one.days), calls_in_words(one)) for one in to_do.calls],
        rung=(sum(one.made for one in to_do.calls), sum(one.total for one in to_do.calls)),
        chair_title=names.chair_title,
    )


def broken_rows(broken: Sequence[BrokenBooking], names: PlaceNames, today: dt.date) -> list[BookedRow]:
    """Return the rows of bookings that break a rule, each with the sentence that says which."""
    return [
        BookedRow(
            one.conference,
            "",
            moment_short(one.start, today),
            names.room(one.room),
            names.chair(one.chair),
            one.text_with(names.person),
        )
        for one in broken
    ]


def waiting_row(one: Waiting, names: PlaceNames, today: dt.date) -> WaitingRow:
    """Return the row of a request: its state is late, at risk, or empty."""
    value = one.stored.value
    days, slots = one.working_days_left, one.slots_left
    if days < 0:
        left, state = f"Overdue by {count_of(-days, 'working day')}", "late"
    else:
        left, state = str(days), ""
    if slots is None:
        shown = "Not counted yet"
    elif slots == 0:
        shown, state = "None", "late"
    elif slots <= FEW_SLOTS:
        shown, state = f"At risk: {count_of(slots, 'slot')} left", state or "risk"
    else:
        shown = str(slots)
    return WaitingRow(value.id, KINDS[value.kind], names.site(value.site), day_short(one.stored.due, today), left, shown, state)


def _booked(item: dict[str, Any], names: PlaceNames, today: dt.date, what: str) -> BookedRow:
    start = dt.datetime.fromisoformat(item["start"])
    kind = KINDS[ConferenceKind(item["kind"])] if item["kind"] else ""
    return BookedRow(
        item["conference"], kind, moment_short(start, today), names.room(item["room"]), names.chair(item["chair"]), what
    )


def _lateness(item: dict[str, Any]) -> str:
    late = f"Late by {count_of(item['late'], 'working day')}"
    exception = item["exception"]
    if exception is None:
        return f"{late}. Not allowed by anybody yet"
    return f"{late}. {REASONS[exception['reason']]}, allowed by {exception['by']}"


def _last_read(at: dt.datetime | None, today: dt.date) -> str:
    return "Never read" if at is None else f"Last read {moment_short(at, today)}"
