"""The form of a what-if: from its rows to scenarios, with a sentence for each fault.

Row 1 has the fields ``change_1``, ``who_1``, ``number_1``, ``first_1`` and ``last_1``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.errors import ErrorItem, invalid
from api.pages.entries import NearestYear, date_of, middle_of, time_of
from api.pages.forms import TypedForm
from api.pages.words import day_short
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room, Site
from scheduler.domain.values import Period, days, is_friday

FEWEST_ROWS, MOST_ROWS = 3, 12
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}")


@dataclass(frozen=True)
class ChangeKind:
    """A change that a row can make: its words, what ``who`` must be, whether it needs a number, and the days that count."""

    label: str
    who: str = ""
    needs_who: bool = True
    number: str = ""
    has_days: bool = True


KINDS = {
    "site_closes": ChangeKind("An office closes", "site"),
    "room_closes": ChangeKind("A room closes", "room"),
    "room_opens": ChangeKind("One room more", "site"),
    "room_gains_hybrid": ChangeKind("A room gets hybrid equipment", "room"),
    "room_gains_start": ChangeKind("A room gets another start", "room", number="a time such as 16:30", has_days=False),
    "chair_joins": ChangeKind("One CPA more", "site", needs_who=False),
    "chair_leaves": ChangeKind("A CPA leaves", "chair"),
    "chair_absent": ChangeKind("A CPA is away", "chair"),
    "caseload_cap": ChangeKind("Another caseload cap", number="a number of children such as 90", has_days=False),
    "fridays_open": ChangeKind("Fridays are allowed"),
    "demand": ChangeKind(
        "More or fewer conferences", "site", needs_who=False, number="per cent such as 20 or -10", has_days=False
    ),
    "minute_taker_joins": ChangeKind("One minute taker more", has_days=False),
}
NOUNS = {"site": "an office", "room": "a room", "chair": "a CPA"}
CHAIR = "CPA"
"""The word in these texts that stands for the service's own title of its chairs."""


@dataclass(frozen=True)
class Resources:
    """The offices, rooms and people of the diary, for rows that name or copy one."""

    sites: Sequence[Site]
    rooms: Sequence[Room]
    chairs: Sequence[Chair]
    minute_takers: Sequence[MinuteTaker]
    chair_title: str

    def name(self, who: str) -> str:
        """Return the name of ``site/WYC``, ``room/WYC-1`` or ``chair/C1``."""
        kind, _, identifier = who.partition("/")
        by_kind: dict[str, Sequence[Site | Room | Chair]] = {"site": self.sites, "room": self.rooms, "chair": self.chairs}
        items = by_kind.get(kind, ())
        return next((one.label for one in items if one.id == identifier), "")


@dataclass
class _Row:
    """A row that is being read: its entries, and the faults found in all rows so far."""

    n: int
    typed: TypedForm
    days: Period
    today: dt.date
    resources: Resources
    faults: list[ErrorItem] = field(default_factory=list)

    @property
    def who(self) -> str:
        return self.typed[f"who_{self.n}"]

    @property
    def identifier(self) -> str:
        return self.who.partition("/")[2]

    @property
    def number(self) -> str:
        return self.typed[f"number_{self.n}"]

    def refuse(self, name: str, message: str) -> None:
        message = message.replace(CHAIR, self.resources.chair_title)
        self.faults.append(ErrorItem(where=f"{name}_{self.n}", message=f"Change {self.n}: {message}"))

    def day(self, name: str) -> dt.date | None:
        """Return a typed day within the plan; None if nothing is typed, or if it is refused."""
        text = self.typed[f"{name}_{self.n}"]
        day = date_of(text, middle_of(self.days), NearestYear.NEAREST) if text else None
        if text and day is None:
            self.refuse(name, f"'{text}' is not a date. Enter a date such as 18/1.")
        elif day is not None and day not in self.days:
            between = f"from {day_short(self.days.first, self.today)} to {day_short(self.days.last, self.today)}"
            self.refuse(name, f"{day_short(day, self.today)} is outside the days that are planned. Enter a day {between}.")
            return None
        return day


def rows_shown(typed: TypedForm) -> int:
    """Return how many rows the form has: those that were sent, and at least three."""
    return max([FEWEST_ROWS, *(n for n in range(1, MOST_ROWS + 1) if f"change_{n}" in typed)])


def field_names(rows: int) -> list[str]:
    """Return the fields of a form with some rows, in their order."""
    parts = ("change", "who", "number", "first", "last")
    return ["first", "last", *(f"{part}_{n}" for n in range(1, rows + 1) for part in parts)]


def scenarios_of(typed: TypedForm, days: Period, today: dt.date, resources: Resources) -> list[dict[str, Any]]:
    """Return the scenarios of a form: each row by itself, or all together. Raise InvalidError with every fault."""
    faults: list[ErrorItem] = []
    changes: list[tuple[str, dict[str, Any]]] = []
    for n in range(1, MOST_ROWS + 1):
        kind = typed[f"change_{n}"]
        if kind in KINDS:
            taken = [change for _, change in changes]
            changes.append(_change(kind, _Row(n, typed, days, today, resources, faults), taken))
        elif any(typed[f"{name}_{n}"] for name in ("who", "number", "first", "last")):
            faults.append(ErrorItem(where=f"change_{n}", message=f"Change {n}: choose what changes"))
    if not changes and not faults:
        faults.append(ErrorItem(where="change_1", message="Choose at least one change"))
    if faults:
        raise invalid("The form has faults.", faults)
    if typed["together"] == "yes" and len(changes) > 1:
        return [{"name": "All together", "changes": [change for _, change in changes]}]
    return [{"name": name, "changes": [change]} for name, change in changes]


