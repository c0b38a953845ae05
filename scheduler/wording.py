"""Numbers, dates and counts in words, with grammar that suits zero, one and many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from unicodedata import category

from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.schedule import TierName
from scheduler.domain.values import Period

KIND_IN_WORDS: dict[ConferenceKind, str] = {
    ConferenceKind.INITIAL: "initial (ICPC)",
    ConferenceKind.FIRST_REVIEW: "first review (RCPC)",
    ConferenceKind.REVIEW: "review (RCPC)",
    ConferenceKind.TRANSFER_IN: "transfer-in",
    ConferenceKind.PRE_BIRTH: "pre-birth",
}
MODE_IN_WORDS: dict[Mode, str] = {Mode.HYBRID: "hybrid", Mode.IN_PERSON: "in person", Mode.VIRTUAL: "virtual"}
TIER_IN_WORDS: dict[TierName, str] = {
    "unplaced": "Conferences not placed",
    "late": "Lateness",
    "stability": "Changes to what is published",
    "continuity": "Children handed over",
    "caseload": "Children above the caps",
    "preferences": "Preferences",
}

NONCHARACTERS = "\ufffe\uffff"
IF_AS_HERE = ", if the earlier tiers keep these values"
"""Suffix for a tier's bound when an earlier tier is not proven."""


def number(count: int) -> str:
    """Return a whole number with thousands separators: ``1,842``."""
    return f"{count:,}"


def count_of(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun: ``no conferences``, ``1 conference``, ``1,842 conferences``."""
    return f"1 {noun}" if count == 1 else f"{number(count) if count else 'no'} {plural or f'{noun}s'}"


def agree(count: int, one: str, many: str) -> str:
    """Return the verb or pronoun that agrees with the count: ``agree(1, "is", "are")`` is ``"is"``."""
    return one if count == 1 else many


def count_is(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun and verb: ``no conferences are``, ``1 conference is``."""
    return f"{count_of(count, noun, plural)} {agree(count, 'is', 'are')}"


def children_of(count: int) -> str:
    """Return ``1 child``, ``2 children``."""
    return count_of(count, "child", "children")


def capitalised(sentence: str) -> str:
    """Return the sentence with a capital first letter and the rest unchanged."""
    return sentence[:1].upper() + sentence[1:]


def date_in_words(day: dt.date, year: int | None = None) -> str:
    """Return ``Monday 1 March``, followed by the year unless it is ``year``."""
    text = f"{day:%A} {day.day} {day:%B}"
    return text if day.year == year else f"{text} {day.year}"


def short_date(day: dt.date, year: int | None = None) -> str:
    """Return ``1 March``, followed by the year unless it is ``year``."""
    text = f"{day.day} {day:%B}"
    return text if day.year == year else f"{text} {day.year}"


def period_in_words(period: Period) -> str:
    """Return ``1 to 31 March 2027``; a month or year that both ends share appears once."""
    first, last = period.first, period.last
    if first == last:
        return short_date(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {short_date(last)}"
    return f"{short_date(first, last.year)} to {short_date(last)}"


def seconds_in_words(seconds: float) -> str:
    """Return ``0.8 seconds``, ``12 seconds``, ``3 minutes 5 seconds``."""
    if seconds < 9.95:
        rounded = f"{seconds:.1f}"
        return "1 second" if rounded == "1.0" else f"{rounded} seconds"
    minutes, rest = divmod(round(seconds), 60)
    parts = [count_of(minutes, "minute")] if minutes else []
    if rest or not minutes:
        parts.append(count_of(rest, "second"))
    return " ".join(parts)


def moment_in_words(moment: dt.datetime) -> str:
    """Return ``Friday 19 March 2027 at 10:00``."""
    return f"{date_in_words(moment.date())} at {moment:%H:%M}"


def in_a_row(words: Sequence[str]) -> str:
    """Return ``date``, ``date and chair``, ``date, chair and room``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def without_controls(text: str) -> str:
    """Return the text with spaces for control characters, which terminals obey, and for characters that SVG can't hold."""
    return "".join(" " if category(letter) == "Cc" or letter in NONCHARACTERS else letter for letter in text)
