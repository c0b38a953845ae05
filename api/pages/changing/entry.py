"""The form that changes how a conference is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.diary.conferences.follow_up import Reason
from api.errors import ErrorItem, invalid
from api.pages.forms import TypedForm
from scheduler.domain.conference import Mode


@dataclass(frozen=True)
class HeldAs:
    """How a conference is to be held: its mode, the room if it is booked (None: virtually), why, and a waiver of notice."""

    mode: Mode
    room: str | None
    reason: Reason | None
    waiver: dict[str, Any] | None


def held_as(typed: TypedForm, room: str | None, *, is_booked: bool) -> HeldAs:
    """Return what a form asks for; ``room`` is that of the booking. Raise InvalidError with a sentence for each fault."""
    faults = []
    if typed["mode"] not in list(Mode):
        faults.append(ErrorItem(where="mode", message="Choose how it is held"))
    wanted = None if typed["mode"] == Mode.VIRTUAL else typed["room"] or room
    if is_booked and typed["mode"] in (Mode.HYBRID, Mode.IN_PERSON) and wanted is None:
        faults.append(ErrorItem(where="room", message="Choose a room"))
    if is_booked and typed["reason"] not in list(Reason):
        faults.append(ErrorItem(where="reason", message="Choose a reason"))
    if bool(typed["by"]) != bool(typed["why"]):
        missing = "why" if typed["by"] else "by"
        faults.append(ErrorItem(where=missing, message="Enter both who allows the short notice, and why"))
    if faults:
        raise invalid("The form has faults.", faults)
    waiver = {"by": typed["by"], "why": typed["why"]} if typed["by"] else None
    return HeldAs(Mode(typed["mode"]), wanted, Reason(typed["reason"]) if is_booked else None, waiver)
