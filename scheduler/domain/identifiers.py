"""Identifiers that look alike: two of them are one for people, so they must not be two for the planner (contract, section 8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Format characters, controls, and letters and marks that are drawn as nothing.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_DASHES = re.compile(r"[\u02d7\u2043\u2212\u2796]")
_SPECIAL_SPACES = re.compile(r"[^\S ]")


def alike(identifier: str) -> str:
    """Return the form in which identifiers are compared: those that are alike have the same.

    It is NFKC and case folded; each dash is ``-``, white space is one space, and characters that can't be seen are gone.
    """
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", identifier)))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join("-" if unicodedata.category(each) == "Pd" or _DASHES.match(each) else each for each in text)
    return " ".join(text.split())


def shown(identifier: str) -> str:
    """Return an identifier in quotes, with each character that can't be seen, or not told from a space, as ``{U+200B}``."""

    def visible(match: re.Match[str]) -> str:
        return f"{{U+{ord(match[0]):04X}}}"

    text = _SPECIAL_SPACES.sub(visible, _UNSEEN.sub(visible, identifier))
    return f"'{text}'"


def one_alike(identifier: str, known: Iterable[str]) -> str | None:
    """Return the known identifier that is alike, if there is one."""
    wanted = alike(identifier)
    return next((each for each in sorted(known) if alike(each) == wanted), None)
