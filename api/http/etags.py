"""Versions as ETags: a change names the version that it is based on, so that it can't silently overwrite another change."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Header

from api.http.problem_details import HttpError

IfMatch = Annotated[
    str | None, Header(description="The ETag of the version that the change is based on. Required for every change.")
]
_CODING = r"(?:--?|;)(?:gzip|br|zstd|deflate)"
"""A suffix by which a proxy that compresses responses marks their ETags, within the quotes or after them."""
_SUFFIX = re.compile(f"{_CODING}$")
_TAG = re.compile(rf'(?:W/)?"([^"]*)"(?:{_CODING})?')
_LIST = re.compile(rf"{_TAG.pattern}(?:[ \t]*,[ \t]*{_TAG.pattern})*")


def etag(version: int | str) -> str:
    """Return a version as a strong ETag."""
    return f'"{version}"'


def names(header: str, tag: str) -> bool:
    """True if an ``If-Match`` or ``If-None-Match`` header names this ETag, or any by ``*``.

    Proxies that compress make ETags weak or add a suffix. The version is the same, so both are accepted.
    """
    header = header.strip()
    if header == "*":
        return True
    opaque, sent = tag.strip('"'), _TAG.findall(header) if _LIST.fullmatch(header) else []
    return any(opaque in (one, _SUFFIX.sub("", one)) for one in sent)


def required_version(if_match: str | None) -> str:
    """Return the ``If-Match`` value. Raise HttpError 428 if it is missing."""
    if if_match is None:
        raise HttpError(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version-needed",
            "The If-Match header is missing. Send the ETag of the version that your change is based on; GET returns it.",
        )
    return if_match


def expect(version: int | str, if_match: str | None) -> None:
    """Raise HttpError 428 if ``If-Match`` is missing, or 412 if it names another version than this."""
    if not names(required_version(if_match), etag(version)):
        raise HttpError(
            HTTPStatus.PRECONDITION_FAILED,
            "changed-meanwhile",
            "It has changed since that version. GET it again, and check that your change still applies.",
            headers={"ETag": etag(version)},
        )
