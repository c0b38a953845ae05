"""What people type into a form: dates in words or digits, references without their letters, whole numbers."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

from scheduler.domain.values import YEARS, Period

_DATE = re.compile(
    r"(?P<day>[0-9]{1,2})(?:\s*[/.-]\s*|\s+)(?P<month>[0-9]{1,2}|[a-z]{3,9})(?:(?:\s*[/.-]\s*|\s+)(?P<year>[0-9]{2,4}))?"
)
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


LAG = dt.timedelta(weeks=20)
"""How far from today the day usually is that a form asks for. A review is held within 26 weeks of the last conference, and a
birth is expected within 40, so a year around this distance has both, and six weeks on the other side of today."""
LONGEST_INTO_NEXT_YEAR = dt.timedelta(weeks=26)
"""The longest period without years that is read as going on into the next year."""


class NearestYear(StrEnum):
    """Which day is meant by a date without a year: the one nearest to the given day, or to ``LAG`` before or after it.

    A day that should be past can be read as some weeks ahead, and one that should come as some weeks ago. The form then refuses
    or shows it: it is a slip, and more likely than a day about a year away.
    """

    PAST = "past"
    COMING = "coming"
    NEAREST = "nearest"


_FROM = {NearestYear.PAST: -LAG, NearestYear.COMING: LAG, NearestYear.NEAREST: dt.timedelta()}


def date_of(text: str, near: dt.date, nearest: NearestYear) -> dt.date | None:
    """Return the date that is typed as ``7/1``, ``7 Jan``, ``7.1.27`` or ``2027-01-07``; None if it is no date."""
    days = _days(text, range(near.year - 5, near.year + 6))  # 29 February is found too
    return min(days, key=lambda day: abs(day - near - _FROM[nearest]), default=None)


def last_of(text: str, first: dt.date) -> dt.date | None:
    """Return the last day of a period; None if it is no date. One without a year is in the year of the first day.

    If it would be before the first, it is in the next year, unless the period is then longer than ``LONGEST_INTO_NEXT_YEAR``: so
    ``20/12`` to ``3/1`` ends in the next year, and ``4/12`` to ``2/12`` is in the wrong order.
    """
    same, following = (next(iter(_days(text, range(year, year + 1))), None) for year in (first.year, first.year + 1))
    is_over = same is None or same < first
    return following if is_over and following is not None and following - first <= LONGEST_INTO_NEXT_YEAR else same


def middle_of(days: Period) -> dt.date:
    """Return the day in the middle of a period: a date without a year within it is the nearest to this one."""
    return days.first + (days.last - days.first) / 2


def _days(text: str, years: range) -> list[dt.date]:
    """Return the days that a text can mean, within ``YEARS``: one if it has its year, or one for each of ``years``."""
    text = text.strip().lower()
    try:
        return [day for day in [dt.date.fromisoformat(text)] if day.year in YEARS]
    except ValueError:
        pass
    match = _DATE.fullmatch(text)
    month = None if match is None else _month(match["month"])
    if match is None or month is None:
        return []
    if match["year"]:
        year = int(match["year"])
        years = range(year + 2000, year + 2001) if year < 100 else range(year, year + 1)
    possible = (_date(year, month, int(match["day"])) for year in years if year in YEARS)
    return [day for day in possible if day is not None]


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
