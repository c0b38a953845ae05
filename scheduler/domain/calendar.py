"""Working days, bank holidays, terms and closures (contract, sections 1 and "The statutory clock")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

import holidays

from scheduler.domain.values import Date, Period, Value

ONE_DAY = dt.timedelta(days=1)
LONGEST_HOLIDAYS = dt.timedelta(weeks=7)


class Calendar(Value):
    """What the service's year looks like.

    ``bank_holidays`` absent means those of England; ``terms`` absent means that every day is term time.
    A closure is a working day on which nothing can be held.
    """

    bank_holidays: tuple[Date, ...] | None = None
    terms: tuple[Period, ...] | None = None
    closures: tuple[Date, ...] = ()

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday and not a bank holiday."""
        if day.weekday() >= 5:
            return False
        if self.bank_holidays is None:
            return day not in bank_holidays_of_england(day.year)
        return day not in self.bank_holidays

    def is_open(self, day: dt.date) -> bool:
        """Whether a conference can be held that day: a working day that is no closure."""
        return self.is_working_day(day) and day not in self.closures

    def is_term_time(self, day: dt.date) -> bool:
        """Whether schools are in session, by the terms given; always, where none are given."""
        return self.terms is None or any(day in term for term in self.terms)

    def assumptions(self, days: Period) -> tuple[str, ...]:
        """What is left open for these days, and how it is taken; also where what was given looks like another year's."""
        return (*self._about_terms(days), *self._about_bank_holidays(days))

    def _about_terms(self, days: Period) -> Iterator[str]:
        if self.terms is None:
            yield "No school terms are given: every day was taken as term time."
        elif self.terms and (last := max(term.last for term in self.terms)) + LONGEST_HOLIDAYS < days.last:
            yield f"The school terms given end on {_written(last)}: every day after that was taken as school holidays."

    def _about_bank_holidays(self, days: Period) -> Iterator[str]:
        for year in range(days.first.year, days.last.year + 1):
            for day in sorted(bank_holidays_of_england(year)):
                if day in days and self.is_working_day(day):
                    yield f"{_written(day)} is not among the bank holidays given: it was taken as a working day."

    def working_days(self, start: dt.date, end: dt.date) -> int:
        """How many working days come after ``start``, up to and including ``end``; 0 if end is not after start."""
        return sum(self.is_working_day(start + n * ONE_DAY) for n in range(1, (end - start).days + 1))

    def working_days_after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after ``day``; ``day`` itself where count is 0."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_working_day(day)
        return day

    def working_days_before(self, day: dt.date, count: int) -> dt.date:
        """The working day from which exactly ``count`` working days lie up to and including ``day``."""
        day = self.on_or_last_working_day_before(day)
        while count > 0:
            day -= ONE_DAY
            count -= self.is_working_day(day)
        return day

    def on_or_last_working_day_before(self, day: dt.date) -> dt.date:
        """The day itself if it is a working day, else the last working day before it."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day


def _written(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@cache
def bank_holidays_of_england(year: int) -> frozenset[dt.date]:
    """England's bank holidays of a year, as the `holidays` package knows them."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
