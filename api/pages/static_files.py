"""The pages' stylesheets and scripts. Their addresses change with their bytes, so that a browser may store them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from starlette.responses import Response

from api.errors import not_found
from api.http.permissions import Permission, needs
from api.http.resources import page_path

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
DIGITS = 16


@dataclass(frozen=True)
class StaticFile:
    """A file that browsers load: its bytes, its media type, and the digest in its address."""

    body: bytes
    media_type: str
    digest: str


def _files(folder: Traversable, prefix: str = "") -> dict[str, StaticFile]:
    found: dict[str, StaticFile] = {}
    for one in folder.iterdir():
        suffix = one.name.rpartition(".")[2]
        if one.is_dir():
            found |= _files(one, f"{prefix}{one.name}/")
        elif suffix in TYPES:
            body = one.read_bytes()
            found[f"{prefix}{one.name}"] = StaticFile(body, TYPES[suffix], hashlib.sha256(body).hexdigest()[:DIGITS])
    return found


FILES = _files(files("api.pages") / "static")
router = APIRouter(include_in_schema=False)


def asset_path(name: str) -> str:
    """Return the address of a file."""
    return page_path(f"/assets/{FILES[name].digest}/{name}")


@router.get("/assets/{digest}/{name:path}", dependencies=[needs(Permission.NOTHING)])
async def asset(digest: str, name: str) -> Response:
    """Return a file."""
    found = FILES.get(name)
    if found is None or found.digest != digest:
        raise not_found("file", name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(found.body, media_type=found.media_type, headers=headers)


@router.get("/favicon.ico", dependencies=[needs(Permission.NOTHING)])
async def icon() -> Response:
    """Return the icon of the tab."""
    return Response(FILES["icon.svg"].body, media_type=TYPES["svg"])
