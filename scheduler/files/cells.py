"""One cell of a workbook or CSV file: what kind of value it holds, how it is read, and how it is written."""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from scheduler.domain.values import shown
from scheduler.files.cell_text import escaped, joined_ids, split_ids, unescaped

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

DATE_FORMAT = "dd/mm/yyyy"
TIME_FORMAT = "hh:mm"
TEXT_FORMAT = "@"
FIRST_DATE_IN_EXCEL = dt.date(1900, 3, 1)
EXCEL_EPOCH = dt.date(1899, 12, 30)
SERIALS_TAKEN_AS_DATES = range(36526, 73051)  # 2000 to 2099: a stray 2027 must not become a day in 1905
SPACE = " \t\r\n\u00a0"
MINUTES_A_DAY = 1440


class CellError(Exception):
    """A cell that can't be read: what was found, and what to enter instead."""


class CellType(ABC):
    """A kind of value: ``read`` takes a cell that is not blank, ``cell`` gives what is written for a value."""

    number_format: ClassVar[str] = TEXT_FORMAT
    of: str | None = None
    """The list of the problem that an id refers to."""
    lists: ClassVar[bool] = False
    """Whether a cell holds several values."""

    @property
    @abstractmethod
    def wanted(self) -> str:
        """What to enter, as the end of a sentence that begins with "Enter"."""

    @abstractmethod
    def read(self, cell: Cell) -> Any:
        """The value in the cell. Raises CellError."""

    def cell(self, value: Any) -> Cell:
        """What to write for the value; None for a blank cell."""
        return None if value is None or value in ("", ()) else self._written(value)

    def _written(self, value: Any) -> Cell:
        written: Cell = value
        return written

    def is_blank(self, cell: Cell) -> bool:
        """Whether nothing is entered."""
        return is_blank(cell)


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing, or only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip(SPACE))


def simplified(text: str) -> str:
    """A word without what people write in several ways: capitals, spaces, hyphens, underscores."""
    return re.sub(r"[\s_’'-]+", "", text).casefold()


def found(cell: Cell) -> str:
    """What a cell holds, as an error message quotes it."""
    match cell:
        case bool() | int() | float() | str():
            return shown(cell)
        case _:
            return cell_text(cell)


def cell_text(cell: Cell) -> str:
    """The cell as text, as CSV files hold it: dates DD/MM/YYYY, times HH:MM, and nothing for a blank one."""
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


