"""Notes on how a calendar was read: the assumptions, and which events were not read, or only in part."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from api.free_busy.ics_lines import Component
from scheduler.wording import agree, count_of, short_date

MAX_EVENT_NOTES = 10
_DIGITS = re.compile("[0-9TZ:.+-]{4,32}", re.IGNORECASE)
"""A start that names nobody, although it can't be read as a day."""
CORRECT_IT = "Correct it in the calendar, or delete it there."


@dataclass
class Notes:
    """Notes on the calendars of a file. Events are named by their day and time, and never by their title."""

    assumptions: list[str] = field(default_factory=list)
    events: dict[str, None] = field(default_factory=dict)
    """The notes on events, in order, each once."""

    def assume(self, note: str) -> None:
        """Add an assumption, unless it is already listed."""
        if note not in self.assumptions:
            self.assumptions.append(note)

    def not_read(self, event: Component, reason: str) -> None:
        """Note that an event was not read; ``reason`` is a clause such as "it ends before it begins"."""
        self._add(f"{named(event)} is not read: {reason}. {CORRECT_IT}")

    def read_as(self, event: Component, reading: str, reason: str) -> None:
        """Note how an unclear event was read; ``reading`` is a phrase such as "as busy"."""
        self._add(f"{named(event)} is read {reading}: {reason}. {CORRECT_IT}")

    def _add(self, note: str) -> None:
        self.events[note] = None

    def listed(self) -> tuple[str, ...]:
        """Return the assumptions and the notes on at most 10 events, with the count of the rest."""
        listed = list(self.events)[:MAX_EVENT_NOTES]
        rest = len(self.events) - len(listed)
        more = [f"{count_of(rest, 'more event')} {agree(rest, 'is', 'are')} not read, or only in part."] if rest else []
        return (*self.assumptions, *listed, *more)


def named(event: Component) -> str:
    """Return an event by its day and time as they are written: ``The event of 12 January 2027 at 10:00``."""
    if event.name == "VFREEBUSY":
        return "A free/busy list"
    start = event.value("DTSTART") or ""
    try:
        day = dt.datetime.strptime(start[:8], "%Y%m%d").date()
        time = dt.datetime.strptime(start[9:13], "%H%M").time() if start[8:9] == "T" else None
    except ValueError:
        return f"The event with the start {start}" if _DIGITS.fullmatch(start) else "An event without a readable start"
    return f"The event of {short_date(day)}" + (f" at {time:%H:%M}" if time else "")
