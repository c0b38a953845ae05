"""Values as the JSON that the database stores."""

from __future__ import annotations

from typing import Any

from scheduler.domain.values import Value


def written(value: Value) -> dict[str, Any]:
    """A value as the contract writes it."""
    return value.model_dump(mode="json", by_alias=True)
