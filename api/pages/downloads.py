"""Files that pages offer. Each has the marking in its name; workbooks and pictures have it on every printed page too."""

from __future__ import annotations

from starlette.responses import Response

from api.http.formats import MEDIA_TYPES, Format

MARKING = "OFFICIAL-SENSITIVE"


def download(content: bytes, format_: Format, name: str, suffix: str = "", media_type: str = "") -> Response:
    """Return a file as a download. Browsers neither store it nor guess at its type."""
    file = f"{name}-{MARKING}.{suffix or format_.value}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type or MEDIA_TYPES[format_], headers=headers)
