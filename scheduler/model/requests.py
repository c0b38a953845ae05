"""Requests: what a plan may book, a conference or a group of equal held slots."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.problem import HOLD_MINUTES, HeldSlot, Problem


@dataclass(frozen=True)
class Request:
    """A conference to be booked, or a group of equal held slots."""

    conference: Conference | None
    slots: tuple[HeldSlot, ...] = ()

    @property
    def count(self) -> int:
        """Return the largest number of bookings it can have."""
        return len(self.slots) or 1

    @property
    def minutes(self) -> int:
        """Return its length, in minutes."""
        return self.conference.minutes if self.conference else HOLD_MINUTES

    @property
    def mode(self) -> Mode:
        """Return the mode of the conference. A held slot is for a hybrid one."""
        return self.conference.mode if self.conference else Mode.HYBRID

    @property
    def site(self) -> str:
        """Return the family's nearest office, or the hold's site."""
        return self.conference.site if self.conference else self.slots[0].site

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the id of the conference, or those of the held slots."""
        return (self.conference.id,) if self.conference else tuple(slot.id for slot in self.slots)


def requests_of(problem: Problem) -> tuple[Request, ...]:
    """Return the conferences in their order, then the held slots, grouped by site and week."""
    groups: dict[tuple[str, dt.date], list[HeldSlot]] = {}
    for slot in problem.held_slots:
        groups.setdefault((slot.site, slot.monday), []).append(slot)
    held = (Request(None, tuple(slots)) for slots in groups.values())
    return (*(Request(conference) for conference in problem.conferences), *held)
