"""A look through a workbook's XML before it is opened: one cell far out, or one text used often, can fill the memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

MOST_CELLS = 1_000_000
MOST_CHARACTERS = 100_000_000
MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576


class UnsafeSheetError(Exception):
    """A part of a workbook that must not be opened, and why."""


@dataclass(frozen=True)
class SheetScan:
    """What the look found: the names of the parts that hold shared texts."""

    shared: frozenset[str]

    @classmethod
    def of(cls, parts: Mapping[str, bytes]) -> SheetScan:
        """Look through every part that can hold cells or shared texts. Raises UnsafeSheetError."""
        shared = frozenset(name for name, part in parts.items() if _holds(part, b"sst"))
        lengths: list[int] = []
        for name in sorted(shared):
            lengths += _lengths(parts[name])
        characters = 0
        for part in parts.values():
            if _holds(part, b"sheetData"):
                characters += _Cells(lengths).look_through(part)
                if characters > MOST_CHARACTERS:
                    raise UnsafeSheetError("this workbook holds more text than is read. Give one month, without long texts.")
        return cls(shared)


def _holds(part: bytes, element: bytes) -> bool:
    return re.search(rb"<(?:[\w.-]+:)?" + element + rb"[\s>/]", part) is not None


def without_counts(part: bytes) -> bytes:
    """Shared texts without the counts that their part claims: readers make room for as many."""
    claim = rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"]*"|'[^']*')"""
    return re.sub(rb"<(?:[\w.-]+:)?sst\b[^>]*>", lambda tag: re.sub(claim, b"", tag[0]), part)


Start = Callable[[str, dict[str, str]], None]
Told = Callable[[str], None]


def _parse(part: bytes, start: Start, end: Told, text: Told) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text

    def refuse_doctype(*_: object) -> None:
        raise UnsafeSheetError("this workbook declares types of its own, as no workbook does. Save it again in Excel.")

    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise UnsafeSheetError("this workbook is damaged. Open it in Excel, and save it again.") from None


def _lengths(part: bytes) -> list[int]:
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    _parse(part, start, lambda _: None, text)
    return lengths


class _Cells:
    """Follows the cells of one sheet, as readers place them: by their references, or else each after the last."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = lengths
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.characters = 0
        self.shared = self.filled = False
        self.value: list[str] | None = None

    def look_through(self, part: bytes) -> int:
        """How many characters of shared text the sheet uses. Raises UnsafeSheetError."""
        _parse(part, self._start, self._end, self._text)
        return self.characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self.row = _whole(attributes["r"]) if "r" in attributes else self.row + 1
                self.column = 0
            case "c":
                self.column += 1
                if "r" in attributes:
                    self.row, self.column = _position(attributes["r"])
                self.shared, self.filled = attributes.get("t") == "s", False
            case "v":
                self.value = []
                self.filled = True
            case "f" | "is":
                self.filled = True

    def _text(self, text: str) -> None:
        if self.value is not None:
            self.value.append(text)

    def _end(self, name: str) -> None:
        if name == "v" and self.value is not None:
            if self.shared:
                self._count_shared("".join(self.value))
            self.value = None
        elif name == "c" and self.filled:
            self._place()

    def _count_shared(self, index: str) -> None:
        number = _whole(index.strip())
        self.characters += self.lengths[number] if number < len(self.lengths) else 0
        if self.characters > MOST_CHARACTERS:
            raise UnsafeSheetError("this workbook holds more text than is read. Give one month, without long texts.")

    def _place(self) -> None:
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row > MOST_ROWS or self.last_column > MOST_COLUMNS or self.last_row * self.last_column > MOST_CELLS:
            raise UnsafeSheetError(
                f"a sheet reaches down to row {self.last_row} and across {self.last_column} columns, "
                "more than is read. Delete what stands far below or to the right, and save it again."
            )


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise UnsafeSheetError("this workbook is damaged. Open it in Excel, and save it again.")
    return int(text)


def _position(reference: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,9})", reference)
    if match is None:
        raise UnsafeSheetError("this workbook is damaged. Open it in Excel, and save it again.")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
