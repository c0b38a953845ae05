"""Bank holidays and terms from a file, and the days that they add, remove and leave unchanged. Pure functions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from api.diary.holidays.nations import why_not_of_england, with_nation
from api.free_busy.named_days import NamedDays, printable
from scheduler.domain.calendar import ONE_DAY, bank_holidays_of_england
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.values import Period, days
from scheduler.files.cells import Cell, CellError, Date, is_blank, simplified
from scheduler.files.sheet_faults import SheetFault
from scheduler.files.write_tables import Table

YEARS_BACK, YEARS_AHEAD = 2, 10
MOST_DAYS_OF_BANK_HOLIDAYS = 4
"""From Good Friday to Easter Monday."""
FEWEST_DAYS_OF_A_TERM = 15
"""The shortest half-term has four weeks; the longest holiday within a term has two."""
HOLIDAYS = ("holiday", "break", "closed", "closure", "vacation")
HALF_TERM = re.compile(r"half[ -]?term", re.IGNORECASE)
MAX_DAYS_IN_A_NOTE = 10
HEADINGS = {
    "first": ("date", "day", "first", "firstday", "start", "startdate", "starts", "from", "begins"),
    "last": ("last", "lastday", "end", "enddate", "ends", "to", "until"),
    "nation": ("division", "nation", "country", "region"),
    "name": ("name", "title", "bankholiday", "holiday", "term", "event", "description", "summary"),
}
WORDS = frozenset(word for words in HEADINGS.values() for word in words)
"""Every heading of a table of days."""
EVERY_DAY_WAS_TERM_TIME = "Until now every day was term time. From now on only the days of these terms are."
ENGLANDS_WERE_KNOWN = (
    "Until now England's bank holidays were known by themselves. Those outside the days of this file stay, from "
    f"{YEARS_BACK} years back to {YEARS_AHEAD} years ahead. After that none are known, until they are brought in or entered."
)


@dataclass(frozen=True)
class DaysChange:
    """What a file changes. ``left_out`` are days of the file that are not imported, each with the reason.

    ``missing`` are England's bank holidays, in the years of the file, that the file does not list.
    """

    added: tuple[NamedDays, ...]
    removed: tuple[NamedDays, ...]
    unchanged: tuple[NamedDays, ...]
    left_out: tuple[tuple[NamedDays, str], ...]
    notes: tuple[str, ...]
    missing: tuple[NamedDays, ...] = ()

    @property
    def all(self) -> list[NamedDays]:
        """Return the days after the change, in order."""
        return sorted((*self.added, *self.unchanged))


def years_around(today: dt.date) -> Period:
    """Return the period in which a calendar is read, since recurring events have no end."""
    return Period(first=dt.date(today.year - YEARS_BACK, 1, 1), last=dt.date(today.year + YEARS_AHEAD, 12, 31))


def days_in_table(table: Table) -> tuple[NamedDays, ...]:
    """Return the days in a table with headings such as date and name, or term, first and last, in any order.

    Other columns are ignored. Raise InputError with every invalid row.
    """
    filled = [(n, row) for n, row in enumerate(table.rows, start=1) if not all(is_blank(cell) for cell in row)]
    if not filled:
        raise InputError([SheetFault((), "this file is empty. Enter the headings date and name, and a day a row.", table.title)])
    columns = _columns(table.title, filled[0][1])
    faults: list[Fault] = []
    days = []
    for n, row in filled[1:]:
        cells = {key: row[at] if at < len(row) else None for key, (at, _) in columns.items()}
        try:
            days.append(_days_of(cells))
        except _RowError as error:
            faults.append(SheetFault((), str(error), table.title, n, columns[error.key][1]))
    if faults:
        raise InputError(faults)
    return tuple(sorted(set(days)))


class _RowError(Exception):
    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _columns(title: str, headings: Sequence[Cell]) -> dict[str, tuple[int, str]]:
    """Return each column's position and heading in the file."""
    by_word = {simplified(str(cell)): (n, str(cell).strip()) for n, cell in enumerate(headings) if not is_blank(cell)}
    columns = {key: by_word[word] for key, words in HEADINGS.items() for word in reversed(words) if word in by_word}
    if "first" not in columns:
        given = ", ".join(heading for _, heading in by_word.values())
        message = f"there is no column of dates among {given}. Enter the headings date and name, or term, first and last."
        raise InputError([SheetFault((), message, title)])
    return columns


