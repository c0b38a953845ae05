"""Requests for offers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduler.domain.conference import Conference
from scheduler.domain.values import Identifier, Value
from scheduler.offers.filters import ANY_SLOT, OfferFilter
from scheduler.offers.offer import MOST_OFFERS

MOST_DAYS = 31
"""The most days that one answer offers, each with its best slot."""


class OfferRequest(Value):
    """What to offer slots for: a ``new`` conference, or the id of one in the diary that waits or is to be rebooked.

    ``filter`` limits the slots, and ``top`` the number of days, each with its best slot. With ``waive_notice`` the slots begin
    on the next working day; whoever books such a slot then records the waiver.
    """

    conference: Identifier | None = None
    new: Conference | None = None
    filter: OfferFilter = ANY_SLOT
    top: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = MOST_OFFERS
    waive_notice: bool = False

    @model_validator(mode="after")
    def _of_one_conference(self) -> OfferRequest:
        if (self.conference is None) == (self.new is None):
            raise PydanticCustomError(
                "one_conference",
                "it is not clear what to offer slots for. Enter either the id of a conference, or a new conference.",
            )
        return self
