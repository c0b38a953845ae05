"""What a person may have meant by an entry that is unknown: the closest match, and the question that suggests it."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from scheduler.domain.identifiers import NO_NAMES, alike, one_alike, one_with_name, shown

CLOSE = 0.6
"""How similar a suggestion must be to the entry, from 0 to 1, by the ratio of ``difflib``; its default."""
MOST_CHARACTERS = 60
"""The longest text that is compared. ``difflib`` takes time that grows with the product of two lengths."""
MOST_COMPARED = 300
"""The known entries that are compared with one entry: those whose beginnings and ends are most alike to it."""
MOST_SUGGESTIONS = 200
"""The suggestions that are looked for in one input. One takes some milliseconds, and an input can have 100,000 faults."""

_AS_LATIN = str.maketrans("АВЕКМНОРСТУХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXo")
"""Cyrillic and Greek letters that look like Latin ones. They stay different letters; a person may have pasted one."""


@dataclass
class _Left:
    """The suggestions that may still be looked for."""

    count: int


_left: ContextVar[_Left | None] = ContextVar("suggestions_left", default=None)


@contextmanager
def bounded_suggestions(most: int = MOST_SUGGESTIONS) -> Iterator[None]:
    """Look for at most ``most`` suggestions during the body. Within another such body, the limit of the outer one holds."""
    token = _left.set(_left.get() or _Left(most))
    try:
        yield
    finally:
        _left.reset(token)


def did_you_mean(suggestion: str | None, entry: str = "") -> str:
    """Return the question that suggests an entry, with a space before it; an empty text if there is no suggestion.

    If the unknown ``entry`` only looks the same, because of letters of another alphabet, say so first.
    """
    if suggestion is None:
        return ""
    looks_same = " It has letters of another alphabet." if suggestion == with_latin_letters(entry) else ""
    return f"{looks_same} Did you mean {shown(suggestion)}?"


def with_latin_letters(entry: str) -> str:
    """Return the entry with Latin letters for those of other alphabets that look the same."""
    return entry.translate(_AS_LATIN)


def too_similar(identifier: str, other: str, noun: str = "") -> str:
    """Return the fault of a new identifier that is alike to the existing ``other``; ``noun`` says what that identifies."""
    existing = f"the {noun} {shown(other)}" if noun else shown(other)
    return f"{shown(identifier)} is too similar to {existing}. Did you mean that one?"


def closest(
    entry: str, known: Iterable[str], form: Callable[[str], str] = str, *, cutoff: float = CLOSE, only_clear: bool = False
) -> str | None:
    """Return the known entry whose form is closest to the entry's; None if none reaches the cutoff.

    If ``only_clear``, return None also if two are equally close. Texts of more than ``MOST_CHARACTERS`` are never close.
    """
    left = _left.get()
    if len(entry) > MOST_CHARACTERS or (left is not None and left.count <= 0):
        return None
    if left is not None:
        left.count -= 1
    by_form, word = {form(each): each for each in known if len(each) <= MOST_CHARACTERS}, form(entry)
    near = difflib.get_close_matches(word, _most_alike(word, by_form), n=2, cutoff=cutoff)
    ratios = [difflib.SequenceMatcher(None, each, word).ratio() for each in near]
    is_tie = len(near) == 2 and ratios[0] == ratios[1]
    return by_form[near[0]] if near and not (only_clear and is_tie) else None


def _most_alike(word: str, forms: Mapping[str, str]) -> Iterable[str]:
    """Return the forms that have most characters at the beginning and at the end in common with a word."""
    if len(forms) <= MOST_COMPARED:
        return forms

    def in_common(form: str) -> int:
        return _common(word, form) + _common(word[::-1], form[::-1])

    return heapq.nlargest(MOST_COMPARED, forms, in_common)


def _common(one: str, other: str) -> int:
    """Return the length of the beginning that two texts have in common."""
    return next((n for n, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its), min(len(one), len(other)))


def closest_id(
    identifier: str,
    known: Iterable[str],
    names: Mapping[str, str] = NO_NAMES,
    *,
    cutoff: float = CLOSE,
    only_clear: bool = False,
) -> str | None:
    """Return the known id that is alike or looks the same, or whose name was entered, or that is closest; None if there is none.

    ``names`` are by id. The other arguments are those of ``closest``.
    """
    left = _left.get()
    if left is not None and left.count <= 0:
        return None
    listed = sorted(known)
    same = one_alike(identifier, listed) or one_with_name(identifier, names) or one_alike(with_latin_letters(identifier), listed)
    return same or closest(identifier, listed, alike, cutoff=cutoff, only_clear=only_clear)
