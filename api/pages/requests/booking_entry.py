"""The forms below a list of dates: a press that books one, and the filter of the list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import ValidationError

from api.decisions.requests import OfferBooking
from api.errors import ErrorItem, error_items, invalid
from api.pages.entries import NearestYear, date_of, last_of
from api.pages.forms import TypedForm
from api.pages.periods import wrong_order
from scheduler.domain.faults import faults_of
from scheduler.domain.schedule import Booking
from scheduler.offers.filters import OfferFilter

SLOT_PARTS = 4


def booking_of(conference: str, typed: TypedForm, replaces: int | None = None) -> OfferBooking:
    """Return the booking that a form asks for. Raise InvalidError with a sentence for each fault, by field.

    ``replaces`` is the number of the booking that is moved. A late date comes with who allowed it and why.
    """
    parts, faults = typed["slot"].split("|"), []
    if len(parts) != SLOT_PARTS:
        faults.append(ErrorItem(where="slot", message="Choose a date"))
    is_move, is_late = replaces is not None, typed["is_late"] == "yes"
    if (is_move or is_late) and not typed["reason"]:
        faults.append(ErrorItem(where="reason", message="Choose a reason"))
    if is_late and not typed["by"]:
        faults.append(ErrorItem(where="by", message="Enter who allowed it: a role or a reference, such as manager"))
    if is_late and not typed["safety_plan_reviewed"]:
        faults.append(ErrorItem(where="safety_plan_reviewed", message="Tick that the children's safety plan has been reviewed"))
    if faults:
        raise invalid("The form has faults.", faults)
    start, room, chair, holds = parts
    data: dict[str, Any] = {
        "conference": conference, "start": start, "room": room or None, "chair": chair,
        "withdrawn_holds": tuple(filter(None, holds.split(","))),
    }  # fmt: skip
    if is_move:
        data |= {"replaces": replaces, "reason": typed["reason"]}
    if is_late:
        data["exception"] = {"by": typed["by"], "reason": typed["reason"], "safety_plan_reviewed": True}
    try:
        return OfferBooking.model_validate(data)
    except ValidationError as error:
        raise invalid("The form has faults.", error_items(faults_of(error, OfferBooking))) from None


def is_there(present: Booking, wanted: OfferBooking) -> bool:
    """True if a conference is booked where a form wants it, such as when the form is sent twice."""
    return (present.start, present.room, present.chair) == (wanted.start, wanted.room, wanted.chair)


def filter_of(typed: TypedForm, today: dt.date) -> OfferFilter:
    """Return the filter in an address: days, office, chair, weekday and time. What cannot be read is left out."""
    first = date_of(typed["first"], today, NearestYear.COMING)
    last = last_of(typed["last"], first or today)
    if first is not None and last is not None and last < first:
        raise invalid("The filter has faults.", [ErrorItem(where="last", message=wrong_order(first, last))])
    given: dict[str, Any] = {name: day for name, day in (("first", first), ("last", last)) if day is not None}
    given |= {f"{name}s": (typed[name],) for name in ("site", "chair", "weekday") if typed[name]}
    if typed["attendance"]:
        given["mode"] = typed["attendance"]
    try:
        return OfferFilter.model_validate(given)
    except ValidationError as error:
        raise invalid("The filter has faults.", error_items(faults_of(error, OfferFilter))) from None
