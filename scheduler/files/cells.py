"""One cell of a workbook or CSV file: the type of its value, and how the value is read and written."""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from scheduler.domain.values import quoted
from scheduler.files.cell_text import escaped, joined_ids, split_ids, unescaped

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

DATE_FORMAT = "dd/mm/yyyy"
TIME_FORMAT = "hh:mm"
TEXT_FORMAT = "@"
FIRST_DATE_IN_EXCEL = dt.date(1900, 3, 1)
EXCEL_EPOCH = dt.date(1899, 12, 30)
ONE_DAY_IN_EXCEL = dt.datetime(1900, 1, 1)
"""The date that a reader makes of the number 1 in a cell that is formatted as a time: 24:00."""
DATE_SERIALS = range(36526, 73051)  # 2000 to 2099: a stray 2027 must not become a day in 1905
SPACE = " \t\r\n\u00a0"
MINUTES_PER_DAY = 1440


class CellError(Exception):
    """A cell that can't be read: its content, and what to enter instead."""


class CellType(ABC):
    """The type of a column or setting: ``read`` parses a cell that is not blank, ``cell`` formats a value."""

    number_format: ClassVar[str] = TEXT_FORMAT
    of: str | None = None
    """The list of the problem that an id refers to."""
    lists: ClassVar[bool] = False
    """True if a cell holds several values."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """Return what to enter: the end of a sentence that begins with "Enter"."""

    @abstractmethod
    def read(self, cell: Cell) -> Any:
        """Return the value in the cell. Raise CellError if it has none of this type."""

    def cell(self, value: Any) -> Cell:
        """Return the cell to write for the value; None for a blank cell."""
        return None if value is None or value in ("", ()) else self._written(value)

    def _written(self, value: Any) -> Cell:
        written: Cell = value
        return written

    def is_blank(self, cell: Cell) -> bool:
        """True if nothing is entered."""
        return is_blank(cell)

    def refusal(self, cell: Cell, fault: str) -> CellError:
        """Return the error for a cell: its content, the fault, and what to enter."""
        return CellError(f"{quoted_cell(cell)} {fault}. Enter {self.expected}.")


def is_blank(cell: Cell) -> bool:
    """True if a cell holds nothing, or only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip(SPACE))


def simplified(text: str) -> str:
    """Return the text in lower case without spaces, hyphens, underscores and apostrophes, for comparison."""
    return re.sub(r"[\s_’'-]+", "", text).casefold()


def quoted_cell(cell: Cell) -> str:
    """Return the content of a cell as an error message quotes it."""
    match cell:
        case bool():
            return str(cell).upper()  # as spreadsheets show it
        case int() | float() | str():
            return quoted(cell)
        case _:
            return cell_text(cell)


def cell_text(cell: Cell) -> str:
    """Return the cell as CSV text: dates as DD/MM/YYYY, times as HH:MM, and an empty string for a blank cell."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case dt.datetime() if cell.time() != dt.time():
            return cell.strftime("%d/%m/%Y %H:%M")
        case dt.date():
            return cell.strftime("%d/%m/%Y")
        case dt.time():
            return cell.strftime("%H:%M:%S" if cell.second else "%H:%M")
        case _:
            return str(cell)


def _text_in(cell: Cell) -> str | None:
    """Return the text in a cell, reading Excel's 90.0 as 90; None for a date, a time or a boolean."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return str(int(cell)) if isinstance(cell, int) or cell.is_integer() else str(cell)


@dataclass(frozen=True)
class Text(CellType):
    """Any text, spaces included. If ``says_empty``, a pair of quotes means the empty string."""

    says_empty: bool = False
    expected: ClassVar[str] = "text"

    @override
    def is_blank(self, cell: Cell) -> bool:
        return cell in (None, "")

    @override
    def read(self, cell: Cell) -> str:
        text = _text_in(cell)
        if text is None:
            raise self.refusal(cell, "is not text")
        if self.says_empty and len(text) > 1 and not text.strip('"'):
            text = text[2:]
        return unescaped(text)

    @override
    def cell(self, value: Any) -> Cell:
        if self.says_empty and not value.strip('"'):
            return f'{value}""'
        return escaped(value) or None


@dataclass(frozen=True)
class Id(CellType):
    """The id of the row itself or, with ``of``, of an item in another list."""

    of: str | None = None
    noun: str = "id"
    example: str = ""
    zero_is_blank: bool = False
    """True if the number 0, which a link to a blank cell gives, is no id."""

    @override
    def is_blank(self, cell: Cell) -> bool:
        is_zero = isinstance(cell, int | float) and not isinstance(cell, bool) and cell == 0
        return is_blank(cell) or (self.zero_is_blank and is_zero)

    @property
    @override
    def expected(self) -> str:
        return f"the id of a {self.noun}" if self.of else f"an id such as {self.example}"

    @override
    def read(self, cell: Cell) -> str:
        text = _text_in(cell)
        if text is None:
            raise CellError(f"{quoted_cell(cell)} can't be an id. Format the cell as Text, and enter {self.expected}.")
        return unescaped(text.strip(SPACE))

    @override
    def _written(self, value: Any) -> Cell:
        return escaped(value)


