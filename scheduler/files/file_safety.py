"""What is asked of a file before anything opens it: that it is small enough, whole, and what its name says."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import NoReturn

from scheduler.domain.faults import Fault, InputError
from scheduler.files.xlsx_safety import DAMAGED, UnsafeSheetError, safe_parts

MEGABYTE = 2**20
MOST_BYTES = 20 * MEGABYTE
MOST_BYTES_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 2000
SUSPICIOUS_RATIO = 200
SUSPICIOUS_FROM = 10 * MEGABYTE
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_BIT = 0x1
XML_PARTS = (".xml", ".rels")
NAME_IT_XLSX = "If it is a workbook, name it .xlsx."


def refuse(path: Path, message: str) -> NoReturn:
    """Raise InputError about a whole file."""
    raise InputError([Fault((), f"{path}: {message}")])


def bytes_of(path: Path) -> bytes:
    """The content of a regular file of at most 20 MB. Raises InputError."""
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
    """Raise InputError about a file or folder that is too large to be read."""
    limit = MOST_BYTES // MEGABYTE
    refuse(path, f"this holds {size / MEGABYTE:.0f} MB, more than the {limit} MB that are read. Give one month only.")


def text_of(path: Path, content: bytes, what: str, advice: str, advice_on_workbooks: str = NAME_IT_XLSX) -> str:
    """The content as UTF-8 text without NUL, of which ``what`` says what it should be. Raises InputError."""
    if content.startswith((ZIP, OLE)):
        refuse(path, f"this is not {what}, but a workbook or an archive. {advice_on_workbooks}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(path, f"line {line}: this is not UTF-8 text. {advice}")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        refuse(path, f"line {line}: there is a NUL character, which {what} can't hold. {advice}")
    if not text.strip():
        refuse(path, "this file is empty.")
    return text


def workbook_in(path: Path, content: bytes) -> io.BytesIO:
    """A workbook packed anew from parts that were checked, so that what is opened is just what was checked.

    Raises InputError for what is no workbook, and for one that would take too much memory to open.
    """
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            refuse(path, "this workbook has a password. Take the password off in Excel, and save it again.")
        refuse(path, "this is an old workbook (.xls). Save it in Excel as an Excel Workbook (.xlsx).")
    if not content.startswith(ZIP):
        kind = "JSON" if content.lstrip()[:1] in (b"{", b"[") else "text or something else"
        refuse(path, f"this is not a workbook, but {kind}. Open it in Excel, and save it as an Excel Workbook (.xlsx).")
    try:
        return _packed_anew(path, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError):
        refuse(path, DAMAGED)


def _packed_anew(path: Path, content: bytes) -> io.BytesIO:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_directory(path, entries)
        parts = {entry.filename: archive.read(entry) for entry in entries if entry.filename.lower().endswith(XML_PARTS)}
    if "[Content_Types].xml" not in parts or not any(name.lower().endswith("workbook.xml") for name in parts):
        refuse(path, "this is an archive, not a workbook. Save it in Excel as an Excel Workbook (.xlsx).")
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
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES_UNPACKED:
        limit = MOST_BYTES_UNPACKED // MEGABYTE
        refuse(path, f"this workbook unpacks to {total / MEGABYTE:.0f} MB, more than the {limit} MB that are read.")
    for entry in entries:
        if entry.flag_bits & ENCRYPTED_BIT:
            refuse(path, "this workbook has a password. Take the password off in Excel, and save it again.")
        if entry.file_size > max(SUSPICIOUS_FROM, SUSPICIOUS_RATIO * entry.compress_size):
            refuse(path, f"its part {entry.filename} unpacks to over {SUSPICIOUS_RATIO} times its size, as no workbook does.")
    if len(entries) > MOST_PARTS or len({entry.filename for entry in entries}) < len(entries):
        refuse(path, "this archive has too many parts, or parts of the same name, as no workbook does.")
