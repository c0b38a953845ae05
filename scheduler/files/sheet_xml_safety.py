"""Checks on a workbook's XML before calamine opens it.

A reader allocates a rectangle of cells and a copy of each text, so one remote cell or one reused text can exhaust memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from scheduler.files.cell_text import NO_VALUE

MAX_CELLS = 1_000_000
MAX_CHARACTERS = 100_000_000
MAX_COLUMNS = 16_384
MAX_ROWS = 1_048_576
MAX_MERGED = 100_000
DAMAGED = "this workbook is damaged. Open it in Excel, and save it again."
TOO_MUCH_TEXT = "this workbook has too much text. Reduce it to one month, without long texts."


class UnsafeSheetError(Exception):
    """A part of a workbook that is unsafe to open, and why."""


def safe_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts made safe to open: claimed counts are removed, and formulas without a value are marked.

    Raise UnsafeSheetError if a part is damaged or exceeds a limit.
    """
    safe = dict(parts)
    lengths: list[int] = []
    for name in sorted(parts):
        if _has_element(parts[name], b"sst"):
            lengths += _text_lengths(parts[name])
            safe[name] = _without_counts(parts[name])
    characters = 0
    for name, part in parts.items():
        if _has_element(part, b"sheetData"):
            cells = _Cells(lengths)
            cells.check(part)
            characters += cells.characters
            if characters > MAX_CHARACTERS:
                raise UnsafeSheetError(TOO_MUCH_TEXT)
            safe[name] = cells.marked(part)
    return safe


def _has_element(part: bytes, element: bytes) -> bool:
    return re.search(rb"<(?:[\w.-]+:)?" + element + rb"[\s>/]", part) is not None


def _without_counts(part: bytes) -> bytes:
    """Return the shared strings without their claimed counts, which calamine allocates memory for."""
    claim = rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"]*"|'[^']*')"""
    return re.sub(rb"<(?:[\w.-]+:)?sst\b[^>]*>", lambda tag: re.sub(claim, b"", tag[0]), part)


StartHandler = Callable[[str, dict[str, str]], None]
TextHandler = Callable[[str], None]


def _parser(start: StartHandler, end: TextHandler, text: TextHandler) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse_doctype(*_: object) -> None:
        raise UnsafeSheetError("this workbook has a document type declaration. Save it again in Excel.")

    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def _parse(parser: expat.XMLParserType, part: bytes) -> None:
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise UnsafeSheetError(DAMAGED) from None


def _local_name(name: str) -> str:
    return name.rpartition(":")[2]


def _text_lengths(part: bytes) -> list[int]:
    """Return the number of characters of each shared string."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if _local_name(name) == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    _parse(_parser(start, lambda _: None, text), part)
    return lengths


class _Cells:
    """A walk through the cells of one sheet, which places them as readers do: by reference, or else after the last cell."""

    def __init__(self, lengths: list[int]) -> None:
        self.characters = 0
        self._merged = 0
        self._lengths = lengths
        self._parser = _parser(self._start, self._end, self._text)
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._cell_start = 0
        self._attributes: dict[str, str] = {}
        self._filled = self._calculated = self._in_value = False
        self._value: list[str] = []
        self._marks: list[tuple[int, int, bytes]] = []

    def check(self, part: bytes) -> None:
        """Count the cells and characters that a reader would store. Raise UnsafeSheetError if they exceed a limit."""
        _parse(self._parser, part)

    def marked(self, part: bytes) -> bytes:
        """Return the part with a marker in each cell whose formula has an error or no calculated value."""
        pieces, at = [], 0
        for begin, end, text in self._marks:
            pieces += [part[at:begin], text]
            at = end
        return b"".join([*pieces, part[at:]])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match _local_name(name):
            case "row":
                self._row = _whole_number(attributes["r"]) if "r" in attributes else self._row + 1
                self._column = 0
            case "c":
                self._column += 1
                if "r" in attributes:
                    self._row, self._column = _position(attributes["r"])
                self._cell_start, self._attributes = self._parser.CurrentByteIndex, attributes
                self._filled = self._calculated = False
                self._value = []
            case "v":
                self._filled = self._in_value = True
            case "f":
                self._filled = self._calculated = True
            case "is":
                self._filled = True
            case "mergeCell":
                self._merged += 1
                if self._merged > MAX_MERGED:
                    raise UnsafeSheetError(f"a sheet has more than {MAX_MERGED} merged ranges. Unmerge them, and save it again.")

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value.append(text)

    def _end(self, name: str) -> None:
        match _local_name(name):
            case "v":
                self._in_value = False
            case "c" if self._filled:
                self._place()
                self._check_value(name)

    def _place(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row > MAX_ROWS or self._last_column > MAX_COLUMNS or self._last_row * self._last_column > MAX_CELLS:
            raise UnsafeSheetError(
                f"a sheet extends to row {self._last_row} and column {self._last_column}, beyond the limit. "
                "Delete the cells far below or to the right of the table, and save it again."
            )

    def _check_value(self, name: str) -> None:
        kind, value = self._attributes.get("t"), "".join(self._value).strip()
        if kind == "s":
            index = _whole_number(value)
            self.characters += self._lengths[index] if index < len(self._lengths) else 0
            if self.characters > MAX_CHARACTERS:
                raise UnsafeSheetError(TOO_MUCH_TEXT)
        elif kind == "e" or (self._calculated and not value and kind != "str"):
            self._mark(name, value)

    def _mark(self, name: str, error: str) -> None:
        """Replace the cell's value by a marker: readers return a formula without a value as a blank cell."""
        prefix = name.removesuffix("c")
        position = f" r={quoteattr(self._attributes['r'])}" if "r" in self._attributes else ""
        text = f'<{name}{position} t="inlineStr"><{prefix}is><{prefix}t>{escape(NO_VALUE + error)}</{prefix}t></{prefix}is>'
        self._marks.append((self._cell_start, self._parser.CurrentByteIndex, text.encode("ascii", "xmlcharrefreplace")))


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise UnsafeSheetError(DAMAGED)
    return int(text)


def _position(reference: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,9})", reference)
    if match is None:
        raise UnsafeSheetError(DAMAGED)
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