def _change(kind: str, row: _Row, before: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the name and the fields of a row's change."""
    what = KINDS[kind]
    first, last = (row.day("first"), row.day("last")) if what.has_days else (None, None)
    if first and last and first > last:
        row.refuse("last", "the last day is before the first. Enter a day on or after it.")
    if row.who and row.who.partition("/")[0] != what.who:
        noun = NOUNS.get(what.who, "")
        row.refuse("who", f"choose {noun}" if noun else f"leave this empty for “{what.label}”")
    elif what.who and what.needs_who and not row.who:
        row.refuse("who", f"choose {NOUNS[what.who]}")
    fields = {"change": kind, **_fields(kind, row, before, first, last)}
    return _name(kind, row, first, last), {name: value for name, value in fields.items() if value is not None}


def _fields(
    kind: str, row: _Row, before: Sequence[dict[str, Any]], first: dt.date | None, last: dt.date | None
) -> dict[str, Any]:
    span = {"first": None if first is None else first.isoformat(), "last": None if last is None else last.isoformat()}
    match kind:
        case "site_closes":
            return {"site": row.identifier, **span}
        case "room_closes":
            return {"room": row.identifier, **span}
        case "room_gains_hybrid":
            return {"room": row.identifier, "first": span["first"]}
        case "chair_leaves":
            return {"chair": row.identifier, "first": span["first"]}
        case "chair_absent":
            return {"chair": row.identifier, **span}
        case "room_gains_start":
            return {"room": row.identifier, "start": _time(row)}
        case "caseload_cap":
            return {"cap": _whole(row, at_least=1)}
        case "demand":
            return {"percent": _whole(row, at_least=-100), "site": row.identifier or None}
        case "fridays_open":
            return {"dates": _fridays(row, first, last)}
        case "room_opens":
            return {"room": _copy(row, "room", before, [one for one in row.resources.rooms if one.site == row.identifier], span)}
        case "chair_joins":
            chairs = [one for one in row.resources.chairs if not one.reserve]
            return {"chair": _copy(row, "chair", before, chairs, {**span, "base": row.identifier or None, "fte": 1.0})}
        case _:
            return {"minute_taker": _copy(row, "minute_taker", before, row.resources.minute_takers, {})}


def _time(row: _Row) -> str | None:
    time = time_of(row.number)
    if time is None:
        row.refuse("number", f"enter {KINDS['room_gains_start'].number}")
    return time


def _whole(row: _Row, at_least: int) -> int | None:
    if not _NUMBER.fullmatch(row.number) or int(row.number) < at_least:
        row.refuse("number", f"enter {KINDS[row.typed[f'change_{row.n}']].number}")
        return None
    return int(row.number)


def _fridays(row: _Row, first: dt.date | None, last: dt.date | None) -> list[str]:
    span = [day for day in days(row.days) if (first is None or day >= first) and (last is None or day <= last)]
    fridays = [day.isoformat() for day in span if is_friday(day)]
    if not fridays:
        row.refuse("first", "there is no Friday on these days")
    return fridays


def _copy(
    row: _Row, noun: str, before: Sequence[dict[str, Any]], of: Sequence[Room | Chair | MinuteTaker], changed: dict[str, Any]
) -> dict[str, Any] | None:
    """Return a copy of the last one with nothing of its own: no name, children, absences or closures."""
    if not of:
        copied_noun = CHAIR if noun == "chair" else noun.replace("_", " ")
        where = " there" if noun == "room" else ""
        row.refuse("who", f"there is no {copied_noun}{where} to copy. Enter one first.")
        return None
    own = {"id", "name", "first", "last", "closed", "caseload", "absences", "busy", "beside"}
    copied = {name: value for name, value in of[-1].model_dump(mode="json").items() if name not in own and value is not None}
    number = 1 + sum(isinstance(change.get(noun), dict) for change in before)
    identifier = f"New {row.resources.chair_title if noun == 'chair' else noun.replace('_', ' ')} {number}"
    return copied | {"id": identifier} | {name: value for name, value in changed.items() if value is not None}


def _name(kind: str, row: _Row, first: dt.date | None, last: dt.date | None) -> str:
    who, number = row.resources.name(row.who), row.number
    words = {
        "site_closes": f"{who} closes",
        "room_closes": f"{who} closes",
        "room_opens": f"One room more at {who}",
        "room_gains_hybrid": f"{who} gets hybrid equipment",
        "room_gains_start": f"{who} starts at {number} too",
        "chair_joins": f"One {row.resources.chair_title} more",
        "chair_leaves": f"{who} leaves",
        "chair_absent": f"{who} is away",
        "caseload_cap": f"A cap of {number}",
        "fridays_open": "Fridays allowed",
        "demand": f"{number.lstrip('+-')}% {'fewer' if number.startswith('-') else 'more'} conferences",
        "minute_taker_joins": "One minute taker more",
    }[kind]
    if kind in ("chair_joins", "demand") and who:
        words += f" at {who}" if kind == "chair_joins" else f" for {who}"
    return words + "".join(_span(first, last, row.today))


def _span(first: dt.date | None, last: dt.date | None, today: dt.date) -> Iterator[str]:
    if first is not None:
        yield f" from {day_short(first, today)}"
    if last is not None:
        yield f" {'to' if first else 'until'} {day_short(last, today)}"
