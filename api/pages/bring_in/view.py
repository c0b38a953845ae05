"""What an import would change, and what is wrong with its file, in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.errors import ErrorItem
from api.exchange.answers import KINDS, Changes, FieldChange, Imported
from api.pages.names import PlaceNames
from api.pages.words import day_short, moment_short
from scheduler.wording import capitalised, count_of, in_a_row

MOST_LISTED = 100
"""The most rows of each table: the rest is counted."""
_SHEETS = {
    "documents": "Settings, terms and holidays",
    "sites": "Offices",
    "rooms": "Rooms",
    "minute_takers": "Minute takers",
    "holds": "Slots kept free",
    "conferences": "Conferences",
    "bookings": "Bookings",
}
_ITEMS = {"sites": "Office", "rooms": "Room", "minute_takers": "Minute taker", "holds": "Kept free", "bookings": "Booking of"}
_DOCUMENTS = {"apart": "Kept apart", "terms": "School terms"}
_FIELDS = {
    "fte": "Full-time equivalent",
    "max_per_day": "Most a day",
    "max_per_week": "Most a week",
    "max_office_days": "Most office days",
    "hybrid_from": "Hybrid from",
    "not_chairs": "Must not chair",
    "site": "Office",
    "minutes": "Length in minutes",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")


@dataclass(frozen=True)
class SheetRow:
    """A kind of items: how many are added, changed and as they were."""

    name: str
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class ChangeRow:
    """A value that changes, or that doesn't since the diary's is newer; ``entry`` lets the file replace it."""

    item: str
    field: str
    before: str
    after: str
    entry: str = ""


@dataclass(frozen=True)
class PreviewView:
    """What saving a file would do. Each list has its first rows, and the number of the others."""

    heading: str
    summary: str
    save: str
    sheets: Sequence[SheetRow]
    changes: Sequence[ChangeRow]
    more_changes: int
    conflicts: Sequence[ChangeRow]
    more_conflicts: int
    undecided: Sequence[tuple[str, str, str]]
    broken: Sequence[tuple[str, str, str]]
    notes: Sequence[str]


def preview_view(file: str, imported: Imported, names: PlaceNames, today: dt.date) -> PreviewView:
    """Return what importing a file would change."""
    sheets = [_sheet_row(kind, getattr(imported, kind), names.chair_title) for kind in KINDS]
    added, changed = sum(one.added for one in sheets), sum(one.changed for one in sheets)
    number = added + changed
    return PreviewView(
        heading=f"Check {file}" if number else f"{file} changes nothing",
        summary=f"Nothing is saved yet. {added} to add, {changed} to change." if number else "The diary has all of it already.",
        save=f"Save {count_of(number, 'row')}" if number else "",
        sheets=[one for one in sheets if one.added or one.changed or one.unchanged],
        changes=[_change_row(one, names.chair_title, today) for one in imported.fields[:MOST_LISTED]],
        more_changes=max(0, len(imported.fields) - MOST_LISTED),
        conflicts=[_change_row(one, names.chair_title, today) for one in imported.conflicts[:MOST_LISTED]],
        more_conflicts=max(0, len(imported.conflicts) - MOST_LISTED),
        undecided=[
            (one.conference, one.where, " ".join(_sentence(broken.message) for broken in one.broken))
            for one in imported.undecided[:MOST_LISTED]
        ],
        broken=[
            (one.conference, moment_short(one.start, today), _sentence(one.text_with(names.person)))
            for one in imported.broken_bookings[:MOST_LISTED]
        ],
        notes=[_sentence(one) for one in imported.notes[:MOST_LISTED]],
    )


def number_of_rows(imported: Imported) -> int:
    """Return how many items an import adds or changes."""
    return sum(len(getattr(imported, kind).added) + len(getattr(imported, kind).changed) for kind in KINDS)


def faults_heading(file: str, errors: Sequence[ErrorItem]) -> str:
    """Return ``January.xlsx has 3 problems``."""
    return f"{file} has {count_of(len(errors), 'problem')}"


def fault_rows(errors: Sequence[ErrorItem]) -> list[tuple[str, str]]:
    """Return where each fault is and what to correct, for the first of them."""
    return [(capitalised(one.where), _sentence(one.message)) for one in errors[:MOST_LISTED]]


def _sheet_row(kind: str, changes: Changes, chair_title: str) -> SheetRow:
    name = f"{chair_title}s" if kind == "chairs" else _SHEETS[kind]
    return SheetRow(name, len(changes.added), len(changes.changed), changes.unchanged)


def _change_row(change: FieldChange, chair_title: str, today: dt.date) -> ChangeRow:
    kind, _, identifier = change.item.partition("/")
    noun = chair_title if kind == "chairs" else _ITEMS.get(kind, "")
    name = _DOCUMENTS.get(identifier, capitalised(identifier.replace("_", " "))) if kind == "documents" else identifier
    if change.field is None:
        before, after = ("Removed from the diary", "Would be back") if change.before is None else ("Is there", "Would change")
        return ChangeRow(f"{noun} {name}".strip(), "", before, after, change.item)
    last = change.field.rpartition(".")[2]
    is_whole = kind == "documents" and change.field == identifier
    field = "" if is_whole else _FIELDS.get(last, capitalised(change.field.replace("_", " ").replace(".", ": ")))
    before, after = (in_words(value, today) for value in (change.before, change.after))
    return ChangeRow(f"{noun} {name}".strip(), field, before, after, f"{change.item}/{change.field}")


def in_words(value: Any, today: dt.date) -> str:
    """Return a JSON value of the diary as people write it."""
    match value:
        case None | "" | []:
            return "Nothing"
        case bool():
            return "Yes" if value else "No"
        case [list() | dict(), *_]:
            return "; ".join(in_words(one, today) for one in value)
        case list():
            return in_a_row([in_words(one, today) for one in value])
        case {"first": first, "last": last}:
            return in_words(first, today) if first == last else f"{in_words(first, today)} to {in_words(last, today)}"
        case dict():
            return ", ".join(f"{name.replace('_', ' ')} {in_words(one, today)}" for name, one in value.items())
        case str() if _DAY.fullmatch(value):
            return day_short(dt.date.fromisoformat(value), today)
        case str() if _MOMENT.fullmatch(value):
            return moment_short(dt.datetime.fromisoformat(value), today)
        case _:
            return str(value).replace("_", " ") if isinstance(value, str) and value.islower() else str(value)


def _sentence(text: str) -> str:
    text = capitalised(text.strip())
    return text if text.endswith((".", "?", "!")) else f"{text}."
