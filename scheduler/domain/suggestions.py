"""What a person may have meant by an entry that is unknown: the closest match, and the question that suggests it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from scheduler.domain.identifiers import NO_NAMES, alike, one_alike, one_with_name, shown

CLOSE = 0.6
"""How similar a suggestion must be to the entry, from 0 to 1, by the ratio of ``difflib``; its default."""


def did_you_mean(suggestion: str | None) -> str:
    """Return the question that suggests an entry, with a space before it; an empty text if there is no suggestion."""
    return f" Did you mean {shown(suggestion)}?" if suggestion is not None else ""


def too_similar(identifier: str, other: str, noun: str = "") -> str:
    """Return the fault of a new identifier that is alike to the existing ``other``; ``noun`` says what that identifies."""
    existing = f"the {noun} {shown(other)}" if noun else shown(other)
    return f"{shown(identifier)} is too similar to {existing}. Did you mean that one?"


def closest(
    entry: str, known: Iterable[str], form: Callable[[str], str] = str, *, cutoff: float = CLOSE, only_clear: bool = False
) -> str | None:
    """Return the known entry whose form is closest to the entry's; None if none reaches the cutoff.

    If ``only_clear``, return None also if two are equally close.
    """
    by_form, word = {form(each): each for each in known}, form(entry)
    near = difflib.get_close_matches(word, by_form, n=2, cutoff=cutoff)
    ratios = [difflib.SequenceMatcher(None, each, word).ratio() for each in near]
    is_tie = len(near) == 2 and ratios[0] == ratios[1]
    return by_form[near[0]] if near and not (only_clear and is_tie) else None


def closest_id(
    identifier: str,
    known: Iterable[str],
    names: Mapping[str, str] = NO_NAMES,
    *,
    cutoff: float = CLOSE,
    only_clear: bool = False,
) -> str | None:
    """Return the known id that is alike, or whose name was entered, or that is closest; None if there is none.

    ``names`` are by id. The other arguments are those of ``closest``.
    """
    listed = sorted(known)
    same = one_alike(identifier, listed) or one_with_name(identifier, names)
    return same or closest(identifier, listed, alike, cutoff=cutoff, only_clear=only_clear)
