"""What the pages of people and rooms show, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.diary.absences.workflow import Away
from api.diary.office_days import Weeks
from api.free_busy.queries import StoredCalendar
from api.pages.calendar_links.view import BusyState, busy_state
from api.pages.names import PlaceNames
from api.pages.people.kinds import BY_NAME, DAYS, FieldKind, FormField, ItemKind
from api.pages.words import day_long, day_short, days_long
from api.reports.caseloads import CaseloadRow, Leaving
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.values import monday_of
from scheduler.wording import children_of, count_of, in_a_row

BAR = 160
"""The width of the longest caseload bar, in pixels."""
WEEKS_AHEAD = 8
"""The weeks, from the present one on, whose office days are counted."""


@dataclass(frozen=True)
class CaseloadBar:
    """A caseload as a bar: its widths up to the cap and above it, where the cap is, and the same in words."""

    within: int
    above: int
    cap: int
    words: str
    is_above: bool
    more: str


@dataclass(frozen=True)
class ChairRow:
    """A chair: the caseload against the cap, office days this week, weeks with too many, absences, and their own calendar."""

    id: str
    name: str
    hours: str
    caseload: CaseloadBar
    office_days: str
    too_many: Sequence[str]
    away: str
    calendar: BusyState
    leaving: str


def chair_rows(
    chairs: Sequence[Chair],
    caseloads: Sequence[CaseloadRow],
    weeks: Mapping[str, Weeks],
    calendars: Mapping[str, StoredCalendar],
    today: dt.date,
) -> list[ChairRow]:
    """Return a row for each chair. The bars have one scale."""
    most = max((max(row.after, row.cap) for row in caseloads), default=0) or 1
    return [
        ChairRow(
            chair.id,
            chair.label,
            "Reserve" if chair.reserve else f"{chair.fte:g}",
            caseload_bar(row, most),
            _of_limit(weeks.get(chair.id, {}).get(monday_of(today), 0), chair.max_office_days),
            too_many_office_days(chair, weeks.get(chair.id, {}), today),
            next_away(chair, today),
            busy_state(calendars[chair.id], today),
            _leaving(row, today),
        )
        for chair, row in zip(chairs, caseloads, strict=True)
    ]


def caseload_bar(row: CaseloadRow, most: int) -> CaseloadBar:
    """Return a chair's caseload with all that is booked; ``most`` is the number of children of the whole width."""
    within = min(row.after, row.cap)
    words = str(row.after) if row.reserve else f"{row.after} of {row.cap}"
    if row.above:
        words += f", {row.above} above"
    return CaseloadBar(
        within=round(within / most * BAR),
        above=round((row.after - within) / most * BAR),
        cap=round(row.cap / most * BAR),
        words=words,
        is_above=row.above > 0,
        more=f"{row.now} now, {row.given} booked" if row.given else "",
    )


def too_many_office_days(chair: Chair, weeks: Weeks, today: dt.date) -> list[str]:
    """Return the weeks with more office days than the chair has, each in words."""
    most = chair.max_office_days
    return [
        f"{count} of {most} in the week from {day_short(week, today)}"
        for week, count in weeks.items()
        if most is not None and count > most
    ]


def next_away(item: Any, today: dt.date) -> str:
    """Return when a person is away, or a room closed, now or next, or an empty text."""
    periods = sorted((one for one in away_of(item) if one.last >= today), key=lambda one: one.first)
    if not periods:
        return ""
    later = f", and {len(periods) - 1} more" if len(periods) > 1 else ""
    return f"{'Now: ' if periods[0].first <= today else ''}{days_long(periods[0])}{later}"


def away_of(item: Any) -> Sequence[Any]:
    """Return the absences of a person, or the closures of a room."""
    return item.closed if isinstance(item, Room) else getattr(item, "absences", ())


def _of_limit(count: int, most: int | None) -> str:
    return str(count) if most is None else f"{count} of {most}"


