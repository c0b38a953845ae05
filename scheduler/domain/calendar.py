"""Working days, bank holidays, terms and closures (contract, sections 1 and "The statutory clock")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

import holidays

from scheduler.domain.values import Date, Period, Value

ONE_DAY = dt.timedelta(days=1)
MAX_SCHOOL_HOLIDAYS = dt.timedelta(weeks=7)


class Calendar(Value):
    """The service's working calendar.

    Without ``bank_holidays``, those of England apply. Without ``terms``, every day is term time.
    A closure is a working day on which no conference can be held.
    """

    bank_holidays: tuple[Date, ...] | None = None
    terms: tuple[Period, ...] | None = None
    closures: tuple[Date, ...] = ()

    def is_working_day(self, day: dt.date) -> bool:
        """True if the day is from Monday to Friday and not a bank holiday."""
        if day.weekday() >= 5:
            return False
        if self.bank_holidays is None:
            return day not in bank_holidays_of_england(day.year)
        return day not in self.bank_holidays

    def is_open(self, day: dt.date) -> bool:
        """True if a conference can be held that day: a working day without a closure."""
        return self.is_working_day(day) and day not in self.closures

    def is_term_time(self, day: dt.date) -> bool:
        """True if the day is in a listed term, or if no terms are listed."""
        return self.terms is None or any(day in term for term in self.terms)

    def assumptions(self, days: Period) -> tuple[str, ...]:
        """Return the assumptions for these days, as sentences; include dates that look like another year's."""
        return (*self._about_terms(days), *self._about_bank_holidays(days))

    def _about_terms(self, days: Period) -> Iterator[str]:
        if self.terms is None:
            yield "No school terms are listed: every day counts as term time."
        elif not self.terms:
            yield "The list of school terms is empty: every day counts as school holidays. List the terms."
        elif (last := max(term.last for term in self.terms)) + MAX_SCHOOL_HOLIDAYS < days.last:
            yield f"The listed school terms end on {_date_in_words(last)}: every later day counts as school holidays."

    def _about_bank_holidays(self, days: Period) -> Iterator[str]:
        for year in range(days.first.year, days.last.year + 1):
            for day in sorted(bank_holidays_of_england(year)):
                if day in days and self.is_working_day(day):
                    yield f"{_date_in_words(day)} is not among the listed bank holidays: it counts as a working day."

    def working_days(self, start: dt.date, end: dt.date) -> int:
        """Return the number of working days after ``start``, up to and including ``end``; 0 if ``end`` is not after ``start``."""
        return sum(self.is_working_day(start + n * ONE_DAY) for n in range(1, (end - start).days + 1))

    def working_days_to_spare(self, day: dt.date, due: dt.date) -> int:
        """Return the number of working days from ``day`` to the due date, negative if the due date is over by then."""
        return self.working_days(day, due) if day <= due else -self.working_days(due, day)

    def working_days_after(self, day: dt.date, count: int) -> dt.date:
        """Return the ``count``-th working day after ``day``, or ``day`` itself if ``count`` is 0."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_working_day(day)
        return day

    def working_days_before(self, day: dt.date, count: int) -> dt.date:
        """Return the working day after which there are exactly ``count`` working days, up to and including ``day``."""
        day = self.on_or_last_working_day_before(day)
        while count > 0:
            day -= ONE_DAY
            count -= self.is_working_day(day)
        return day

    def on_or_last_working_day_before(self, day: dt.date) -> dt.date:
        """Return the day itself if it is a working day, else the last working day before it."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day


def _date_in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@cache
def bank_holidays_of_england(year: int) -> frozenset[dt.date]:
    """Return England's bank holidays of a year, from the `holidays` package."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
