"""What an explanation consists of, in the form that ``scheduler why --json`` prints (contract, section 6)."""

from __future__ import annotations

from scheduler.domain.schedule import Booking, TierName
from scheduler.domain.values import Date, Moment, Value
from scheduler.offers.results import Cure, OfferCost


class NamedFact(Value):
    """A fact that forbids the slots of a question, under a rule of the contract; ``subject`` is whom or what it is about."""

    rule: str
    subject: str
    text: str


class Explanation(Value):
    """An answer of at most three sentences, and what it rests on.

    ``facts`` forbid the slots together, and if ``minimal`` each of them is necessary; ``smallest`` if it is proven that no fewer
    facts forbid them, and None if the slots aren't forbidden by facts. If a slot is possible, ``tiers`` are those
    of the best schedule with it, ``costs`` the difference from the schedule rule by rule, and ``moves`` the other bookings
    that move; ``minimal`` then says that no schedule with such a slot is better. ``cures`` make a slot possible, or undo what was
    asked about, cheapest first. ``verified`` if a solve confirmed the answer within the time limit.
    """

    answer: str
    facts: tuple[NamedFact, ...] = ()
    cures: tuple[Cure, ...] = ()
    tiers: dict[TierName, int] | None = None
    moves: tuple[Booking, ...] = ()
    costs: tuple[OfferCost, ...] = ()
    verified: bool
    minimal: bool
    smallest: bool | None = None


class AtRisk(Value):
    """A conference at risk. ``slots_left`` are the starts in time, in a room or virtually, that are free beside the schedule.

    ``booked`` is the start of its late booking. ``verified`` if a solve confirmed the cause within the time limit.
    """

    conference: str
    due: Date
    booked: Moment | None
    slots_left: int
    cause: str
    cure: Cure | None
    verified: bool
