"""Offers in the form that ``scheduler offer --json`` prints (contract, section 6)."""

from __future__ import annotations

from typing import Any

from scheduler.defaults import SEED, WORKERS
from scheduler.domain.schedule import Booking, TierName
from scheduler.domain.values import Value

MOST_CURES = 3
"""Cures that an answer lists: each takes its own solve, and a person chooses among few."""


class SearchLimits(Value):
    """Limits of the search for moves: seconds (None: until it is proven), the number of workers, and the seed."""

    time_limit: float | None = 60.0
    workers: int = WORKERS
    seed: int = SEED


class OfferCost(Value):
    """The difference in a rule's cost between the schedule with the offer and the one without it; negative if it falls."""

    rule: str
    amount: int
    text: str


class NewMinuteTaker(Value):
    """A booking that gets another minute taker if the offer is booked, which is no move."""

    conference: str
    minute_taker: str


class Offer(Value):
    """One slot: its booking, what makes way for it, and what it costs.

    ``moves`` are the bookings that move, with their new values; ``withdrawn_holds`` the held slots whose place it takes.
    ``tiers`` are those of the whole schedule with the offer. ``working_days_to_spare`` are counted from the booking to the due
    date, and are negative if the booking is late.
    """

    booking: Booking
    moves: tuple[Booking, ...] = ()
    withdrawn_holds: tuple[str, ...] = ()
    minute_takers: tuple[NewMinuteTaker, ...] = ()
    tiers: dict[TierName, int]
    costs: tuple[OfferCost, ...]
    working_days_to_spare: int


class Cure(Value):
    """Changes that make a slot in time possible, in the words of scenarios, with the tiers of the best one.

    ``proven`` unless the search for it was cut short, so that better tiers may exist.
    """

    changes: tuple[dict[str, Any], ...]
    text: str
    tiers: dict[TierName, int]
    proven: bool = True


class Offers(Value):
    """The offers, best first; ``proven`` if no slot of the requested kind is better than the first.

    If no slot is in time, ``reason`` says what prevents it, and ``cures`` what would change it.
    """

    offers: tuple[Offer, ...]
    in_time: bool
    proven: bool
    reason: str | None = None
    cures: tuple[Cure, ...] = ()
