"""The union of all changes that a scenario can make."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.bookings import Move
from scheduler.whatif.changes.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from scheduler.whatif.changes.conferences import Add, Cancel, Inquorate, Unavailable, WaiveNotice
from scheduler.whatif.changes.demand import Demand, Holds
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, RuleOff, RuleOn, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from scheduler.whatif.changes.single_days import ChairWorksOn, RoomOpenOn

AnyChange = (
    ChairJoins
    | ChairLeaves
    | ChairAbsent
    | ChairChanges
    | CaseloadCap
    | RoomOpens
    | RoomCloses
    | RoomGainsHybrid
    | RoomGainsStart
    | SiteCloses
    | Demand
    | MinuteTakerJoins
    | MinuteTakerLeaves
    | MinuteTakerAbsent
    | FridaysOpen
    | RuleOff
    | RuleOn
    | Weight
    | Holds
    | Cancel
    | Inquorate
    | Add
    | Unavailable
    | Move
    | WaiveNotice
    | RoomOpenOn
    | ChairWorksOn
)
Change = Annotated[AnyChange, Field(discriminator="change")]
"""One change; its field ``change`` is the discriminator."""

CHANGES: dict[str, type[ChangeBase]] = {change.model_fields["change"].default: change for change in get_args(AnyChange)}
"""Each class of change by its name."""
