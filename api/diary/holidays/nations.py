"""Bank holidays of Scotland and Northern Ireland, which lists of the whole United Kingdom hold beside England's."""

from __future__ import annotations

import re

ELSEWHERE = {
    "Scotland": re.compile("scotland|scottish", re.IGNORECASE),
    "Northern Ireland": re.compile("northern.?ireland", re.IGNORECASE),
}
_HERE = re.compile(r"england|wales|united kingdom|\buk\b|\ball\b", re.IGNORECASE)
_PLACES = re.compile(r"\(([^()]*)\)|\s[-–—]\s(.*)$|^([^:]*):")
"""Where a name has a nation: ``2nd January (Scotland)``, ``2nd January - Scotland``, ``Scotland: 2nd January``."""
_ONLY_ELSEWHERE = {
    "Scotland": re.compile(r"\b(?:2nd|second|2)(?: of)? january\b|\bst\.? andrew", re.IGNORECASE),
    "Northern Ireland": re.compile(r"\bst\.? patrick|\bboyne\b|\borangemen", re.IGNORECASE),
}


def with_nation(name: str, division: str) -> str:
    """Return a bank holiday's name with its nation in brackets, if its division in GOV.UK's list is another than England's."""
    nation = _elsewhere(division)
    return name if nation is None or nation in name else f"{name} ({nation})".strip()


def why_not_of_england(name: str) -> str | None:
    """Return why a bank holiday is none of England's, by its name, or None if it may be one."""
    places = " ".join(filter(None, (text for match in _PLACES.finditer(name) for text in match.groups())))
    nation = _elsewhere(places)
    if nation is None and not _HERE.search(places):
        nation = next((nation for nation, names in _ONLY_ELSEWHERE.items() if names.search(name)), None)
    return None if nation is None else f"it is a bank holiday of {nation}, and not of England"


def _elsewhere(places: str) -> str | None:
    """Return the nations that are named, if England is not among them."""
    named = [nation for nation, pattern in ELSEWHERE.items() if pattern.search(places)]
    return " and ".join(named) if named and not _HERE.search(places) else None
