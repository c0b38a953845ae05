"""Conferences as the API shows them, with their outcome, their booking and remarks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from fastapi import Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.bookings.schemas import BookingItem
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Outcome, Reason
from api.diary.conferences.queries import LONG_AGO, OPEN, ConferenceState, StoredConference
from api.diary.references import unknown_conference
from api.diary.service import queries as documents
from api.http.etags import etag, expect
from scheduler.domain.conference import Conference
from scheduler.domain.policy import Policy
from scheduler.remarks import odd_entries, starts_after
from scheduler.wording import count_of, date_in_words, short_date


class OutcomeRecorded(BaseModel):
    """A conference's outcome, with its day and chair; ``children`` counts those on a plan afterwards."""

    outcome: Outcome
    held_on: dt.date
    children: int
    chair: str
    reason: Reason | None


class RecordedWaiver(BaseModel):
    """Who waived a conference's notice, why, and when that was recorded."""

    by: str
    why: str
    at: AwareDatetime


class ConferenceView(BaseModel):
    """A conference with its state.

    Its clock gives ``due`` and ``earliest``, which is null if the clock sets no first day. ``follows`` is the family's previous
    conference; ``remarks`` list what needs attention. ``notice_waiver`` says who waived its notice.
    """

    conference: Conference
    state: ConferenceState
    due: dt.date
    earliest: dt.date | None
    follows: str | None
    outcome: OutcomeRecorded | None
    booking: BookingItem | None
    remarks: list[str]
    notice_waiver: RecordedWaiver | None = None


class Followed(BaseModel):
    """A changed conference, and the family's ``next`` one if it is new or has changed too."""

    conference: ConferenceView
    next: ConferenceView | None


def require_conference(connection: Connection, identifier: str) -> StoredConference:
    """Return the conference with an id. Raise NotFoundError if there is none."""
    stored = conferences.find(connection, identifier)
    if stored is None:
        raise unknown_conference(connection, identifier)
    return stored


def current(connection: Connection, identifier: str, if_match: str | None) -> StoredConference:
    """Return the conference with an id if ``If-Match`` names its current version."""
    stored = require_conference(connection, identifier)
    expect(stored.version, if_match)
    return stored


def followed(
    connection: Connection, response: Response, identifier: str, following: str | None, now: dt.datetime
) -> dict[str, Any]:
    """Return a conference with the family's next one as the API shows them, and set the response's ETag."""
    after = None if following is None else views(connection, [require_conference(connection, following)], now)[0]
    return {"conference": shown(connection, response, identifier, now), "next": after}


def shown(connection: Connection, response: Response, identifier: str, now: dt.datetime) -> dict[str, Any]:
    """Return a conference as the API shows it, and set the response's ETag."""
    stored = require_conference(connection, identifier)
    response.headers["ETag"] = etag(stored.version)
    return views(connection, [stored], now)[0]


def views(connection: Connection, some: list[StoredConference], now: dt.datetime) -> list[dict[str, Any]]:
    """Return conferences as the API shows them."""
    booked = bookings.items_of_conferences(connection, (stored.value.id for stored in some))
    waivers = _waivers(connection, [stored.value.id for stored in some if stored.value.notice_waived])
    policy, today = documents.get(connection, "policy")[0], local_day(now)
    return [
        _view(stored, booked.get(stored.value.id), waivers.get(stored.value.id))
        | {"remarks": [*_implausible(stored, policy, today), *_lateness(stored, booked.get(stored.value.id))]}
        for stored in some
    ]


def _waivers(connection: Connection, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the latest waiver of the notice of each of these conferences."""
    rows = conferences.history(connection, names) if names else []
    return {
        row.conference: {"by": row.detail["by"], "why": row.detail["why"], "at": row.at}
        for row in rows
        if row.event == ConferenceEvent.WAIVED and row.detail["waived"] == "notice"
    }


def _view(stored: StoredConference, booking: dict[str, Any] | None, waiver: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "conference": stored.value,
        "state": stored.state,
        "due": stored.due,
        "earliest": None if stored.earliest == LONG_AGO else stored.earliest,
        "follows": stored.follows,
        "outcome": stored.outcome,
        "booking": booking,
        "notice_waiver": waiver,
    }


def _implausible(stored: StoredConference, policy: Policy, today: dt.date) -> Iterator[str]:
    """Yield the remarks on an implausible conference that is still to be held (contract, section 8)."""
    if stored.state in OPEN:
        if starts_after(stored.value, today):
            starts = short_date(stored.value.trigger)
            yield f"The clock of {stored.value.id} starts on {starts}, which is still to come. Check the year."
        yield from (text for _, text in odd_entries(stored.value, policy))


def _lateness(stored: StoredConference, booking: dict[str, Any] | None) -> list[str]:
    """Return a remark if the conference is still to be held and is late without an exception."""
    if booking is None or stored.state is not ConferenceState.BOOKED or not booking["late"] or booking["exception"] is not None:
        return []
    late = count_of(booking["late"], "working day")
    return [
        f"It is booked {late} after its due date, {date_in_words(stored.due)}, and no exception is recorded. "
        "Move the booking to an earlier day, or cancel it and book it with an exception."
    ]
