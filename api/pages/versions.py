"""Versions in forms: a form that was opened before somebody else's change doesn't overwrite it."""

from __future__ import annotations

from api.errors import conflict
from api.pages.forms import TypedForm


def hold_to_version(name: str, version: int | str, typed: TypedForm) -> None:
    """Raise ConflictError if something has changed since its form was opened."""
    if typed["version"] != str(version):
        message = f"{name} has changed since you opened this page. Nothing was saved. Check what is below, and send it again."
        raise conflict("changed-meanwhile", message)
