"""Paths of resources, and examples of requests for the OpenAPI document."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote


def resource_path(collection: str, identifier: object) -> str:
    """Return the path of one resource: ``/api/v1/sites/AYL`` for ``sites`` and ``AYL``. Special characters are quoted."""
    return f"/api/v1/{collection}/{quote(str(identifier), safe='')}"


def request_example(example: Any) -> dict[str, Any]:
    """Return the ``openapi_extra`` of a route with an example of its request body."""
    return {"requestBody": {"content": {"application/json": {"example": example}}}}