def _days_of(cells: dict[str, Cell]) -> NamedDays:
    first = _day(cells, "first")
    last = _day(cells, "last") if "last" in cells else first
    if last < first:
        raise _RowError("last", f"{last:%d/%m/%Y} is before the first day, {first:%d/%m/%Y}. Enter a last day on or after it.")
    name = with_nation(str(cells.get("name") or ""), str(cells.get("nation") or ""))
    return NamedDays(first, last, printable(name))


def _day(cells: dict[str, Cell], key: str) -> dt.date:
    if is_blank(cells[key]):
        raise _RowError(key, f"nothing is entered. Enter {Date().expected}.")
    try:
        return Date().read(cells[key])
    except CellError as error:
        raise _RowError(key, str(error)) from None


def change_of_bank_holidays(
    present: Iterable[dt.date] | None, named: Sequence[NamedDays], today: dt.date, *, replace: bool = False
) -> DaysChange:
    """Return what a file's bank holidays change: it replaces those from its first day to its last.

    England's that the file leaves out stay, unless ``replace`` is true. Days of Scotland and Northern Ireland are left out.
    """
    reasons = {one: why for one in named if (why := _why_no_bank_holiday(one))}
    taken = [one for one in named if one not in reasons]
    names = {day: one.name for one in taken for day in days(Period(first=one.first, last=one.last))}
    left_out = tuple((one, why) for one, why in reasons.items() if not all(day in names for day in (one.first, one.last)))
    englands = _englands(today)
    known = englands if present is None else set(present)
    before = [NamedDays(day, day, names.get(day, "")) for day in sorted(known)]
    after = [NamedDays(day, day, name) for day, name in sorted(names.items())]
    missing = [NamedDays(day, day, "") for day in sorted(_englands_in(names) - names.keys())]
    staying = [] if replace else [one for one in before if one.first in englands and one.first not in names]
    change = _change(before, after, left_out, (ENGLANDS_WERE_KNOWN,) if present is None else (), staying)
    return dataclasses.replace(
        change, missing=tuple(missing), notes=(*change.notes, *_notes_on_missing(missing, {one.first for one in change.all}))
    )


def with_englands(present: Iterable[dt.date] | None, entered: Iterable[dt.date], today: dt.date) -> tuple[dt.date, ...]:
    """Return bank holidays entered by hand, and England's that are known at present."""
    englands = _englands(today)
    return tuple(sorted({*entered, *(englands if present is None else englands & set(present))}))


def _why_no_bank_holiday(days_: NamedDays) -> str | None:
    if (days_.last - days_.first).days >= MOST_DAYS_OF_BANK_HOLIDAYS:
        return f"bank holidays are {MOST_DAYS_OF_BANK_HOLIDAYS} days in a row at most"
    return why_not_of_england(days_.name)


def _notes_on_missing(missing: Sequence[NamedDays], known: Collection[dt.date]) -> Iterator[str]:
    for effect, listed in (
        ("They stay", [one for one in missing if one.first in known]),
        ("They are working days", [one for one in missing if one.first not in known]),
    ):
        if listed:
            more = len(listed) - MAX_DAYS_IN_A_NOTE
            named = [in_words(one) for one in listed[:MAX_DAYS_IN_A_NOTE]] + ([f"{more} more"] if more > 0 else [])
            yield f"England's bank holidays in these years that the file does not list: {'; '.join(named)}. {effect}."


def _englands_in(days_: Iterable[dt.date]) -> set[dt.date]:
    """Return England's bank holidays from the first to the last year of some days."""
    years = [day.year for day in days_]
    return _on_weekdays(range(min(years), max(years) + 1)) if years else set()


