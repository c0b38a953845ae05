"""The parts of requests and answers about bookings that several capabilities share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel

from api.diary.conferences.follow_up import Reason
from scheduler.domain.conference import ConferenceKind, Mode, one_of
from scheduler.domain.values import Identifier, Moment, Value

Lock = Literal["time", "chair", "room"]
WhyChanged = Annotated[Reason, one_of(Reason)]


class RecordedException(Value):
    """Who allowed a conference to be late (a reference, not a name), why, and that the safety plan was reviewed."""

    by: Identifier
    reason: WhyChanged
    safety_plan_reviewed: Literal[True]


class NoticeWaiver(Value):
    """Who waived a family's notice, and why: references and reasons, no names of families."""

    by: Identifier
    why: Identifier


class BookingItem(BaseModel):
    """A booking. ``site`` is null if it is virtual; ``late`` counts the working days after the due date.

    ``mode`` is what the conference is meant to be, and ``held_as`` what it is in this booking: without a room it is virtual.
    It is ``cover`` if it is chaired by another than the family's own chair. ``locks`` are the parts that plans keep: all of
    them while it is ``by_hand``, that is, until the locks of a booking made by hand are set.
    A held slot has its own reference as its ``conference``, and no ``kind``, ``mode`` and ``held_as``.
    """

    number: int
    conference: Identifier
    start: Moment
    end: Moment
    arrival: Moment
    room: Identifier | None
    site: Identifier | None
    chair: Identifier
    minute_taker: Identifier | None
    mode: Mode | None
    held_as: Mode | None
    kind: ConferenceKind | None
    held: bool
    locks: list[Lock]
    by_hand: bool
    publication: int | None
    exception: RecordedException | None
    active: bool
    late: int
    cover: bool = False


class ChangeReason(Value):
    """The reason for a cancellation."""

    reason: WhyChanged
