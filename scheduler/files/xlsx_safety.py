"""A look through a workbook's XML before it is opened: one cell far out, or one text used often, can fill the memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from scheduler.files.cell_text import NO_VALUE

MOST_CELLS = 1_000_000
MOST_CHARACTERS = 100_000_000
MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576
MOST_MERGED = 100_000
DAMAGED = "this workbook is damaged. Open it in Excel, and save it again."
TOO_MUCH_TEXT = "this workbook holds more text than is read. Give one month, without long texts."


class UnsafeSheetError(Exception):
    """A part of a workbook that must not be opened, and why."""


def safe_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts as they may be opened: without false counts, and with a mark on cells whose formula gives no value.

    Raises UnsafeSheetError.
    """
    safe = dict(parts)
    lengths: list[int] = []
    for name in sorted(parts):
        if _holds(parts[name], b"sst"):
            lengths += _lengths(parts[name])
            safe[name] = _without_counts(parts[name])
    characters = 0
    for name, part in parts.items():
        if _holds(part, b"sheetData"):
            cells = _Cells(lengths)
            cells.look_through(part)
            characters += cells.characters
            if characters > MOST_CHARACTERS:
                raise UnsafeSheetError(TOO_MUCH_TEXT)
            safe[name] = cells.marked(part)
    return safe


def _holds(part: bytes, element: bytes) -> bool:
    return re.search(rb"<(?:[\w.-]+:)?" + element + rb"[\s>/]", part) is not None


def _without_counts(part: bytes) -> bytes:
    """Shared texts without the counts that their part claims: calamine makes room for as many."""
    claim = rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"]*"|'[^']*')"""
    return re.sub(rb"<(?:[\w.-]+:)?sst\b[^>]*>", lambda tag: re.sub(claim, b"", tag[0]), part)


Start = Callable[[str, dict[str, str]], None]
Told = Callable[[str], None]


def _parser(start: Start, end: Told, text: Told) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse_doctype(*_: object) -> None:
        raise UnsafeSheetError("this workbook declares types of its own, as no workbook does. Save it again in Excel.")

    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def _parse(parser: expat.XMLParserType, part: bytes) -> None:
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise UnsafeSheetError(DAMAGED) from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _lengths(part: bytes) -> list[int]:
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    _parse(_parser(start, lambda _: None, text), part)
    return lengths


class _Cells:
    """Follows the cells of one sheet, as readers place them: by their references, or else each after the last."""

    def __init__(self, lengths: list[int]) -> None:
        self.characters = 0
        self._merged = 0
        self._lengths = lengths
        self._parser = _parser(self._start, self._end, self._text)
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._begins = 0
        self._attributes: dict[str, str] = {}
        self._filled = self._calculated = self._in_value = False
        self._value: list[str] = []
        self._marks: list[tuple[int, int, bytes]] = []

    def look_through(self, part: bytes) -> None:
        """Count what the sheet would take. Raises UnsafeSheetError."""
        _parse(self._parser, part)

    def marked(self, part: bytes) -> bytes:
        """The part with the mark for readers in cells whose formula gives an error, or has not been worked out."""
        pieces, at = [], 0
        for begin, end, text in self._marks:
            pieces += [part[at:begin], text]
            at = end
        return b"".join([*pieces, part[at:]])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self._row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
                self._column = 0
            case "c":
                self._column += 1
                if "r" in attributes:
                    self._row, self._column = _position(attributes["r"])
                self._begins, self._attributes = self._parser.CurrentByteIndex, attributes
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
                if self._merged > MOST_MERGED:
                    raise UnsafeSheetError(f"a sheet has more than {MOST_MERGED} merged ranges. Unmerge them, and save it again.")

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value.append(text)

    def _end(self, name: str) -> None:
        match _local(name):
            case "v":
                self._in_value = False
            case "c" if self._filled:
                self._place()
                self._look_at_value(name)

    def _place(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row > MOST_ROWS or self._last_column > MOST_COLUMNS or self._last_row * self._last_column > MOST_CELLS:
            raise UnsafeSheetError(
                f"a sheet reaches down to row {self._last_row} and across {self._last_column} columns, "
                "more than is read. Delete what stands far below or to the right, and save it again."
            )

    def _look_at_value(self, name: str) -> None:
        kind, value = self._attributes.get("t"), "".join(self._value).strip()
        if kind == "s":
            index = _whole(value)
            self.characters += self._lengths[index] if index < len(self._lengths) else 0
            if self.characters > MOST_CHARACTERS:
                raise UnsafeSheetError(TOO_MUCH_TEXT)
        elif kind == "e" or (self._calculated and not value and kind != "str"):
            self._mark(name, value)

    def _mark(self, name: str, error: str) -> None:
        """Put a text in the place of the cell's value: readers give a formula without a value as a blank cell."""
        prefix = name.removesuffix("c")
        position = f" r={quoteattr(self._attributes['r'])}" if "r" in self._attributes else ""
        text = f'<{name}{position} t="inlineStr"><{prefix}is><{prefix}t>{escape(NO_VALUE + error)}</{prefix}t></{prefix}is>'
        ends = self._parser.CurrentByteIndex
        self._marks.append((self._begins, ends, text.encode("ascii", "xmlcharrefreplace")))


def _whole(text: str) -> int:
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
