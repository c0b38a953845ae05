"""Conversion of values to the JSON that the database stores."""

from __future__ import annotations

from typing import Any

from scheduler.domain.values import Value


def to_json(value: Value) -> dict[str, Any]:
    """Return a value as the JSON that the contract defines."""
    return value.model_dump(mode="json", by_alias=True)