def _leaving(row: CaseloadRow, today: dt.date) -> str:
    if row.leaving is None or row.last is None:
        return ""
    word = "Left" if row.leaving is Leaving.HAS_LEFT else "Leaves"
    hand_over = f": {children_of(row.to_hand_over)} to hand over" if row.to_hand_over else ""
    return f"{word} {day_short(row.last, today)}{hand_over}"


@dataclass(frozen=True)
class ItemRow:
    """A minute taker, a room or an office in its list."""

    id: str
    name: str
    cells: Sequence[str]


def taker_cells(one: MinuteTaker, names: PlaceNames, today: dt.date) -> Sequence[str]:
    """Return the offices, weekdays, limit and absences of a minute taker."""
    a_day = "No limit" if one.max_per_day is None else count_of(one.max_per_day, "conference")
    return [in_a_row([names.site(site) for site in one.sites]), weekdays(one.works), a_day, next_away(one, today)]


def room_cells(one: Room, names: PlaceNames, today: dt.date) -> Sequence[str]:
    """Return the office, starts, equipment, access, days of use and closures of a room."""
    starts = ", ".join(f"{start:%H:%M}" for start in one.starts)
    hybrid = (
        "No" if one.hybrid_from is None else "Yes" if one.hybrid_from <= today else f"From {day_short(one.hybrid_from, today)}"
    )
    return [names.site(one.site), starts, hybrid, "Yes" if one.accessible else "No", _in_use(one, today), next_away(one, today)]


def _in_use(room: Room, today: dt.date) -> str:
    parts = []
    if room.first is not None and room.first > today:
        parts.append(f"from {day_short(room.first, today)}")
    if room.last is not None:
        parts.append(f"until {day_short(room.last, today)}")
    return " ".join(parts).capitalize() if parts else "In use"


def weekdays(works: Sequence[str]) -> str:
    """Return ``Monday to Friday``, or the days one by one."""
    if tuple(works) == tuple(DAYS)[:5]:
        return "Monday to Friday"
    return in_a_row([DAYS[day] for day in DAYS if day in works]) or "No day"


def details(kind: ItemKind, value: Any, names: PlaceNames) -> list[tuple[str, str]]:
    """Return what is known of an item, with the labels of its form."""
    return [(field.label, text) for field in kind.fields if (text := _detail(field, value, names))]


def _detail(field: FormField, value: Any, names: PlaceNames) -> str:
    """Return a field's value in words, or an empty text if there is nothing to say."""
    given = getattr(value, field.name)
    match field.kind:
        case FieldKind.OFFICE | FieldKind.OFFICE_OR_NONE:
            return names.site(given) if given else ""
        case FieldKind.OFFICES:
            return in_a_row([names.site(site) for site in given]) or "None: virtual conferences only"
        case FieldKind.WEEKDAYS:
            return weekdays(given)
        case FieldKind.TIMES:
            return in_a_row([f"{time:%H:%M}" for time in given])
        case FieldKind.DATE:
            return "" if given is None else day_long(given)
        case FieldKind.YES:
            return "Yes" if given else "No"
        case FieldKind.LIMIT:
            return "No limit" if given is None else str(given)
        case FieldKind.DECIMAL:
            return f"{given:g}"
        case _:
            return str(given)


@dataclass(frozen=True)
class AwayRow:
    """An absence or closure: its id, whose it is with their page, and its days."""

    id: str
    whose: str
    path: str
    days: str
    is_over: bool


def away_rows(found: Sequence[Away], names: PlaceNames, today: dt.date) -> list[AwayRow]:
    """Return absences and closures, those that are over last."""
    rows = [
        AwayRow(
            one.id,
            names.subject(one.of, one.whose),
            f"{BY_NAME[one.of].path}/{one.whose}",
            days_long(one.period),
            one.period.last < today,
        )
        for one in found
    ]
    return sorted(rows, key=lambda row: row.is_over)