def _number_as_text(cell: Cell) -> Cell:
    """Text for a number that stands where text is wanted: 90 for Excel's 90.0."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return str(int(cell)) if isinstance(cell, int) or cell.is_integer() else str(cell)


@dataclass(frozen=True)
class Text(CellType):
    """Any text, kept to the last space. Where ``says_empty``, no text at all is written as a pair of quotes."""

    says_empty: bool = False

    @property
    @override
    def wanted(self) -> str:
        return "text"

    @override
    def is_blank(self, cell: Cell) -> bool:
        return cell in (None, "")

    @override
    def read(self, cell: Cell) -> str:
        text = _number_as_text(cell)
        if not isinstance(text, str):
            raise CellError(f"{found(cell)} is not text. Enter text.")
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
    """An id: of the row itself, or (``of``) one that another sheet lists."""

    of: str | None = None
    noun: str = "id"
    example: str = ""

    @property
    @override
    def wanted(self) -> str:
        return f"the id of a {self.noun}" if self.of else f"an id such as {self.example}"

    @override
    def read(self, cell: Cell) -> str:
        text = _number_as_text(cell)
        if not isinstance(text, str):
            raise CellError(f"{found(cell)} can't be an id. Format the cell as Text, and enter {self.wanted}.")
        return unescaped(text.strip(SPACE))

    @override
    def _written(self, value: Any) -> Cell:
        return escaped(value)


@dataclass(frozen=True)
class Ids(CellType):
    """Ids, with commas between; one that holds a comma stands in double quotes."""

    of: str | None = None
    noun: str = "id"
    lists: ClassVar[bool] = True

    @property
    @override
    def wanted(self) -> str:
        return f"ids of {self.noun}s with commas between"

    @override
    def read(self, cell: Cell) -> tuple[str, ...]:
        text = _number_as_text(cell)
        ids = split_ids(text) if isinstance(text, str) else None
        if ids is None:
            raise CellError(f"{found(cell)} is not a list of ids. Enter {self.wanted}.")
        return tuple(unescaped(item) for item in ids)

    @override
    def _written(self, value: Any) -> Cell:
        return joined_ids([escaped(item) for item in value])


@dataclass(frozen=True)
class Whole(CellType):
    """A whole number, of ``unit``."""

    unit: str = ""
    example: int = 90
    number_format: ClassVar[str] = "0"

    @property
    @override
    def wanted(self) -> str:
        return f"a whole number{f' of {self.unit}' if self.unit else ''} such as {self.example}"

    @override
    def read(self, cell: Cell) -> int:
        if isinstance(cell, int) and not isinstance(cell, bool):
            return cell
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)
        if isinstance(cell, str) and re.fullmatch(r"[+-]?[0-9]{1,18}(\.0+)?", cell.strip(SPACE)):
            return int(cell.strip(SPACE).partition(".")[0])
        of = f" of {self.unit}" if self.unit else ""
        raise CellError(f"{found(cell)} is not a whole number{of}. Enter a number such as {self.example}.")


@dataclass(frozen=True)
class Number(CellType):
    """A number that may have decimals."""

    example: str = "0.6"
    number_format: ClassVar[str] = "General"

    @property
    @override
    def wanted(self) -> str:
        return f"a number such as {self.example}"

    @override
    def read(self, cell: Cell) -> float:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell)
        if isinstance(cell, str) and re.fullmatch(
            r"[+-]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?", cell.strip(SPACE), re.I
        ):
            return float(cell)
        raise CellError(f"{found(cell)} is not a number. Enter {self.wanted}.")

    @override
    def _written(self, value: Any) -> Cell:
        # Excel files hold 16 digits; the few numbers that need 17 go in as text.
        return value if float(f"{value:.16G}") == value else repr(value)


@dataclass(frozen=True)
class Date(CellType):
    """A day: a real date, DD/MM/YYYY or YYYY-MM-DD."""

    number_format: ClassVar[str] = DATE_FORMAT

    @property
    @override
    def wanted(self) -> str:
        return "a date such as 03/04/2027 (3 April 2027)"

    @override
    def read(self, cell: Cell) -> dt.date:
        match cell:
            case dt.datetime() if cell.time() == dt.time():
                return cell.date()
            case dt.datetime():
                raise CellError(f"{found(cell)} holds a time of day too. Enter the date alone, such as 03/04/2027.")
            case dt.date():
                return cell
            case int() if not isinstance(cell, bool) and cell in SERIALS_TAKEN_AS_DATES:
                return EXCEL_EPOCH + dt.timedelta(days=cell)
            case str() if day := _date_in(cell.strip(SPACE)):
                return day
        raise CellError(f"{found(cell)} is not a date. Enter {self.wanted}.")

    @override
    def _written(self, value: Any) -> Cell:
        return value if value >= FIRST_DATE_IN_EXCEL else cell_text(value)


def _date_in(text: str) -> dt.date | None:
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
    """A time of day, to the minute: a real time, text such as 10:00, or a fraction of a day."""

    number_format: ClassVar[str] = TIME_FORMAT

    @property
    @override
    def wanted(self) -> str:
        return "a time such as 10:00"

    @override
    def read(self, cell: Cell) -> dt.time:
        if (time := _time_in(cell)) is None:
            raise CellError(f"{found(cell)} is not a time of day in hours and minutes. Enter {self.wanted}.")
        return time


def _time_in(cell: Cell) -> dt.time | None:
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
    if not 0 <= minutes < MINUTES_A_DAY or abs(seconds - minutes * 60) > 1:
        return None
    return dt.time(*divmod(minutes, 60))


@dataclass(frozen=True)
class Note(CellType):
    """Words for the reader, which are written and never read."""

    @property
    @override
    def wanted(self) -> str:
        return "anything"

    @override
    def read(self, cell: Cell) -> None:
        return None
