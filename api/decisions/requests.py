"""Requests for offers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.diary.bookings.schemas import NoticeWaiver, RecordedException, WhyChanged
from scheduler.domain.conference import Conference
from scheduler.domain.schedule import LenientValue
from scheduler.domain.values import Identifier, Moment, Value
from scheduler.offers.filters import ANY_SLOT, OfferFilter
from scheduler.offers.offer import MOST_OFFERS
from scheduler.offers.results import NewMinuteTaker, OfferCost

MOST_DAYS = 31
"""The most days that one answer offers, each with its best slot."""
MOST_MOVES = 5
"""The most bookings that may move for an offer: each is a family that has to be told."""


class OfferRequest(Value):
    """What to offer slots for: a ``new`` conference, or the id of one in the diary that waits or is to be rebooked.

    ``filter`` limits the slots, and ``top`` the number of days, each with its best slot. With ``waive_notice`` the slots begin
    on the next working day; booking such a slot then needs a waiver. With ``moves``, at most that many unlocked bookings
    may move for the best slot. If none is in time, ``cures`` asks for changes that would make one possible.
    """

    conference: Identifier | None = None
    new: Conference | None = None
    filter: OfferFilter = ANY_SLOT
    top: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = MOST_OFFERS
    waive_notice: bool = False
    moves: Annotated[int, Field(strict=True, ge=0, le=MOST_MOVES)] = 0
    cures: bool = True

    @property
    def is_waived(self) -> bool:
        """True if slots without the family's notice are offered."""
        return self.waive_notice

    @model_validator(mode="after")
    def _of_one_conference(self) -> OfferRequest:
        if (self.conference is None) == (self.new is None):
            raise PydanticCustomError(
                "one_conference",
                "it is not clear what to offer slots for. Enter either the id of a conference, or a new conference.",
            )
        return self


class OfferMove(LenientValue):
    """A booking that moves for an offer: its new values, as in the offer."""

    conference: Identifier
    start: Moment
    room: Identifier | None = None
    chair: Identifier
    minute_taker: Identifier | None = None


class OfferBooking(OfferRequest):
    """An offer to book: its ``start``, ``room`` (null if it is virtual) and ``chair``, and the ``withdrawn_holds`` that it names.

    The service assigns the minute taker. A conference that is rebooked needs the number of the booking that the offers
    ``replaces``, and a ``reason``. A late one needs an ``exception``, and one at short notice a ``waiver``. If the offer is gone,
    the fields of the request for offers are used to look for fresh ones.

    An offer for which bookings move is sent with its ``moved`` bookings, its ``minute_taker`` and ``minute_takers``, and the
    present ``numbers`` of these bookings in the offers. With its ``costs``, it is booked only if it still costs the same.
    """

    start: Moment
    room: Identifier | None
    chair: Identifier
    minute_taker: Identifier | None = None
    withdrawn_holds: tuple[Identifier, ...] = ()
    moved: tuple[OfferMove, ...] = ()
    minute_takers: tuple[NewMinuteTaker, ...] = ()
    numbers: dict[Identifier, int] = Field(default_factory=dict)
    costs: tuple[OfferCost, ...] | None = None
    replaces: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] | None = None
    reason: WhyChanged | None = None
    exception: RecordedException | None = None
    waiver: NoticeWaiver | None = None

    @model_validator(mode="after")
    def _each_moves_once(self) -> OfferBooking:
        own = self.conference if self.new is None else self.new.id
        named = [one.conference for one in self.moved]
        wrong = next((name for n, name in enumerate(named) if name == own or name in named[:n]), None)
        if wrong is not None:
            raise PydanticCustomError(
                "moves_once", "{name} is in more than one place of the offer. Send the offer as it was answered.", {"name": wrong}
            )
        return self

    @property
    def is_waived(self) -> bool:
        """True if the notice of the conference is waived, or is to be."""
        return self.waive_notice or self.waiver is not None
