"""What people type into a form: dates in words or digits, references without their letters, whole numbers."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

_DATE = re.compile(
    r"(?P<day>[0-9]{1,2})(?:\s*[/.-]\s*|\s+)(?P<month>[0-9]{1,2}|[a-z]{3,9})(?:(?:\s*[/.-]\s*|\s+)(?P<year>[0-9]{2,4}))?"
)
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class NearestYear(StrEnum):
    """Which year is meant by a date without one: the latest such day until today, or the first from today on."""

    PAST = "past"
    COMING = "coming"


def date_of(text: str, today: dt.date, nearest: NearestYear) -> dt.date | None:
    """Return the date that is typed as ``7/1``, ``7 Jan``, ``7.1.27`` or ``2027-01-07``; None if it is no date."""
    text = text.strip().lower()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    match = _DATE.fullmatch(text)
    month = None if match is None else _month(match["month"])
    if match is None or month is None:
        return None
    if match["year"]:
        year = int(match["year"])
        return _date(year + 2000 if year < 100 else year, month, int(match["day"]))
    years = range(today.year - 4, today.year + 5)  # 29 February is found too
    possible = [day for year in years if (day := _date(year, month, int(match["day"]))) is not None]
    if nearest is NearestYear.PAST:
        return max((day for day in possible if day <= today), default=None)
    return min((day for day in possible if day >= today), default=None)


def reference_of(text: str, letters: str) -> str:
    """Return a reference as typed, or with its usual letters if it is digits only: ``CPC-0133`` for ``0133``."""
    text = text.strip()
    return f"{letters}-{text}" if text.isascii() and text.isdigit() else text


def whole_of(text: str) -> int | None:
    """Return the whole number that is typed, or None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def time_of(text: str) -> str | None:
    """Return the time that is typed as ``8:00`` or ``08.00``, as ``08:00``; None if it is no time."""
    match = _TIME.fullmatch(text.strip())
    return None if match is None else f"{int(match[1]):02}:{match[2]}"


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
