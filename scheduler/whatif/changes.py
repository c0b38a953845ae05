"""Every change that a scenario may hold."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from scheduler.whatif.base import ChangeBase
from scheduler.whatif.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from scheduler.whatif.demand import Demand, Holds
from scheduler.whatif.fridays import FridaysOpen
from scheduler.whatif.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from scheduler.whatif.rules import CaseloadCap, RuleOff, RuleOn, Weight

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
)
Change = Annotated[AnyChange, Field(discriminator="change")]
"""One change; its field ``change`` says which."""

CHANGES: dict[str, type[ChangeBase]] = {change.model_fields["change"].default: change for change in get_args(AnyChange)}
"""The kinds of change under their names."""
