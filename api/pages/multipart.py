"""Forms with files, as browsers send them: ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

MULTIPART = "multipart/form-data"
MOST_PARTS = 1000


class MultipartError(ValueError):
    """A body that is not the announced form."""


@dataclass(frozen=True)
class SentFile:
    """A file that a form sends: its name without folders, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class SentForm:
    """The text fields and the files of a form, in the order in which they are sent."""

    pairs: tuple[tuple[str, str], ...]
    files: tuple[SentFile, ...]


def is_multipart(content_type: str) -> bool:
    """True if a ``Content-Type`` is that of a form with files."""
    return content_type.partition(";")[0].strip().lower() == MULTIPART


def sent_form(content_type: str, body: bytes) -> SentForm:
    """Return the fields and files of a body. A file input without a choice sends a file without a name, which is left out.

    Raise MultipartError if the body is not such a form, was cut off, or has too many parts.
    """
    boundary = _header(f"Content-Type: {content_type}".encode()).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise MultipartError("no boundary")
    first, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    if first.strip() or len(parts) < 1 or len(parts) > MOST_PARTS or not parts[-1].startswith(b"--"):
        raise MultipartError("cut off, or too many parts")
    pairs: list[tuple[str, str]] = []
    files: list[SentFile] = []
    for part in parts[:-1]:
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        header = _header(head)
        name, file = _parameter(header, "name"), _parameter(header, "filename")
        if not found or name is None:
            raise MultipartError("a part without a name")
        if file is None:
            pairs.append((name, _text(content)))
        elif file:
            files.append(SentFile(file.replace("\\", "/").rpartition("/")[2], content))
    return SentForm(tuple(pairs), tuple(files))


def _header(head: bytes) -> Message:
    return HeaderParser().parsestr(head.decode("utf-8", "replace"))


def _parameter(header: Message, name: str) -> str | None:
    """Return a parameter of the part's header. Browsers write it as UTF-8, with quotes and line ends as per cent codes."""
    found = header.get_param(name, header="content-disposition")
    if not isinstance(found, str):
        return None
    return found.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MultipartError("a text that is not UTF-8") from None
