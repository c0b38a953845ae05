"""The forms of a conference: why it is cancelled, and what came of it."""

from __future__ import annotations

import datetime as dt

from api.diary.conferences.follow_up import Outcome, Reason
from api.diary.conferences.outcomes import OutcomeEntry
from api.errors import ErrorItem, invalid
from api.pages.entries import NearestYear, date_of, whole_of
from api.pages.forms import TypedForm

CANCEL_DATE, CANCEL_CONFERENCE = "date", "conference"


def reason_of(typed: TypedForm) -> Reason:
    """Return the chosen reason. Raise InvalidError if there is none."""
    try:
        return Reason(typed["reason"])
    except ValueError:
        raise invalid("The form has faults.", [ErrorItem(where="reason", message="Choose a reason")]) from None


def outcome_of(typed: TypedForm, booked: dt.date) -> OutcomeEntry:
    """Return the outcome that a form records. Raise InvalidError with a sentence for each fault, by field.

    A day without a year is the nearest to that for which the conference is ``booked``.
    """
    faults = []
    held_on = date_of(typed["held_on"], booked, NearestYear.NEAREST) if typed["held_on"] else None
    children = whole_of(typed["children"]) if typed["children"] else None
    if typed["outcome"] not in list(Outcome):
        faults.append(ErrorItem(where="outcome", message="Choose what came of it"))
    if typed["held_on"] and held_on is None:
        faults.append(ErrorItem(where="held_on", message=f"'{typed['held_on']}' is not a date. Enter a date such as 7/1."))
    if typed["children"] and children is None:
        faults.append(ErrorItem(where="children", message=f"'{typed['children']}' is not a number. Enter a number such as 2."))
    if faults:
        raise invalid("The form has faults.", faults)
    return OutcomeEntry(Outcome(typed["outcome"]), held_on, children)
