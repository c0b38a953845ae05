"""Versions as ETags: whoever changes something says which version was seen, so that nobody overwrites another silently."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Header

from api.http.problem_details import HttpError

IfMatch = Annotated[str | None, Header(description="The ETag of the version that was seen; needed to change it.")]


def etag(version: int | str) -> str:
    """A version as a strong ETag."""
    return f'"{version}"'


def told(if_match: str | None) -> str:
    """The version that the caller has seen, whatever it is. ApiError 428 where none is told."""
    if if_match is None:
        raise HttpError(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version-needed",
            "Say which version you have seen: send its ETag as If-Match. GET gives it.",
        )
    return if_match


def expect(version: int | str, if_match: str | None) -> None:
    """Go on only if the caller has seen this version. ApiError 428 where none is told, 412 where it is another."""
    if told(if_match).strip() not in (etag(version), "*"):
        raise HttpError(
            HTTPStatus.PRECONDITION_FAILED,
            "changed-meanwhile",
            "It has been changed since you saw it. GET it again, and see whether your change still holds.",
            headers={"ETag": etag(version)},
        )
