"""Routes for conferences: request, find, change and cancel them, and record births and transfers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from api.diary.bookings import freed
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.freed import FreedMatch
from api.diary.bookings.schemas import ChangeReason, NoticeWaiver
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.entry import refuse_faults
from api.diary.conferences.follow_up import Reason
from api.diary.conferences.queries import ConferenceState
from api.diary.conferences.views import ConferenceView, Followed, current, followed, require_conference, shown, views
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.references import refuse_unknown
from api.diary.registers import queries as registers
from api.errors import invalid
from api.http.etags import IfMatch
from api.http.paging import After, Most, page_model
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, ConferenceKind, one_of
from scheduler.domain.values import Date, Identifier, Interval, Moment, Value

router = APIRouter(prefix="/conferences", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


class HistoryItem(BaseModel):
    """An entry of a conference's history; ``detail`` includes the earlier values."""

    number: int
    at: AwareDatetime
    actor: str
    event: str
    reason: str | None
    detail: dict[str, Any]


class ConferenceFilter(Value):
    """A query for conferences; ``due_from`` and ``due_to`` are both included, capitals in ``find`` don't matter."""

    state: Annotated[ConferenceState, one_of(ConferenceState)] | None = None
    kind: Annotated[ConferenceKind, one_of(ConferenceKind)] | None = None
    find: Annotated[Identifier, Field(description="Part of a reference, of a family or of a social worker.")] | None = None
    site: Identifier | None = None
    chair: Identifier | None = None
    due_from: Date | None = None
    due_to: Date | None = None
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="The `next` of the page before.")] = 0
    most: Annotated[int, Field(ge=1, le=500, description="The most conferences on the page.")] = 100


class Birth(Value):
    """The day on which a child was born."""

    date: Date


class Transfer(Value):
    """The day on which this council was notified."""

    notified: Date


class UnavailableTime(Value):
    """A ``day``, or a time from ``start`` to ``end``, at which the family or its social worker can't come."""

    day: Date | None = None
    start: Moment | None = None
    end: Moment | None = None

    @model_validator(mode="after")
    def _one(self) -> UnavailableTime:
        if (self.day is None) == (self.start is None and self.end is None) or (self.start is None) != (self.end is None):
            raise PydanticCustomError("day_or_time", "Enter either a day, or a start and an end.")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise PydanticCustomError("backwards", "the time runs backwards. Enter a start before the end.")
        return self

    @property
    def interval(self) -> Interval:
        """Return the time as the conference stores it."""
        if self.day is not None:
            start = dt.datetime.combine(self.day, dt.time())
            return Interval(start=start, end=start + ONE_DAY)
        assert self.start is not None
        assert self.end is not None
        return Interval(start=self.start, end=self.end)


class ConferenceCancelled(ConferenceView):
    """A cancelled conference, with the conferences that could take the slot that it leaves free, those due first."""

    freed: list[FreedMatch]


class UnavailableAdded(BaseModel):
    """A conference, with the bookings that break a rule because its family can't come."""

    conference: ConferenceView
    broken_bookings: list[BrokenBooking]


ConferencePage = page_model(ConferenceView)
HistoryPage = page_model(HistoryItem)
_EXAMPLE: dict[str, Any] = {
    "id": "CPC-0101", "kind": "initial", "children": 2, "school_age": 1, "site": "WYC",
    "trigger": "2027-01-04", "requested": "2027-01-06", "social_worker": "SW-12",
}  # fmt: skip


@router.get("", response_model=ConferencePage, dependencies=[_reads], summary="List conferences")
def listed(connection: Reading, now: Now, filters: Annotated[ConferenceFilter, Query()]) -> Any:
    """Return conferences in the order in which they were stored."""
    refuse_unknown(connection, {"site": (registers.SITES, filters.site), "chair": (registers.CHAIRS, filters.chair)})
    some = conferences.list_conferences(connection, **dict(filters) | {"most": filters.most + 1})
    page = some[: filters.most]
    return {"items": views(connection, page, now), "next": page[-1].position if len(some) > filters.most else None}


@router.get("/{id:path}/history", response_model=HistoryPage, dependencies=[_reads], summary="The history of a conference")
def history(connection: Reading, id: str, after: After = 0, most: Most = 100) -> Any:
    """Return who did what, when and why, oldest entry first."""
    require_conference(connection, id)
    rows = conferences.history(connection, [id], after=after, most=most + 1)
    items = [{name: getattr(row, name) for name in HistoryItem.model_fields} for row in rows[:most]]
    return {"items": items, "next": items[-1]["number"] if len(rows) > most else None}


