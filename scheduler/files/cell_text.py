"""Text as spreadsheet files store it.

Unsupported characters are escaped, formulas in CSV cells get an apostrophe, and lists of ids go into one cell.
"""

from __future__ import annotations

import re

MAX_CHARACTERS_IN_A_CELL = 32_767
TEXT_TOO_LONG = f"a text is longer than the {MAX_CHARACTERS_IN_A_CELL} characters that a cell holds. Shorten it."
NO_VALUE = "\ue000"
"""Prefix of a cell whose formula has no value; the formula's error, if any, follows."""
# Characters that XML or CSV can't hold, the prefix above, and text that Excel or this module would read as an escape.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ue000\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|\{(?=U\+[0-9A-F]{4}\})")
_ESCAPED = re.compile(r"\{U\+(00[01][0-9A-F]|E000|FFF[EF]|005F|007B)\}")
_FORMULA_START = re.compile(r"['=+\-@\t\r\n＝＋－＠]")


def escaped(text: str) -> str:
    """Return the text with each character that spreadsheets would lose written as ``{U+0007}``."""
    return _UNSAFE.sub(lambda match: f"{{U+{ord(match[0]):04X}}}", text)


def unescaped(text: str) -> str:
    """Return the text that ``escaped`` received."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def held_down(text: str) -> str:
    """Return the text for a CSV cell, after an apostrophe if a spreadsheet could run it as a formula."""
    return f"'{text}" if _FORMULA_START.match(text) else text


def released(text: str) -> str:
    """Return the text that ``held_down`` received; any other apostrophe stays."""
    return text[1:] if text.startswith("'") and _FORMULA_START.match(text[1:]) else text


def joined_ids(ids: list[str]) -> str:
    """Return the ids as one cell, separated by commas; an id that contains a separator or quote is quoted."""
    return ", ".join('"' + item.replace('"', '""') + '"' if re.search(r'[,;\n"]', item) else item for item in ids)


def split_ids(text: str) -> list[str] | None:
    """Return the ids in one cell; None if its quotes don't match."""
    item = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^,;\n"]*))\s*([,;\n]|$)')
    ids, at = [], 0
    while at < len(text):
        match = item.match(text, at)
        if match is None or match.end() == at:
            return None
        if identifier := match[1].replace('""', '"') if match[1] else match[2].strip(" \t\r\u00a0"):
            ids.append(identifier)
        at = match.end()
    return ids