def _englands(today: dt.date) -> set[dt.date]:
    years = years_around(today)
    return _on_weekdays(range(years.first.year, years.last.year + 1))


def _on_weekdays(years: Iterable[int]) -> set[dt.date]:
    """Return England's bank holidays of some years, without those on Saturdays and Sundays."""
    return {day for year in years for day in bank_holidays_of_england(year) if day.weekday() < 5}


def change_of_terms(present: Iterable[Period] | None, named: Sequence[NamedDays]) -> DaysChange:
    """Return what a file's terms change: they replace all terms that overlap the file's days.

    Half-terms and other holidays within a term are cut out of it. Raise InputError if two terms of the file overlap.
    """
    reasons = {one: why for one in named if (why := _why_no_term(one))}
    terms = [one for one in named if one not in reasons]
    faults = [
        Fault((), f"{in_words(one)} overlaps {in_words(other)}. Keep one of them in the file.")
        for one, other in combinations(terms, 2)
        if other.first <= one.last
    ]
    if faults:
        raise InputError(faults)
    after = terms
    for one in [one for one in reasons if _is_holiday(one)]:
        around = next((term for term in after if term.first <= one.first and one.last <= term.last), None)
        if around is not None:
            reasons[one] = f"it is cut out of the term {in_words(around)}"
            after = [part for term in after for part in (_without(term, one) if term == around else [term])]
    names = {(one.first, one.last): one.name for one in after}
    before = [NamedDays(term.first, term.last, names.get((term.first, term.last), "")) for term in present or ()]
    return _change(sorted(before), after, tuple(reasons.items()), (EVERY_DAY_WAS_TERM_TIME,) if present is None else ())


def _is_holiday(days_: NamedDays) -> bool:
    """True if days within a term are by their name no part of it."""
    return bool(HALF_TERM.search(days_.name)) or any(word in days_.name.casefold() for word in HOLIDAYS)


def _without(term: NamedDays, days_: NamedDays) -> list[NamedDays]:
    """Return the parts of a term before and after some of its days."""
    parts = NamedDays(term.first, days_.first - ONE_DAY, term.name), NamedDays(days_.last + ONE_DAY, term.last, term.name)
    return [part for part in parts if part.first <= part.last]


def _why_no_term(days_: NamedDays) -> str | None:
    if any(word in days_.name.casefold() for word in HOLIDAYS):
        return "by its name it is no term"
    if (days_.last - days_.first + ONE_DAY).days < FEWEST_DAYS_OF_A_TERM:
        return f"terms have {FEWEST_DAYS_OF_A_TERM} days or more"
    return None


def _change(
    before: Sequence[NamedDays],
    after: Sequence[NamedDays],
    left_out: tuple[tuple[NamedDays, str], ...],
    notes: tuple[str, ...],
    staying: Sequence[NamedDays] = (),
) -> DaysChange:
    """Return the change that ``after`` makes from its first day to its last, except that ``staying`` stay."""
    if not after:
        raise InputError([Fault((), " ".join(["There are no such days in the file.", *_reasons(left_out)]))])
    first, last = min(one.first for one in after), max(one.last for one in after)
    stays = [one for one in before if one.last < first or one.first > last or one in staying]
    return DaysChange(
        added=tuple(one for one in after if one not in before),
        removed=tuple(one for one in before if one not in after and one not in stays),
        unchanged=tuple(one for one in before if one in after or one in stays),
        left_out=left_out,
        notes=notes,
    )


def _reasons(left_out: Iterable[tuple[NamedDays, str]]) -> Iterator[str]:
    for days_, why in left_out:
        yield f"{in_words(days_)} is left out: {why}."


def in_words(days_: NamedDays) -> str:
    """Return days in words: ``Friday 25 December 2026, Christmas Day``."""
    first, last = (f"{day:%A %-d %B %Y}" for day in (days_.first, days_.last))
    return (first if days_.first == days_.last else f"{first} to {last}") + (f", {days_.name}" if days_.name else "")