@dataclass(frozen=True)
class Ids(CellType):
    """Ids separated by commas; an id that contains a comma is in double quotes."""

    of: str | None = None
    noun: str = "id"
    lists: ClassVar[bool] = True

    @property
    @override
    def expected(self) -> str:
        return f"ids of {self.noun}s separated by commas"

    @override
    def read(self, cell: Cell) -> tuple[str, ...]:
        text = _text_in(cell)
        ids = split_ids(text) if text is not None else None
        if ids is None:
            raise self.refusal(cell, "is not a list of ids")
        return tuple(unescaped(item) for item in ids)

    @override
    def _written(self, value: Any) -> Cell:
        return joined_ids([escaped(item) for item in value])


@dataclass(frozen=True)
class Whole(CellType):
    """A whole number of ``unit``."""

    unit: str = ""
    example: int = 90
    number_format: ClassVar[str] = "0"

    @property
    def _noun(self) -> str:
        return f"a whole number of {self.unit}" if self.unit else "a whole number"

    @property
    @override
    def expected(self) -> str:
        return f"{self._noun} such as {self.example}"

    @override
    def read(self, cell: Cell) -> int:
        if isinstance(cell, int) and not isinstance(cell, bool):
            return cell
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)
        if isinstance(cell, str) and re.fullmatch(r"[+-]?[0-9]{1,18}(\.0+)?", cell.strip(SPACE)):
            return int(cell.strip(SPACE).partition(".")[0])
        raise CellError(f"{quoted_cell(cell)} is not {self._noun}. Enter a number such as {self.example}.")


@dataclass(frozen=True)
class Number(CellType):
    """A number, with or without decimals."""

    example: str = "0.6"
    number_format: ClassVar[str] = "General"

    @property
    @override
    def expected(self) -> str:
        return f"a number such as {self.example}"

    @override
    def read(self, cell: Cell) -> float:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell)
        if isinstance(cell, str) and re.fullmatch(
            r"[+-]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?", cell.strip(SPACE), re.I
        ):
            return float(cell)
        raise self.refusal(cell, "is not a number")

    @override
    def _written(self, value: Any) -> Cell:
        # Excel files store 16 digits; a number that needs 17 is written as text.
        return value if float(f"{value:.16G}") == value else repr(value)


@dataclass(frozen=True)
class Date(CellType):
    """A day: an Excel date, DD/MM/YYYY or YYYY-MM-DD."""

    number_format: ClassVar[str] = DATE_FORMAT
    expected: ClassVar[str] = "a date such as 03/04/2027 (3 April 2027)"

    @override
    def read(self, cell: Cell) -> dt.date:
        match cell:
            case dt.datetime() if cell.time() == dt.time():
                return cell.date()
            case dt.datetime():
                raise CellError(f"{quoted_cell(cell)} includes a time of day. Enter the date alone, such as 03/04/2027.")
            case dt.date():
                return cell
            case int() if not isinstance(cell, bool) and cell in DATE_SERIALS:
                return EXCEL_EPOCH + dt.timedelta(days=cell)
            case str() if day := _parsed_date(cell.strip(SPACE)):
                return day
        raise self.refusal(cell, "is not a date")

    @override
    def _written(self, value: Any) -> Cell:
        return value if value >= FIRST_DATE_IN_EXCEL else cell_text(value)


def _parsed_date(text: str) -> dt.date | None:
    if british := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text):
        day, month, year = map(int, british.groups())
    elif iso := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text):
        year, month, day = map(int, iso.groups())
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Time(CellType):
    """A time of day, to the minute: an Excel time, text such as 10:00, or a fraction of a day."""

    number_format: ClassVar[str] = TIME_FORMAT
    expected: ClassVar[str] = "a time such as 10:00"

    @override
    def read(self, cell: Cell) -> dt.time:
        if (time := _parsed_time(cell)) is None:
            raise self.refusal(cell, "is not a time of day in hours and minutes")
        return time


@dataclass(frozen=True)
class EndTime(Time):
    """The time at which a range ends. 24:00, which Excel stores as one whole day, is the end of the day: None."""

    expected: ClassVar[str] = "a time such as 12:00, or 24:00"

    @override
    def read(self, cell: Cell) -> dt.time | None:  # type: ignore[override]  # the end of the day is no time of that day
        return None if _is_midnight_after(cell) else super().read(cell)


def _is_midnight_after(cell: Cell) -> bool:
    match cell:
        case str():
            return re.fullmatch(r"24[:.]00(?::00)?", cell.strip(SPACE)) is not None
        case dt.datetime():
            return cell == ONE_DAY_IN_EXCEL
        case dt.timedelta():
            return cell == dt.timedelta(days=1)
        case bool():
            return False
        case int() | float():
            return cell == 1
        case _:
            return False


def _parsed_time(cell: Cell) -> dt.time | None:
    seconds: float
    match cell:
        case dt.datetime() | bool():
            return None
        case dt.time():
            seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        case dt.timedelta():
            seconds = cell.total_seconds()
        case int() | float():
            seconds = cell * 86400
        case str() if clock := re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?", cell.strip(SPACE)):
            hour, minute = map(int, clock.groups())
            return dt.time(hour, minute) if hour < 24 and minute < 60 else None
        case _:
            return None
    minutes = round(seconds / 60)
    # A fraction of a day is rarely a whole minute to the last bit.
    if not 0 <= minutes < MINUTES_PER_DAY or abs(seconds - minutes * 60) > 1:
        return None
    return dt.time(*divmod(minutes, 60))


@dataclass(frozen=True)
class Note(CellType):
    """Text for the reader; it is written but never read."""

    expected: ClassVar[str] = "anything"

    @override
    def read(self, cell: Cell) -> None:
        return None
