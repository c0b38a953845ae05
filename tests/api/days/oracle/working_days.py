"""Working days and statutory clocks, written anew from the contract (section 1, "The statutory clock", and section 8)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

DAY = dt.timedelta(days=1)
REVIEWS = ("first_review", "review")
LISTED = """
2025-12-25 2025-12-26
2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26
"""
ENGLAND = frozenset(map(dt.date.fromisoformat, LISTED.split()))
"""Bank holidays of England as https://www.gov.uk/bank-holidays lists them."""


def date(text: str) -> dt.date:
    """Return a date of the contract's JSON."""
    return dt.date.fromisoformat(text)


@dataclass(frozen=True)
class WorkingDays:
    """Monday to Friday, without bank holidays. A closure is a working day on which nothing can be held."""

    bank_holidays: Collection[dt.date] = ENGLAND
    closures: Collection[dt.date] = ()

    def is_one(self, day: dt.date) -> bool:
        """True if the day is a working day."""
        return day.weekday() < 5 and day not in self.bank_holidays

    def is_open(self, day: dt.date) -> bool:
        """True if a conference can be held that day."""
        return self.is_one(day) and day not in self.closures

    def after(self, day: dt.date, count: int) -> dt.date:
        """Return the working day that is ``count`` working days after a day."""
        while count:
            day += DAY
            count -= self.is_one(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """Return the number of working days after ``start``, up to and including ``end``."""
        return sum(self.is_one(start + DAY * n) for n in range(1, (end - start).days + 1))

    def or_before(self, day: dt.date) -> dt.date:
        """Return the day, or the last working day before it."""
        while not self.is_one(day):
            day -= DAY
        return day

    def before(self, day: dt.date, count: int) -> dt.date:
        """Return the latest working day from which there are ``count`` working days to a day."""
        start = self.or_before(day)
        while self.between(start, day) < count:
            start = self.or_before(start - DAY)
        return start

    def due(self, conference: dict[str, Any], policy: dict[str, Any]) -> dt.date:
        """Return the last day on which a conference is in time."""
        if conference["due"] is not None:
            return date(conference["due"])
        trigger, clock = date(conference["trigger"]), policy["clock"]
        match conference["kind"]:
            case "initial":
                return self.after(trigger, clock["initial_days"])
            case "transfer_in":
                return self.after(trigger, clock["transfer_days"])
            case "first_review":
                return self.or_before(months_after(trigger, clock["first_review_months"]))
            case "review":
                return self.or_before(months_after(trigger, clock["review_months"]))
            case _:
                return self.or_before(trigger - dt.timedelta(weeks=clock["pre_birth_weeks"]))

    def earliest(self, conference: dict[str, Any], policy: dict[str, Any]) -> dt.date | None:
        """Return the first day on which a conference may be held; None if nothing sets one."""
        bounds = [date(conference["earliest"])] if conference["earliest"] is not None else []
        if conference["requested"] is not None and not conference["notice_waived"]:
            bounds.append(self.after(date(conference["requested"]), policy["notice_days"]))
        if conference["kind"] in REVIEWS:
            bounds.append(self.before(self.due(conference, policy), policy["review_early_days"]))
        return max(bounds, default=None)


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day if it is shorter."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def monday(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - DAY * day.weekday()


def month(day: dt.date) -> dt.date:
    """Return the first day of a day's month."""
    return day.replace(day=1)
