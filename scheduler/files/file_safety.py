"""Checks on a file before anything parses it: its size, its integrity, and that its content matches its name.

A workbook is a zip archive, so this module also refuses zip bombs. ``sheet_xml_safety.py`` checks the XML within.
"""

from __future__ import annotations

import codecs
import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import NoReturn

from scheduler.domain.faults import Fault, InputError
from scheduler.files.sheet_xml_safety import DAMAGED, UnsafeSheetError, safe_parts

MEGABYTE = 2**20
MOST_BYTES = 20 * MEGABYTE
"""The largest file that is read, and the longest request body that the service accepts."""
MOST_BYTES_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 2000
SUSPICIOUS_RATIO = 200
SUSPICIOUS_FROM = 10 * MEGABYTE
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKED_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The marks at the beginning of text that is not UTF-8; UTF-16's is the beginning of UTF-32's."""
ENCRYPTED_BIT = 0x1
XML_PARTS = (".xml", ".rels")
NAME_IT_XLSX = "If it is a workbook, name it .xlsx."
SAVE_AS_XLSX = "Save it in Excel as an Excel Workbook (.xlsx)."
ONE_MONTH = "Reduce it to one month."
HAS_PASSWORD = "this workbook has a password. Remove the password in Excel, and save it again."


def refuse(path: Path, message: str) -> NoReturn:
    """Raise InputError with a message about the whole file."""
    raise InputError([Fault((), f"{path}: {message}")])


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file. Raise InputError if it is not a regular file, is empty, or is over 20 MB."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            refuse(path, "this is a folder, not a file. Enter the name of a file, or of a folder of .csv files.")
        if not stat.S_ISREG(status.st_mode):
            refuse(path, "this is not a file. Enter the name of a file.")
        if status.st_size > MOST_BYTES:
            refuse_size(path, status.st_size)
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        refuse(path, "there is no such file. Check its name and folder.")
    except (OSError, ValueError) as error:
        refuse(path, f"this can't be opened: {getattr(error, 'strerror', None) or error}.")
    if len(content) > MOST_BYTES:
        refuse_size(path, len(content))
    if not content:
        refuse(path, "this file is empty.")
    return content


def refuse_size(path: Path, size: int) -> NoReturn:
    """Raise InputError about a file or folder of more than 20 MB; ``size`` is in bytes."""
    limit = MOST_BYTES // MEGABYTE
    refuse(path, f"this is {size / MEGABYTE:.0f} MB, over the limit of {limit} MB. {ONE_MONTH}")


def text_of(path: Path, content: bytes, noun: str, advice: str, advice_on_workbooks: str = NAME_IT_XLSX) -> str:
    """Return the content as text; ``noun`` names the expected type of file, such as "a JSON file".

    UTF-16 and UTF-32 are read if they begin with their mark, as Excel's "Unicode Text" does. Raise InputError if the content is
    an archive, is in another encoding, contains NUL, or is blank.
    """
    if content.startswith((ZIP, OLE)):
        refuse(path, f"this is not {noun}, but a workbook or an archive. {advice_on_workbooks}")
    text = _decoded(path, content, advice)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        refuse(path, f"line {line}: there is a NUL character, which {noun} can't hold. {advice}")
    if not text.strip():
        refuse(path, "this file is empty.")
    return text


def _decoded(path: Path, content: bytes, advice: str) -> str:
    encoding = next((name for mark, name in MARKED_ENCODINGS if content.startswith(mark)), "utf-8-sig")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            refuse(path, f"this begins like {encoding.upper()}, but is damaged. {advice}")
        line = content.count(b"\n", 0, error.start) + 1
        refuse(path, f"line {line}: this is not UTF-8 text, but Windows-1252 or the like. {advice}")


def workbook_in(path: Path, content: bytes) -> io.BytesIO:
    """Return a workbook repacked from checked parts, so that the reader opens only checked content.

    Raise InputError if the content is not a workbook, or would take too much memory to open.
    """
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            refuse(path, HAS_PASSWORD)
        refuse(path, f"this is an old workbook (.xls). {SAVE_AS_XLSX}")
    if not content.startswith(ZIP):
        actual = "JSON" if content.lstrip()[:1] in (b"{", b"[") else "text or something else"
        refuse(path, f"this is not a workbook, but {actual}. {SAVE_AS_XLSX}")
    try:
        return _repacked(path, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError):
        refuse(path, DAMAGED)


def _repacked(path: Path, content: bytes) -> io.BytesIO:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_directory(path, entries)
        parts = {entry.filename: archive.read(entry) for entry in entries if entry.filename.lower().endswith(XML_PARTS)}
    if "[Content_Types].xml" not in parts or not any(name.lower().endswith("workbook.xml") for name in parts):
        refuse(path, f"this is an archive, not a workbook. {SAVE_AS_XLSX}")
    try:
        parts = safe_parts(parts)
    except UnsafeSheetError as error:
        refuse(path, str(error))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as copy:
        for name, part in parts.items():
            copy.writestr(name, part)
    packed.seek(0)
    return packed


def _check_directory(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip bomb, an encrypted part, too many parts, or two with one name, before anything is unpacked."""
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES_UNPACKED:
        limit = MOST_BYTES_UNPACKED // MEGABYTE
        refuse(path, f"this workbook unpacks to {total / MEGABYTE:.0f} MB, over the limit of {limit} MB. {ONE_MONTH}")
    for entry in entries:
        if entry.flag_bits & ENCRYPTED_BIT:
            refuse(path, HAS_PASSWORD)
        if entry.file_size > max(SUSPICIOUS_FROM, SUSPICIOUS_RATIO * entry.compress_size):
            refuse(path, f"its part {entry.filename} unpacks to over {SUSPICIOUS_RATIO} times its size. {SAVE_AS_XLSX}")
    if len(entries) > MOST_PARTS or len({entry.filename for entry in entries}) < len(entries):
        refuse(path, f"this archive has more than {MOST_PARTS} parts, or two with the same name. {SAVE_AS_XLSX}")