@router.get("/{id:path}", response_model=ConferenceView, dependencies=[_reads], summary="One conference")
def one(connection: Reading, now: Now, response: Response, id: str) -> Any:
    """Return a conference with its booking."""
    return shown(connection, response, id, now)


@router.post(
    "",
    response_model=ConferenceView,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example(_EXAMPLE),
    summary="Request a conference",
)
def add(connection: Writing, now: Now, response: Response, value: Conference) -> Any:
    """Store a new conference, to be booked by hand or by a plan."""
    refuse_faults(connection, value, None)
    conference_workflow.request(connection, value, now)
    response.headers["Location"] = resource_path("conferences", value.id)
    return shown(connection, response, value.id, now)


@router.put(
    "/{id:path}",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example(_EXAMPLE),
    summary="Change a conference",
)
def replace(connection: Writing, now: Now, response: Response, id: str, value: Conference, if_match: IfMatch = None) -> Any:
    """Change a conference that has not been held yet. If it is booked, the booking must still keep every rule."""
    stored = current(connection, id, if_match)
    if value.id != id:
        raise invalid(f"This is {id}; an id can't be changed to '{value.id}'. Add a new conference instead.")
    refuse_faults(connection, value, stored.value)
    booking_workflow.change_conference(connection, stored, value, now)
    return shown(connection, response, id, now)


@router.post(
    "/{id:path}/cancel",
    response_model=ConferenceCancelled,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.NO_LONGER_NEEDED}),
    summary="Cancel a conference",
)
def cancel(connection: Writing, now: Now, response: Response, id: str, why: ChangeReason, if_match: IfMatch = None) -> Any:
    """Cancel a conference, and list who could take its slot. To hold it on another day, move or cancel its booking instead."""
    stored = current(connection, id, if_match)
    booked = bookings.active_of(connection, stored.value.id)
    conference_workflow.cancel(connection, stored, why.reason, now)
    left = [] if booked is None else freed.matches(connection, booked.booking, now)
    return shown(connection, response, id, now) | {"freed": left}


@router.post(
    "/{id:path}/birth",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"date": "2027-01-11"}),
    summary="Record a birth after a pre-birth conference",
)
def birth(connection: Writing, now: Now, response: Response, id: str, born: Birth, if_match: IfMatch = None) -> Any:
    """Reset the due date of the family's open first review from the birth."""
    review = conference_workflow.birth(connection, current(connection, id, if_match), born.date, now)
    return followed(connection, response, id, None if review == id else review, now)


@router.post(
    "/{id:path}/transfer",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"notified": "2027-01-11"}),
    summary="Record a transfer in",
)
def transfer(connection: Writing, now: Now, response: Response, id: str, new: Transfer, if_match: IfMatch = None) -> Any:
    """Make the conference a transfer-in, whose clock runs from the notification."""
    conference_workflow.transfer(connection, current(connection, id, if_match), new.notified, now)
    return shown(connection, response, id, now)


@router.post(
    "/{id:path}/unavailable",
    response_model=UnavailableAdded,
    dependencies=[_changes],
    openapi_extra=request_example({"start": "2027-01-12T00:00", "end": "2027-01-13T00:00"}),
    summary="Record when a family can't come",
)
def unavailable(
    connection: Writing, now: Now, response: Response, id: str, time: UnavailableTime, if_match: IfMatch = None
) -> Any:
    """Add a day or a time at which the family can't come, and show what that breaks. The booking stays until it is moved."""
    stored = current(connection, id, if_match)
    before = conflicts.broken(connection, now)
    conference_workflow.change(connection, stored, conference_workflow.with_unavailable(stored.value, time.interval), now)
    broken = conflicts.newly_broken(before, conflicts.broken(connection, now))
    return {"conference": shown(connection, response, id, now), "broken_bookings": broken}


@router.post(
    "/{id:path}/waive-notice",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"by": "manager", "why": "The child is at risk now."}),
    summary="Waive the notice of a conference",
)
def waive(connection: Writing, now: Now, response: Response, id: str, waiver: NoticeWaiver, if_match: IfMatch = None) -> Any:
    """Record who has waived the family's notice, and why: plans may then place the conference from the next working day."""
    conference_workflow.waive_notice(connection, current(connection, id, if_match), waiver.model_dump(mode="json"), now)
    return shown(connection, response, id, now)
