"""Forms of an office, a room and a chair: from what is typed to their values, with a sentence for each fault."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, TypeVar

from pydantic import ValidationError

from api.errors import ErrorItem, error_items, invalid
from api.pages.entries import time_of, whole_of
from api.pages.forms import TypedForm
from scheduler.domain.faults import faults_of
from scheduler.domain.people import Chair
from scheduler.domain.places import Room, Site
from scheduler.domain.values import Value

V = TypeVar("V", bound=Value)
FIELDS = (
    "site_id", "site_name", "room_id", "room_site", "room_name", "room_starts", "chair_id", "chair_name", "chair_base",
    "chair_fte", "chair_caseload",
)  # fmt: skip
USUAL_STARTS = "10:00, 14:00"
_FTE = re.compile(r"[0-9](\.[0-9]{1,2})?")


def site_of(typed: TypedForm, _: dt.date) -> Site:
    """Return the office of a form. Raise InvalidError with its faults."""
    return _checked(Site, "site_", {"id": typed["site_id"], "name": typed["site_name"]}, _missing(typed, {"site_id": "AYL"}))


def room_of(typed: TypedForm, today: dt.date) -> Room:
    """Return the room of a form, with equipment for hybrid conferences from today on if it is ticked."""
    faults = _missing(typed, {"room_id": "AYL-1"})
    if not typed["room_site"]:
        faults.append(ErrorItem(where="room_site", message="Choose the office that the room is in"))
    starts = [time_of(part) for part in typed["room_starts"].split(",")]
    if not all(starts):
        message = "Enter when conferences can start there, such as 10:00, 14:00"
        faults.append(ErrorItem(where="room_starts", message=message))
    data = {
        "id": typed["room_id"],
        "site": typed["room_site"],
        "name": typed["room_name"],
        "starts": starts,
        "hybrid_from": today if typed["room_hybrid"] else None,
        "accessible": bool(typed["room_accessible"]),
    }
    return _checked(Room, "room_", data, faults)


def chair_of(typed: TypedForm, _: dt.date) -> Chair:
    """Return the chair of a form."""
    faults = _missing(typed, {"chair_id": "C1"})
    caseload = whole_of(typed["chair_caseload"] or "0")
    if caseload is None:
        faults.append(ErrorItem(where="chair_caseload", message="Enter how many children they have now, such as 80"))
    if not _FTE.fullmatch(typed["chair_fte"]):
        faults.append(ErrorItem(where="chair_fte", message="Enter how much of a full week they work, such as 1 or 0.6"))
    data = {
        "id": typed["chair_id"],
        "name": typed["chair_name"],
        "base": typed["chair_base"] or None,
        "fte": 1.0 if faults else float(typed["chair_fte"]),
        "caseload": caseload or 0,
    }
    return _checked(Chair, "chair_", data, faults)


def _missing(typed: TypedForm, needed: dict[str, str]) -> list[ErrorItem]:
    return [
        ErrorItem(where=name, message=f"Enter a short name, such as {one}") for name, one in needed.items() if not typed[name]
    ]


def _checked(model: type[V], prefix: str, data: dict[str, Any], faults: list[ErrorItem]) -> V:
    if faults:
        raise invalid("The form has faults.", sorted(faults, key=lambda one: FIELDS.index(one.where)))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        items = error_items(faults_of(error, model))
        raise invalid(
            "The form has faults.", [ErrorItem(where=f"{prefix}{one.where}", message=one.message) for one in items]
        ) from None
