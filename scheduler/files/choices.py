"""Cells that hold one of a few values, yes or no, or several values with commas between."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import override

from scheduler.domain.values import WEEKDAYS
from scheduler.files.cells import SPACE, Cell, CellError, CellType, cell_text, found, simplified


@dataclass(frozen=True)
class Several(CellType):
    """Several values of a kind in one cell, with commas between. Where ``says_empty``, an empty list is ``none``."""

    item: CellType
    says_empty: bool = False
    none_word: ClassVar[str] = "none"

    @property
    @override
    def wanted(self) -> str:
        if isinstance(self.item, Choice):
            return f"one or more of {self.item.listed}, with commas between"
        return "times such as 10:00, 14:00 with commas between"

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

    @property
    @override
    def wanted(self) -> str:
        return "days such as Mon, Tue, Thu with commas between"

    @override
    def _read_part(self, part: str) -> Sequence[Any]:
        ends = re.split(r"\s*(?:-|–|\bto\b)\s*", part)
        read = [self.item.read(end) for end in ends]
        if len(read) != 2:
            return read if len(read) == 1 else (self.item.read(part),)
        first, last = WEEKDAYS.index(read[0]), WEEKDAYS.index(read[1])
        if first > last:
            raise CellError(f"{found(part)} runs backwards. Enter {self.wanted}.")
        return WEEKDAYS[first : last + 1]


def abbreviated(text: str) -> str:
    """A weekday's first three letters; anything else as it is."""
    word = simplified(text)
    return word[:3] if word in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday") else word


@dataclass(frozen=True)
class Choice(CellType):
    """One of a few values, each with the words that people see: ``(("pre_birth", "Pre-birth"), …)``."""

    choices: tuple[tuple[Any, str], ...]
    simplify: Callable[[str], str] = simplified

    @property
    def listed(self) -> str:
        """The words, for a message."""
        return ", ".join(words for _, words in self.choices)

    @property
    @override
    def wanted(self) -> str:
        return f"one of: {self.listed}"

    @override
    def read(self, cell: Cell) -> Any:
        if isinstance(cell, str):
            for value, words in self.choices:
                if self.simplify(cell) in (simplified(words), simplified(str(value))):
                    return value
            close = difflib.get_close_matches(cell.strip(SPACE), [words for _, words in self.choices], n=1)
        else:
            close = []
        hint = f" Did you mean {close[0]}?" if close else ""
        raise CellError(f"{found(cell)} is not one of the choices.{hint} Enter {self.wanted}.")

    @override
    def _written(self, value: Any) -> Cell:
        return str(dict(self.choices)[value])


@dataclass(frozen=True)
class YesNo(CellType):
    """Yes or no."""

    @property
    @override
    def wanted(self) -> str:
        return "yes or no"

    @override
    def read(self, cell: Cell) -> bool:
        words = (
            cell if isinstance(cell, bool) else {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
        )
        answer = words if isinstance(words, bool) else words.get(cell.strip(SPACE).lower()) if isinstance(cell, str) else None
        if answer is None:
            raise CellError(f"{found(cell)} is neither yes nor no. Enter yes or no.")
        return answer

    @override
    def _written(self, value: Any) -> Cell:
        return "yes" if value else "no"
