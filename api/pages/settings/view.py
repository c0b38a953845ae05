"""The settings in words: when each rule was changed, and the list of all changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from api.clock import LONDON
from api.diary.service.queries import DocumentChange
from api.pages.settings.entry import text_of
from api.pages.settings.sentences import BY_PATH, FALLBACKS, OFF, RULES, FieldEntry
from api.pages.words import day_long, moment_short
from scheduler.wording import capitalised, in_a_row

TITLES = {
    "service": "Whose diary it is",
    "terms": "School terms",
    "bank_holidays": "Bank holidays",
    "closures": "Days on which nothing is held",
    "travel": "Minutes between offices",
    "virtual_starts": "Starts of virtual conferences",
    "apart": "Families kept apart",
    "references": "Characters of references",
    "feed_settings": "What calendar links show",
}
"""What documents are called that have no sentences."""
MOST_NAMED = 4


@dataclass(frozen=True)
class SettingChange:
    """A change: when, who, what, what it was and what it is now."""

    when: str
    who: str
    what: str
    before: str
    after: str


def last_changes(changes: Sequence[DocumentChange]) -> dict[str, str]:
    """Return the latest change of each rule by its path: who, when, and what it was. ``changes`` are latest first."""
    found: dict[str, str] = {}
    for change in changes:
        for path, before, _ in _leaves(change.name, change.before, change.after):
            if path not in found:
                when = day_long(change.at.astimezone(LONDON).date())
                found[path] = f"Changed by {change.actor}, {when}. Was {_value(path, before)}."
    return found


def change_rows(changes: Sequence[DocumentChange], today: dt.date) -> list[SettingChange]:
    """Return a row for each value that was changed, latest first."""
    return [
        SettingChange(moment_short(change.at.astimezone(LONDON), today), capitalised(change.actor), what, before, after)
        for change in changes
        for what, before, after in _in_words(change)
    ]


def _in_words(change: DocumentChange) -> Iterator[tuple[str, str, str]]:
    if isinstance(change.before, list | None) and isinstance(change.after, list | None):
        before, after = change.before or [], change.after or []
        removed, added = [one for one in before if one not in after], [one for one in after if one not in before]
        yield TITLES.get(change.name, change.name), _some(removed, "Removed"), _some(added, "Added")
        return
    for path, was, now in _leaves(change.name, change.before, change.after):
        sentence = BY_PATH.get(path)
        if sentence is not None:
            what = sentence.with_value("…")
        else:
            what = "Rules that are switched off" if path == OFF else TITLES.get(change.name, change.name)
        yield what, _value(path, was), _value(path, now)


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path of each value that differs, with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _leaves(f"{path}.{name}", before.get(name), after.get(name))
    elif before != after:
        yield path, before, after


def _value(path: str, value: Any) -> str:
    sentence = BY_PATH.get(path)
    if sentence is not None:
        text = text_of(sentence, value)
        return FALLBACKS[text] if sentence.entry is FieldEntry.FALLBACK else text or "empty"
    if path == OFF:
        return in_a_row([RULES[one] for one in value or ()]) or "none"
    if isinstance(value, list):
        return _some(value, "")
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "empty")


def _some(items: Sequence[Any], word: str) -> str:
    """Return items of a list in words; more than a few are counted."""
    if not items:
        return "Nothing" if word else "none"
    texts = [_item(one) for one in items[:MOST_NAMED]]
    more = [f"{len(items) - MOST_NAMED} more"] if len(items) > MOST_NAMED else []
    return f"{word} {'; '.join([*texts, *more]) if any(' ' in one for one in texts) else in_a_row([*texts, *more])}".strip()


def _item(item: Any) -> str:
    match item:
        case {"first": str(first), "last": str(last)}:
            return f"{_item(first)} to {_item(last)}"
        case {"from": str(one), "to": str(other), "minutes": int(minutes)}:
            return f"{one} to {other} {minutes} minutes"
        case [str(one), str(other)]:
            return f"{one} and {other}"
        case str():
            try:
                return day_long(dt.date.fromisoformat(item))
            except ValueError:
                return item
        case _:
            return str(item)
