"""Identifiers that look alike. People read them as one, so the planner must not treat them as two (contract, section 8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

# Format characters, controls, and letters and marks without a visible glyph.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
NO_NAMES: Mapping[str, str] = MappingProxyType({})
_DASHES = re.compile(r"[\u02d7\u2043\u2212\u2796]")
_SPECIAL_SPACES = re.compile(r"[^\S ]")


def alike(identifier: str) -> str:
    """Return the form in which identifiers are compared; it is equal for identifiers that look alike.

    The form is NFKC and case-folded. Each dash becomes ``-`` and each run of white space one space; invisible characters
    are removed.
    """
    if identifier.isascii() and identifier.isprintable():
        return " ".join(identifier.casefold().split())  # the same, twenty times as fast
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", identifier)))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join("-" if unicodedata.category(each) == "Pd" or _DASHES.match(each) else each for each in text)
    return " ".join(text.split())


def shown(identifier: str) -> str:
    """Return an identifier in quotes, with invisible characters and special spaces as ``{U+200B}``."""

    def visible(match: re.Match[str]) -> str:
        return f"{{U+{ord(match[0]):04X}}}"

    text = _SPECIAL_SPACES.sub(visible, _INVISIBLE.sub(visible, identifier))
    return f"'{text}'"


def one_alike(identifier: str, known: Iterable[str]) -> str | None:
    """Return the known identifier that is alike, if there is one."""
    form = alike(identifier)
    return next((each for each in sorted(known) if alike(each) == form), None)


def one_with_name(entry: str, names: Mapping[str, str]) -> str | None:
    """Return the identifier whose name is alike to an entry, unless several or none have it; ``names`` are by identifier."""
    form = alike(entry)
    found = [identifier for identifier, name in names.items() if name and alike(name) == form]
    return found[0] if len(found) == 1 else None
