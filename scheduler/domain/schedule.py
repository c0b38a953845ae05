"""What comes out of a solve: bookings, what could not be placed, and how good the whole is (contract, sections 3 and 5)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import ConfigDict, Field

from scheduler.domain.values import Identifier, Interval, Moment, Text, Value

TierName = Literal["unplaced", "late", "stability", "continuity", "caseload", "preferences"]
TIERS: tuple[TierName, ...] = ("unplaced", "late", "stability", "continuity", "caseload", "preferences")


class LenientValue(Value):
    """A value that other tools may have annotated: fields it does not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Booking(LenientValue):
    """A conference (or a held slot) at a time, in a room or (``room`` None) virtually, with a chair.

    ``cover`` marks a booking chaired by another than the family's own chair, without a handover (contract, section 8).
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
        """The day it is held on."""
        return self.start.date()

    def people_time(self, pre_meet: int) -> Interval:
        """The time it takes of people: from the pre-meet to the end (contract, section 4)."""
        return Interval.model_construct(start=self.start - dt.timedelta(minutes=pre_meet), end=self.end)

    def room_time(self, pre_meet: int, reset: int) -> Interval:
        """The time it takes of a room: from the pre-meet to the end of the reset (contract, section 4)."""
        return Interval.model_construct(
            start=self.start - dt.timedelta(minutes=pre_meet), end=self.end + dt.timedelta(minutes=reset)
        )


class Unplaced(LenientValue):
    """A conference without a booking, and one plain sentence why."""

    conference: Identifier
    reason: Text = ""


class Tier(LenientValue):
    """One tier of the objective: its value, the best bound known, and whether they are equal.

    The bound is that of schedules which are no worse in the tiers before it; it is one of all schedules where those are proven.
    """

    name: TierName
    value: int
    bound: int
    proven: bool


class Solver(LenientValue):
    """How the schedule was found; ``seconds`` is building, solving and checking."""

    engine: Text = ""
    seconds: float = 0.0
    workers: int = 1
    seed: int = 0
    version: Text = ""


class PlanException(LenientValue):
    """What was excepted, dropped or left unplaced because of a rule, and for which conference (contract, section 8)."""

    conference: Identifier
    rule: Text
    text: Text


class Remark(LenientValue):
    """A value of the problem that is legal but implausible: its place, such as ``conferences[14].trigger``, and why."""

    place: Text
    text: Text


class Schedule(LenientValue):
    """The whole answer to a problem. ``assumptions`` says what the input left open and how it was taken."""

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
    """A rule broken, or ``amount`` units of a tier or preference, by one booking or person.

    ``subject`` is the id of a booking's conference or of a person; ``text`` says it in a sentence.
    """

    rule: str
    subject: str
    text: str
    amount: int = 1
