"""Ids in addresses: a new id must not read as another one's address."""

from __future__ import annotations

import re

from scheduler.domain.identifiers import shown

_WORD = re.compile(r"[a-z-]+")
_NOWHERE = ("", ".", "..")
"""Parts of an address that browsers and proxies leave out."""


def fault_of_address(identifier: str) -> str | None:
    """Return what is wrong with a new id in an address, and what to enter instead; None if nothing is.

    Proxies and servers read ``%2F`` as ``/``. So ``Z-01/cancel`` would be the address at which Z-01 is cancelled, and every id
    with a word in small letters after a ``/`` may be that of an action. ``A/12`` is none.
    """
    first, *others = identifier.split("/")
    if first in _NOWHERE or any(part in _NOWHERE for part in others):
        return f"{shown(identifier)} can't be part of a web address. Enter an id with letters or digits on both sides of each /."
    word = next((part for part in others if _WORD.fullmatch(part)), None)
    if word is None:
        return None
    return f"{shown(identifier)} reads like the web address of {shown(first)}. Enter an id without /{word}."
