"""Text in files for spreadsheets: what they can't hold is escaped, what they would run is held down, lists become one cell."""

from __future__ import annotations

import re

MOST_CHARACTERS_IN_A_CELL = 32_767
NO_VALUE = "\ue000"
"""Begins a cell whose formula gives an error, which follows, or has not been worked out."""
# What XML or CSV can't hold, and the mark above; what spreadsheets take for such a one; what looks escaped already.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ue000\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|\{(?=U\+[0-9A-F]{4}\})")
_ESCAPED = re.compile(r"\{U\+(00[01][0-9A-F]|E000|FFF[EF]|005F|007B)\}")
_HELD_DOWN = re.compile(r"['=+\-@\t\r\n＝＋－＠]")


def escaped(text: str) -> str:
    """The text with characters that no spreadsheet keeps written as ``{U+0007}``; all else stays."""
    return _UNSAFE.sub(lambda found: f"{{U+{ord(found[0]):04X}}}", text)


def unescaped(text: str) -> str:
    """The text that ``escaped`` was given."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def held_down(text: str) -> str:
    """The text for a CSV cell: with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if _HELD_DOWN.match(text) else text


def released(text: str) -> str:
    """The text that ``held_down`` was given; an apostrophe that holds nothing down is left alone."""
    return text[1:] if text.startswith("'") and _HELD_DOWN.match(text[1:]) else text


def joined_ids(ids: list[str]) -> str:
    """Ids in one cell, with commas between; quoted where an id itself would be taken for several."""
    return ", ".join('"' + item.replace('"', '""') + '"' if re.search(r'[,;\n"]', item) else item for item in ids)


def split_ids(text: str) -> list[str] | None:
    """The ids in one cell; None where its quotes don't add up."""
    item = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^,;\n"]*))\s*([,;\n]|$)')
    ids, at = [], 0
    while at < len(text):
        match = item.match(text, at)
        if match is None or match.end() == at:
            return None
        found = match[1].replace('""', '"') if match[1] else match[2].strip(" \t\r\u00a0")
        if found:
            ids.append(found)
        at = match.end()
    return ids
