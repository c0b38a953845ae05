"""The page that records or corrects what came of a conference."""

from __future__ import annotations

import datetime as dt

from fastapi import Request, Response

from api.diary.bookings.queries import StoredBooking
from api.diary.conferences.follow_up import possible_outcomes
from api.diary.conferences.queries import StoredConference
from api.pages.forms import Problems, TypedForm
from api.pages.rendering import page
from api.pages.words import OUTCOMES, day_short


def outcome_page(
    request: Request,
    title: str,
    stored: StoredConference,
    booked: StoredBooking,
    today: dt.date,
    typed: TypedForm,
    problems: Problems,
    *,
    corrects: bool = False,
) -> Response:
    """Return the page with the form of an outcome; one that ``corrects`` can withdraw the outcome too."""
    return page(
        request,
        "outcome.html",
        title,
        problems=problems,
        fields=("outcome", "held_on", "children"),
        typed=typed,
        reference=stored.value.id,
        held_on=day_short(booked.booking.day, today),
        children=stored.value.children,
        choices=[{"value": one.value, "text": OUTCOMES[one]} for one in possible_outcomes(stored.value.kind)],
        version=stored.version,
        corrects=corrects,
    )
