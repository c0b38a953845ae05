"""A form's file as two of its fields, so that the page that follows can send it again: nobody has to choose it twice."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from api.errors import ErrorItem, invalid
from api.http.formats import Format, archive_of
from api.pages.multipart import SentFile, SentForm
from scheduler.files.file_safety import MEGABYTE
from scheduler.wording import count_of

FILE_NAME, FILE_CONTENT = "file_name", "file_content"
MOST_BYTES_OF_A_FILE = 5 * MEGABYTE
"""A month's workbook has 75 kB, a year's some 400 kB. The page that follows an upload holds the file, a third longer as text."""
_FORMATS = {".xlsx": Format.XLSX, ".zip": Format.CSV, ".csv": Format.CSV, ".json": Format.JSON}
_CHOOSE = "Choose an .xlsx workbook, the .csv files, or a .zip of these."


@dataclass(frozen=True)
class UploadedFile:
    """The file that somebody chose: its name, its format and its bytes. Several CSV files are one archive."""

    name: str
    format: Format
    content: bytes


def with_files(sent: SentForm) -> list[tuple[str, str]]:
    """Return the fields of a form, with its files as fields."""
    if not sent.files:
        return list(sent.pairs)
    file = _as_one(sent.files)
    return [*sent.pairs, (FILE_NAME, file.name), (FILE_CONTENT, base64.urlsafe_b64encode(file.content).decode())]


def uploaded_file(typed: Mapping[str, str]) -> UploadedFile:
    """Return the file of a form. Raise InvalidError if there is none, or if it is too large or of another type."""
    name, text = typed[FILE_NAME], typed[FILE_CONTENT]
    if not name:
        raise _refused(_CHOOSE)
    try:
        content = base64.urlsafe_b64decode(text.encode())
    except (binascii.Error, ValueError):
        raise _refused(f"'{name}' was cut off on the way. Choose it again.") from None
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix == ".xls":
        raise _refused(f"'{name}' is a workbook of an old Excel. Save it as an Excel Workbook (.xlsx), and choose that.")
    if suffix not in _FORMATS:
        raise _refused(f"'{name}' is no workbook. {_CHOOSE}")
    if not content:
        raise _refused(f"'{name}' is empty. {_CHOOSE}")
    if len(content) > MOST_BYTES_OF_A_FILE:
        size = f"{len(content) / MEGABYTE:.1f} MB, more than the {MOST_BYTES_OF_A_FILE // MEGABYTE} MB that fit"
        raise _refused(f"'{name}' has {size}. Choose a file with fewer months.")
    return UploadedFile(name, _FORMATS[suffix], content)


def _as_one(files: tuple[SentFile, ...]) -> SentFile:
    """Return the only file, or an archive of the CSV files that were chosen together."""
    if all(file.name.lower().endswith(".csv") for file in files):
        name = files[0].name if len(files) == 1 else f"{count_of(len(files), 'CSV file')}.zip"
        return SentFile(name, archive_of({file.name: file.content for file in files}))
    return files[0]


def _refused(message: str) -> Exception:
    return invalid("The form has faults.", [ErrorItem(where="file", message=message)])
