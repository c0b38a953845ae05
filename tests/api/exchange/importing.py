"""Sending files to the import, and changing the diary between them."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from starlette.testclient import TestClient

from api.http.formats import MEDIA_TYPES, Format, encode
from scheduler.domain.problem import Problem

MARCH = {"first": "2027-03-01", "last": "2027-03-31"}


def send(client: TestClient, content: bytes, format_: Format = Format.JSON, *, if_match: str | None = None, **query: Any) -> Any:
    headers = {"Content-Type": MEDIA_TYPES[format_]} | ({} if if_match is None else {"If-Match": if_match})
    return client.post("/api/v1/import", content=content, headers=headers, params=query)


def commit(client: TestClient, problem: Problem, format_: Format = Format.JSON, **query: Any) -> Any:
    """Commit a problem as a file, and return the answer's body."""
    answer = send(client, encode(problem, format_), format_, mode="commit", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def export(client: TestClient, format_: Format = Format.JSON) -> bytes:
    content: bytes = client.get("/api/v1/export", params={**MARCH, "format": format_}).content
    return content


def change(client: TestClient, path: str, **fields: Any) -> Any:
    """Change fields of an item of the diary as a person would."""
    present = client.get(f"/api/v1/{path}")
    value = present.json()
    value = value["conference"] if path.startswith("conferences/") else value
    answer = client.put(f"/api/v1/{path}", json=value | fields, headers={"If-Match": present.headers["etag"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


def put_document(client: TestClient, name: str, value: Any) -> None:
    present = client.get(f"/api/v1/{name}")
    answer = client.put(f"/api/v1/{name}", json=value, headers={"If-Match": present.headers["etag"]})
    assert answer.status_code == 200, answer.text


def edited(content: bytes, edit: Any) -> bytes:
    """Return a workbook after an edit by a function."""
    book: Workbook = load_workbook(io.BytesIO(content))
    edit(book)
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def column_of(book: Workbook, title: str, heading: str) -> int:
    return next(cell.column for cell in book[title][1] if cell.value == heading)
