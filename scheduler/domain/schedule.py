"""The result of a solve: bookings, conferences that could not be placed, and tiers (contract, sections 3 and 5)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import ConfigDict, Field

from scheduler.domain.values import Identifier, Interval, Moment, Text, Value

TierName = Literal["unplaced", "late", "stability", "continuity", "caseload", "preferences"]
TIERS: tuple[TierName, ...] = ("unplaced", "late", "stability", "continuity", "caseload", "preferences")
"""The tiers, in the order in which they are minimised (contract, section 5)."""


class LenientValue(Value):
    """A value that other tools may have annotated: unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Booking(LenientValue):
    """A conference or held slot with a time, a chair and a room; without a room it is virtual.

    ``cover`` marks a booking whose chair is not the family's own chair, without a handover (contract, section 8).
    ``start`` is when the conference itself begins; families arrive the policy's ``pre_meet`` minutes before.
    """

    conference: Identifier
    start: Moment
    end: Moment
    room: Identifier | None = None
    chair: Identifier
    minute_taker: Identifier | None = None
    held: bool = False
    cover: bool = False

    @property
    def day(self) -> dt.date:
        """Return the day of its start."""
        return self.start.date()

    def people_time(self, pre_meet: int) -> Interval:
        """Return the time that it occupies people: from the pre-meet to the end (contract, section 4)."""
        return Interval.model_construct(start=self.start - dt.timedelta(minutes=pre_meet), end=self.end)

    def room_time(self, pre_meet: int, reset: int) -> Interval:
        """Return the time that it occupies a room: from the pre-meet to the end of the reset (contract, section 4)."""
        return Interval.model_construct(
            start=self.start - dt.timedelta(minutes=pre_meet), end=self.end + dt.timedelta(minutes=reset)
        )


class Unplaced(LenientValue):
    """A conference without a booking, and the reason in a sentence."""

    conference: Identifier
    reason: Text = ""


class Tier(LenientValue):
    """One tier of the objective: its value, the best bound known, and whether they are equal.

    The bound holds for schedules that are no worse in the earlier tiers. If those are proven, it holds for all schedules.
    """

    name: TierName
    value: int
    bound: int
    proven: bool


class Solver(LenientValue):
    """The solver that computed the schedule; ``seconds`` covers building, solving and checking."""

    engine: Text = ""
    seconds: float = 0.0
    workers: int = 1
    seed: int = 0
    version: Text = ""


class PlanException(LenientValue):
    """A conference that a rule affects: excepted from it, with a lock dropped, or left unplaced (contract, section 8)."""

    conference: Identifier
    rule: Text
    text: Text


class Remark(LenientValue):
    """A value of the problem that is legal but implausible: its place, such as ``conferences[14].trigger``, and why."""

    place: Text
    text: Text


class Schedule(LenientValue):
    """The complete result of a problem. ``assumptions`` lists what the input left open and the value that was used."""

    version: Literal[1] = 1
    problem: Text = ""
    bookings: tuple[Booking, ...]
    unplaced: tuple[Unplaced, ...] = ()
    tiers: tuple[Tier, ...] = ()
    solver: Solver | None = None
    assumptions: tuple[Text, ...] = Field(default=())
    exceptions: tuple[PlanException, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Violation(Value):
    """A breach of a hard rule, or ``amount`` units of a tier or preference, by one booking or person.

    ``subject`` is the id of a booking's conference or of a person; ``text`` is a sentence. ``among`` lists the
    conferences and held slots whose bookings break a hard rule together, if several do.
    """

    rule: str
    subject: str
    text: str
    amount: int = 1
    among: tuple[str, ...] = ()

    @property
    def bookings(self) -> frozenset[str]:
        """Return the conferences and held slots whose bookings take part in the breach of a hard rule."""
        return frozenset(self.among or (self.subject,))
