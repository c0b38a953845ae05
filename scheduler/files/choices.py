"""Cells with one of a few choices, yes or no, or several values separated by commas."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import override

from scheduler.domain.suggestions import closest, did_you_mean
from scheduler.domain.values import WEEKDAYS
from scheduler.files.cell_text import escaped, joined_ids, split_ids, unescaped
from scheduler.files.cells import SPACE, Cell, CellError, CellType, cell_text, quoted_cell, simplified


@dataclass(frozen=True)
class Several(CellType):
    """Several values of one type, separated by commas. If ``says_empty``, an empty list is written as ``none``."""

    item: CellType
    says_empty: bool = False
    none_word: ClassVar[str] = "none"

    @property
    @override
    def expected(self) -> str:
        if isinstance(self.item, Choice):
            return f"one or more of {self.item.listed}, separated by commas"
        return "times such as 10:00, 14:00 separated by commas"

    @override
    def read(self, cell: Cell) -> tuple[Any, ...]:
        if not isinstance(cell, str):
            return (self.item.read(cell),)
        if self.says_empty and cell.strip(SPACE).lower() == self.none_word:
            return ()
        parts = [part.strip(SPACE) for part in re.split(r"[,;\n]", cell) if part.strip(SPACE)]
        return tuple(value for part in parts for value in self._read_part(part))

    def _read_part(self, part: str) -> Sequence[Any]:
        return (self.item.read(part),)

    @override
    def cell(self, value: Any) -> Cell:
        if value == () and self.says_empty:
            return self.none_word
        return ", ".join(cell_text(self.item.cell(item)) for item in value) if value else None


@dataclass(frozen=True)
class Weekdays(Several):
    """Days of the week; Mon-Fri means every day from Monday to Friday."""

    item: CellType = field(default_factory=lambda: Choice(tuple((day, day.title()) for day in WEEKDAYS), abbreviated))
    says_empty: bool = True
    expected: ClassVar[str] = "days such as Mon, Tue, Thu separated by commas"

    @override
    def _read_part(self, part: str) -> Sequence[Any]:
        ends = re.split(r"\s*(?:-|–|\bto\b)\s*", part)
        days = [self.item.read(end) for end in ends]
        if len(days) != 2:
            return days if len(days) == 1 else (self.item.read(part),)
        first, last = map(WEEKDAYS.index, days)
        if first > last:
            raise self.refusal(part, "runs backwards")
        return WEEKDAYS[first : last + 1]


def abbreviated(text: str) -> str:
    """Return the first three letters of a weekday's name, and any other text simplified."""
    word = simplified(text)
    return word[:3] if word in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday") else word


@dataclass(frozen=True)
class Choice(CellType):
    """One of a few values, each with its label: ``(("pre_birth", "Pre-birth"), …)``."""

    choices: tuple[tuple[Any, str], ...]
    simplify: Callable[[str], str] = simplified

    @property
    def listed(self) -> str:
        """Return the labels, for a message."""
        return ", ".join(label for _, label in self.choices)

    @property
    @override
    def expected(self) -> str:
        return f"one of: {self.listed}"

    @override
    def read(self, cell: Cell) -> Any:
        hint = ""
        if isinstance(cell, str):
            for value, label in self.choices:
                if self.simplify(cell) in (simplified(label), simplified(str(value))):
                    return value
            hint = did_you_mean(closest(cell.strip(SPACE), (label for _, label in self.choices)))
        raise CellError(f"{quoted_cell(cell)} is not one of the choices.{hint} Enter {self.expected}.")

    @override
    def _written(self, value: Any) -> Cell:
        return str(dict(self.choices)[value])


@dataclass(frozen=True)
class Texts(CellType):
    """Texts separated by commas; a text that contains a comma is in double quotes. A pair of quotes is an empty list."""

    lists: ClassVar[bool] = True
    expected: ClassVar[str] = "words separated by commas"

    @override
    def read(self, cell: Cell) -> tuple[str, ...]:
        text = cell if isinstance(cell, str) else "" if cell is None or isinstance(cell, bool) else cell_text(cell)
        if text.strip(SPACE) == '""':
            return ()
        items = split_ids(text)
        if items is None:
            raise self.refusal(cell, "is not a list of words")
        return tuple(unescaped(item) for item in items)

    @override
    def cell(self, value: Any) -> Cell:
        return joined_ids([escaped(item) for item in value]) or '""'


ANSWERS = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


@dataclass(frozen=True)
class YesNo(CellType):
    """Yes or no."""

    expected: ClassVar[str] = "yes or no"

    @override
    def read(self, cell: Cell) -> bool:
        if isinstance(cell, bool):
            return cell
        answer = ANSWERS.get(cell.strip(SPACE).lower()) if isinstance(cell, str) else None
        if answer is None:
            raise self.refusal(cell, "is neither yes nor no")
        return answer

    @override
    def _written(self, value: Any) -> Cell:
        return "yes" if value else "no"


@dataclass(frozen=True)
class YesNoOr(CellType):
    """Yes, no, or one other word."""

    word: str

    @property
    @override
    def expected(self) -> str:
        return f"yes, no or {self.word}"

    @override
    def read(self, cell: Cell) -> bool | str:
        if isinstance(cell, str) and cell.strip(SPACE).lower() == self.word:
            return self.word
        try:
            return YesNo().read(cell)
        except CellError:
            raise self.refusal(cell, f"is none of yes, no and {self.word}") from None

    @override
    def _written(self, value: Any) -> Cell:
        return self.word if value == self.word else YesNo().cell(value)
